/**
 * One participant in one session: the channel, what it says folded into a store, and commands as promises.
 */
import { Channel } from "../net/channel.js";
import { Store } from "./store.js";

export class Participant {
  #answers = new Map();

  /** @param {{session: string, screen: "console" | "desk" | "room", media: () => string | null, origin?: string,
   *          clock?: import("../net/hub-clock.js").HubClock}} options */
  constructor({ session, screen, media, origin, clock }) {
    const base = (origin ?? location.origin).replace(/^http/, "ws");
    this.store = new Store();
    this.channel = new Channel({
      url: `${base}/ws/sessions/${encodeURIComponent(session)}`,
      screen,
      media,
      clock,
      head: () => (this.store.started ? this.store.view.n : null),
    });
    this.#listen();
  }

  /**
   * Do something. The screen shows it at once; the promise tells what the hub made of it.
   * @returns {Promise<{ok: true, n: number} | {ok: false, code: string, text: string}>}
   */
  run(name, data = {}) {
    const id = this.channel.command(name, data);
    const answer = new Promise((resolve) => this.#answers.set(id, resolve));
    this.store.sent(id, name, data, new Date(this.channel.now()).toISOString());
    return answer;
  }

  #listen() {
    const { channel, store } = this;
    channel.addEventListener("welcome", ({ detail }) => store.welcome(detail.you, detail.view));
    channel.addEventListener("event", ({ detail }) => store.event(detail));
    channel.addEventListener("head", ({ detail }) => store.head(detail.n));
    channel.addEventListener("done", ({ detail }) => {
      store.done(detail.id, detail.n);
      this.#answer(detail.id, { ok: true, n: detail.n });
    });
    channel.addEventListener("refused", ({ detail }) => {
      store.refused(detail.id);
      this.#answer(detail.id, { ok: false, code: detail.code, text: detail.text });
    });
  }

  #answer(id, outcome) {
    this.#answers.get(id)?.(outcome);
    this.#answers.delete(id);
  }
}
