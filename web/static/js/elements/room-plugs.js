/**
 * A camera or microphone that is pulled out while the room is called, speaks or is in a private talk: said at once, and
 * found again by itself, the same one or another.
 */
import { Replug } from "../media/replug.js";
import { fill, word } from "./dom.js";

export class RoomPlugs {
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
    this.#publish(kind, null);
    this.app.talk?.peer?.publish(kind, null);
  }

  #back(kind, track) {
    const { sent } = this.app.air; // by what it is for now: it may have been pulled out before a private talk began
    if (sent === "air" || (sent === "pin" && kind === "camera")) this.#publish(kind, track);
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
