/** Loads the page anew when it has grown or is of an old version, in a moment in which nobody notices. */
import { steady } from "../net/hub-clock.js";
import { mayRefresh, reason } from "../session/refresh.js";

const LOOK_MS = 5_000;
const CONFIRM_MS = 3_000;

export class RoomRefresh {
  /** The hub has other pages than this one. */
  stale = false;
  #going = false;

  constructor(app) {
    this.app = app;
  }

  start() {
    setInterval(() => this.#look(), LOOK_MS);
  }

  async #look() {
    const why = this.#due();
    if (!why || this.#going || !this.#may(why)) return;
    this.#going = true;
    // A page that cannot be fetched again is worse than a large one.
    const answers = await Promise.race([this.app.asker.ask(), new Promise((done) => setTimeout(done, CONFIRM_MS, false))]);
    if (answers && this.#may(why)) location.reload();
    else this.#going = false;
  }

  #due() {
    const { usedJSHeapSize: heap = 0, jsHeapSizeLimit: most = 0 } = performance.memory ?? {};
    return reason({ heap, most, uptimeMs: steady(), stale: this.stale });
  }

  #may(why) {
    const { view, point, air, panel, channel, over } = this.app;
    if (over || (channel && !channel.open)) return false;
    const busy = panel.open || Boolean(document.querySelector("dialog[open], [data-busy]"));
    return mayRefresh(view, { point, speaking: air.onAir, busy, urgent: why === "urgent" });
  }
}
