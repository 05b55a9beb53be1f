/** The room's line to the hub: how long it is lost, and what is said meanwhile. */
import { LOST_MS } from "../session/room-state.js";
import { clockOf } from "../session/select.js";
import { fill, word } from "./dom.js";

export class RoomLine {
  constructor(app) {
    this.app = app;
  }

  /** For how long it has been lost, in ms; 0 when it is not. */
  get lostMs() {
    const since = this.app.channel?.lostSince ?? null;
    return since === null ? 0 : Date.now() - since;
  }

  /** How long it has been lost, and when it is tried again. */
  words() {
    const { channel } = this.app;
    const seconds = channel.next ? Math.max(0, Math.ceil((channel.next - Date.now()) / 1000)) : 0;
    return { for: this.#for(), try: word("room.lost.try", { tries: channel.tries, seconds }) };
  }

  /** The hub does not answer, but the picture goes on. */
  render(state) {
    const { banners, over } = this.app;
    if (this.lostMs > LOST_MS && state !== "lost" && !over) fill(banners.show("line"), { for: this.#for() });
    else banners.hide("line");
  }

  #for() {
    return word("room.lost.for", { time: clockOf(this.lostMs) });
  }
}
