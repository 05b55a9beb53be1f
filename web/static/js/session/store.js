/**
 * One session as this participant sees it: the confirmed view, the commands on their way, and the two together.
 * Subscribers are told after every change, with what is shown.
 */
import { advance, apply, emptyView } from "./reducer.js";
import { predict } from "./predict.js";

export class Store {
  #listeners = new Set();
  #pending = new Map();
  view = emptyView();
  shown = this.view;
  you = { key: "", name: "", staff: false, point: null, unit: null, may: [] };
  started = false;

  /** @returns {() => void} call it to stop listening */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  welcome(you, view) {
    this.you = you;
    this.started = true;
    if (view) this.view = view;
    this.#show();
  }

  event(event) {
    this.view = apply(this.view, event, this.you);
    this.#settle();
    this.#show();
  }

  head(n) {
    this.view = advance(this.view, n);
    this.#settle();
    this.#show();
  }

  /** A command leaves. `at` is the hub's time as far as known (ISO). */
  sent(id, name, data, at) {
    this.#pending.set(id, { id, name, data, at, until: null });
    this.#show();
  }

  /** It stands; its prediction goes once the events are here, so that nothing flickers in between. */
  done(id, n) {
    const pending = this.#pending.get(id);
    if (pending) pending.until = n;
    this.#settle();
    this.#show();
  }

  /** It changed nothing: the screen goes back to what stands. */
  refused(id) {
    this.#pending.delete(id);
    this.#show();
  }

  get waiting() {
    return this.#pending.size;
  }

  #settle() {
    for (const [id, pending] of this.#pending) {
      if (pending.until !== null && pending.until <= this.view.n) this.#pending.delete(id);
    }
  }

  #show() {
    let shown = this.view;
    for (const pending of this.#pending.values()) shown = predict(shown, pending, this.you);
    this.shown = shown;
    for (const listener of this.#listeners) listener(shown);
  }
}
