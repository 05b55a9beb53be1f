/**
 * A camera or microphone that is pulled out while a stream of it is open: taken out of the stream at once, and looked for
 * until it is found again, the same one or another. The stream stays the same object; only its tracks change.
 */
import { capture } from "./devices.js";

const AGAIN_MS = 3_000;
/** Kinds of tracks, by what a peer calls them. */
const KINDS = { video: "camera", audio: "microphone" };

export class Replug {
  #watched = new WeakSet();
  /** Kinds of tracks that are gone. */
  #lost = new Set();
  #stream = null;
  #timer = null;
  #looking = false;

  /**
   * @param {{stream: () => MediaStream | null, gone: (kind: string) => void, back: (kind: string, track: MediaStreamTrack) => void,
   *          said?: (lost: string[]) => void}} app kinds are `camera` and `microphone`; `said` is told what is gone now
   */
  constructor(app) {
    this.app = app;
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.#lost.size > 0 && this.#find());
  }

  /** Called whenever the stream may be another, or none. */
  follow() {
    const stream = this.app.stream();
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

  /** Tracks that a page stops itself end without an event: this one was pulled out, or its driver died. */
  #ended(stream, track) {
    if (stream !== this.app.stream() || !stream.getTracks().includes(track)) return;
    stream.removeTrack(track);
    this.#lost.add(track.kind);
    this.app.gone(KINDS[track.kind]);
    this.#say();
    this.#find();
  }

  async #find() {
    clearTimeout(this.#timer);
    if (this.#looking) return;
    this.#looking = true;
    for (const kind of [...this.#lost]) await this.#replace(this.#stream, kind);
    this.#looking = false;
    if (this.#lost.size > 0) this.#timer = setTimeout(() => this.#find(), AGAIN_MS);
    this.#say();
  }

  async #replace(stream, kind) {
    const found = await capture({ camera: kind === "video", microphone: kind === "audio" }).catch(() => null);
    const [track] = found?.getTracks() ?? [];
    if (!track) return;
    if (stream !== this.app.stream() || !this.#lost.delete(kind)) return track.stop();
    stream.addTrack(track);
    this.follow();
    this.app.back(KINDS[kind], track);
    return undefined;
  }

  #say() {
    this.app.said?.([...this.#lost].map((kind) => KINDS[kind]));
  }
}
