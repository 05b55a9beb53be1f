/** What happened while the room was away: noted when it goes, told when it is back. */
import { missed, remember } from "../session/missed.js";
import { slot, word } from "./dom.js";

const AWAY_MS = 10_000;
const MOST_LINES = 6;
const MEMORY = "hub.seen";

export class RoomMemory {
  #before = null;

  constructor(app) {
    this.app = app;
    addEventListener("pagehide", () => this.#keep());
  }

  /** The room joins: what it had seen when it was closed. */
  recall(session) {
    try {
      const kept = JSON.parse(localStorage.getItem(MEMORY));
      this.#before = kept?.session === session ? kept : null;
    } catch {
      this.#before = null;
    }
  }

  /** The line is gone. */
  away() {
    const { store } = this.app;
    if (store.started) this.#before ??= { at: Date.now(), seen: remember(store.view) };
  }

  /** The line is back. */
  back() {
    if (this.#before) this.#tell(this.#before);
    this.#before = null;
  }

  #tell({ at, seen }) {
    if (Date.now() - at < AWAY_MS) return;
    const found = missed(seen, this.app.store.view, this.app.unit);
    if (found.length === 0) return;
    const { banners } = this.app;
    banners.hide("missed");
    const list = slot(banners.show("missed"), "list");
    for (const each of found.slice(0, MOST_LINES)) {
      const line = document.createElement("li");
      line.textContent = word(`room.missed.${each.what}`, each);
      list.append(line);
    }
  }

  #keep() {
    const { store } = this.app;
    if (!store?.started) return;
    const kept = { session: store.view.session.id, at: Date.now(), seen: remember(store.view) };
    localStorage.setItem(MEMORY, JSON.stringify(kept));
  }
}
