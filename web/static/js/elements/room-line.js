/** The room's line to the hub: how long it is lost, and what is said meanwhile. */
import { steady } from "../net/hub-clock.js";
import { LOST_MS } from "../session/room-state.js";
import { clockOf } from "../session/select.js";
import { fill, word } from "./dom.js";
import { hourMinute } from "./time.js";

export class RoomLine {
  constructor(app) {
    this.app = app;
  }

  /** For how long it has been lost, in ms; 0 when it is not. */
  get lostMs() {
    const since = this.app.channel?.lostSince ?? null;
    return since === null ? 0 : steady() - since;
  }

  /** Since when, what is being tried, and when again. */
  words() {
    const { channel, now } = this.app;
    const seconds = channel.next ? Math.max(0, Math.ceil((channel.next - steady()) / 1000)) : 0;
    return {
      for: this.#for(),
      since: word("room.lost.since", { at: hourMinute(now - this.lostMs) }),
      where: word(navigator.onLine ? "room.lost.hub" : "room.lost.network"),
      try: seconds > 0 ? word("room.lost.try", { tries: channel.tries, seconds }) : word("room.lost.trying", { tries: channel.tries + 1 }),
    };
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
