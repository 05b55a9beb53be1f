/** What happened while the room was away: noted as long as it is here, told when it is back, and kept to be read again. */
import { missed, remember, retold } from "../session/missed.js";
import { slot, word, write } from "./dom.js";
import { clockOf } from "../session/select.js";
import { hourMinute } from "./time.js";

const AWAY_MS = 10_000;
const MOST_LINES = 6;
const MEMORY = "hub.seen";
/** A computer whose plug is pulled says no goodbye: so much is forgotten then at most. */
const KEEP_MS = 5_000;
/** With nobody in front of it the screen must not stay covered. */
const SHOWN_MS = 120_000;

export class RoomMemory {
  #before = null;
  #head = null;
  #timer = null;
  /** What is told just now: when the room was away, what was found, and the view it was last said from. */
  #told = null;

  constructor(app) {
    this.app = app;
    this.root = document.getElementById("missed");
    this.again = document.getElementById("panel-missed");
    addEventListener("pagehide", () => this.#keep());
    setInterval(() => this.#keep(), KEEP_MS);
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
    const { store, now } = this.app;
    this.#head = null;
    if (store.started) this.#before ??= { at: now, seen: remember(store.view) };
  }

  /** The line is back; what happened up to `head` is on its way. */
  back(head) {
    this.#head = head;
    this.settle();
  }

  /** Called with every change and every tick. */
  render() {
    this.settle();
    const { view } = this.app.store ?? {};
    if (!this.#told || this.#told.view === view) return;
    this.#told.view = view;
    this.#say(retold(this.#told.found, view));
  }

  /** Once all of it is here, it is told. */
  settle() {
    if (this.#head === null || this.app.store.view.n < this.#head) return;
    this.#head = null;
    if (this.#before) this.#tell(this.#before);
    this.#before = null;
  }

  /** Somebody has read it, or nobody is there. */
  close() {
    clearTimeout(this.#timer);
    const held = this.root.contains(document.activeElement);
    this.root.hidden = true;
    if (held) document.querySelector("#foot button:not([hidden])")?.focus();
  }

  #tell({ at, seen }) {
    const { store, unit, now } = this.app;
    if (now - at < AWAY_MS) return;
    const found = missed(seen, store.view, unit);
    if (found.length === 0) return;
    const when = word("room.missed.when", { from: hourMinute(at), to: hourMinute(now), time: clockOf(now - at) });
    this.#told = { when, found, view: store.view };
    this.#say(found);
    this.root.hidden = false;
    if (!document.querySelector("dialog[open]")) this.root.querySelector("button").focus();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.close(), SHOWN_MS);
  }

  /** Shown as long as there is anything that may be told. */
  #say(found) {
    for (const place of [this.root, this.again]) this.#fill(place, this.#told.when, found);
    this.again.hidden = found.length === 0;
    if (found.length === 0 && !this.root.hidden) this.close();
  }

  #fill(place, when, found) {
    write(slot(place, "when"), when);
    const more = found.length - MOST_LINES;
    slot(place, "list").replaceChildren(
      ...found.slice(0, MOST_LINES).map((each) => {
        const line = document.createElement("li");
        line.textContent = word(`room.missed.${each.what}`, each);
        return line;
      }),
    );
    slot(place, "more").hidden = more <= 0;
    if (more > 0) write(slot(place, "more"), word("room.missed.more", { n: more }));
  }

  #keep() {
    const { store, now } = this.app;
    if (!store?.started || this.#before) return;
    const kept = { session: store.view.session.id, at: now, seen: remember(store.view) };
    localStorage.setItem(MEMORY, JSON.stringify(kept));
  }
}
