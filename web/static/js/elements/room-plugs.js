/**
 * A camera or microphone that is pulled out while the room is called or speaks: said at once, and found again by itself,
 * the same one or another. The room's stream stays the same object; only its tracks change.
 */
import { capture } from "../media/devices.js";
import { fill, word } from "./dom.js";

const AGAIN_MS = 3_000;
const KINDS = { video: "camera", audio: "microphone" };

export class RoomPlugs {
  #watched = new WeakSet();
  /** Kinds of tracks that are gone, and whether they were on the air. */
  #lost = new Map();
  #stream = null;
  #timer = null;
  #looking = false;

  constructor(app) {
    this.app = app;
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.#changed());
  }

  /** Called with every render: the room opens and closes its devices by itself. */
  follow() {
    const { stream } = this.app.air;
    if (stream !== this.#stream) this.#forget(stream);
    for (const track of stream?.getTracks() ?? []) {
      if (this.#watched.has(track)) continue;
      this.#watched.add(track);
      track.addEventListener("ended", () => this.#ended(stream, track));
      if (track.readyState === "ended") this.#ended(stream, track);
    }
  }

  #forget(stream) {
    this.#stream = stream;
    this.#lost.clear();
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#say();
  }

  /** Tracks that the room stops itself end without an event: this one was pulled out, or its driver died. */
  #ended(stream, track) {
    if (stream !== this.app.air.stream || !stream.getTracks().includes(track)) return;
    stream.removeTrack(track);
    this.#lost.set(track.kind, this.app.peer?.sends(KINDS[track.kind]) ?? false);
    this.#publish(track.kind, null);
    this.#say();
    this.#find();
  }

  async #find() {
    clearTimeout(this.#timer);
    if (this.#looking) return;
    this.#looking = true;
    for (const kind of [...this.#lost.keys()]) await this.#replace(this.#stream, kind);
    this.#looking = false;
    if (this.#lost.size > 0) this.#timer = setTimeout(() => this.#find(), AGAIN_MS);
    this.#say();
  }

  async #replace(stream, kind) {
    const found = await capture({ camera: kind === "video", microphone: kind === "audio" }).catch(() => null);
    const [track] = found?.getTracks() ?? [];
    if (!track) return;
    if (stream !== this.app.air.stream || !this.#lost.has(kind)) return track.stop();
    const sent = this.#lost.get(kind) || this.app.air.onAir;
    this.#lost.delete(kind);
    stream.addTrack(track);
    this.follow();
    if (sent) this.#publish(kind, track);
    return undefined;
  }

  #publish(kind, track) {
    this.app.peer?.publish(KINDS[kind], track);
    if (kind === "video") this.app.air.self.hidden = !track;
  }

  /** The TV or a loudspeaker may be what changed: voices that stood still with it begin again. */
  #changed() {
    if (this.#lost.size > 0) this.#find();
    this.app.screens?.sound(true);
  }

  #say() {
    const { banners } = this.app;
    if (this.#lost.size === 0) return banners.hide("plugs");
    const which = this.#lost.size > 1 ? "both" : KINDS[[...this.#lost.keys()][0]];
    return fill(banners.show("plugs"), { what: word(`room.unplugged.${which}`), fix: word("room.unplugged.fix") });
  }
}
