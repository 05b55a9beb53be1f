/**
 * A camera or microphone that is pulled out while the room is called, speaks or is in a private talk: said at once, and
 * found again by itself, the same one or another.
 */
import { Replug } from "../media/replug.js";
import { fill, word } from "./dom.js";

export class RoomPlugs {
  /** Of what is gone, whether it was on the air. */
  #sent = new Map();

  constructor(app) {
    this.app = app;
    this.replug = new Replug({
      stream: () => app.air.stream,
      gone: (kind) => this.#gone(kind),
      back: (kind, track) => this.#back(kind, track),
      said: (lost) => this.#say(lost),
    });
    // The TV or a loudspeaker may be what changed: voices that stood still with it begin again.
    navigator.mediaDevices?.addEventListener?.("devicechange", () => app.screens?.sound(true));
  }

  /** Called with every render: the room opens and closes its devices by itself. */
  follow() {
    this.replug.follow();
  }

  #gone(kind) {
    this.#sent.set(kind, this.app.peer?.sends(kind) ?? false);
    this.#publish(kind, null);
    this.app.talk?.peer?.publish(kind, null);
  }

  #back(kind, track) {
    if (this.#sent.get(kind) || this.app.air.onAir) this.#publish(kind, track);
    this.app.talk?.give(this.app.air.stream); // a talk has a media connection of its own
  }

  #publish(kind, track) {
    this.app.peer?.publish(kind, track);
    if (kind === "camera") this.app.air.self.hidden = !track;
  }

  #say(lost) {
    const { banners } = this.app;
    if (lost.length === 0) return banners.hide("plugs");
    const which = lost.length > 1 ? "both" : lost[0];
    return fill(banners.show("plugs"), { what: word(`room.unplugged.${which}`), fix: word("room.unplugged.fix") });
  }
}
