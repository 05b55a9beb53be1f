/**
 * A text field that several people write in at once. What is typed is sent in small pieces, what others write slides in
 * while the typist draws breath: never in the middle of a word, and never under an input method at work.
 */
import { Coedit } from "../session/coedit.js";

/** Typing rests so long: what was typed goes, what came is shown. */
const REST_MS = 450;
/** Without any rest a piece goes this often. */
const MOST_MS = 2_000;
const RETRY_MS = 3_000;

export class LiveText {
  #timer = null;
  #since = null;
  #last = 0;
  #composing = false;
  #closed = false;
  #dropped = false;
  /** The piece on its way, or the last one that was. */
  #way = null;
  /** Something was typed or chosen since the last piece left. */
  #fresh = false;
  /** The hub would not have the last piece: nothing is sent by itself before somebody types again. */
  #halted = false;

  /**
   * @param {HTMLTextAreaElement} field
   * @param {{text: string, version: number, now: () => {n: number, text: string, version: number} | null,
   *          send: (piece: {base: number, text: string}) => Promise<{ok: boolean, n?: number}>,
   *          told?: (state: "saved" | "saving" | "waiting" | "refused") => void}} wiring `now`: what the hub has, null when
   *   it is gone; `waiting`: the hub is busy and is asked again, `refused`: it is asked again once somebody types
   */
  constructor(field, { text, version, now, send, told = () => {} }) {
    Object.assign(this, { field, now, send, told });
    this.edit = new Coedit(text, version);
    this.others = false;
    this.begun = text;
    field.value = text;
    this.listeners = new AbortController();
    const options = { signal: this.listeners.signal };
    field.addEventListener("input", () => this.#typed(), options);
    field.addEventListener("blur", () => this.#left(), options);
    field.addEventListener("compositionstart", () => (this.#composing = true), options);
    field.addEventListener("compositionend", () => (this.#composing = false), options);
  }

  get saved() {
    return this.edit.saved;
  }

  /** The hub's view has changed. */
  render() {
    this.#look(performance.now() - this.#last > REST_MS || /[ \n]$/.test(this.field.value.slice(0, this.field.selectionStart)));
  }

  /** Something beside the text has changed: send it all again. */
  poke() {
    this.#touched();
    this.#soon();
  }

  /** Send what is there now. */
  flush(options) {
    if (this.#dropped) return;
    this.#rest();
    this.#since = null;
    this.#look(true);
    const piece = this.edit.take(options);
    if (!piece) return;
    this.#fresh = false;
    this.#way = this.#send(piece);
  }

  /** The field goes; what is still unsent is sent before this lets go. */
  close() {
    this.listeners.abort();
    this.#composing = false;
    this.#closed = true;
    this.flush();
  }

  /** The field is somebody else's from now on: nothing more is written to it, or read from it, or sent by itself. */
  drop() {
    this.listeners.abort();
    this.#dropped = true;
    this.#rest();
  }

  /**
   * Of one that was dropped: once the piece under way is answered, send what the hub does not have, once, while it takes
   * any. Whether it has it all then tells `edit.taken`.
   */
  async last(send, options) {
    await this.#way;
    const known = this.now();
    if (!known) return;
    this.edit.see(known.n, known.text, known.version);
    const piece = this.edit.take(options);
    if (!piece) return;
    const outcome = await send(piece);
    if (outcome.ok) this.edit.done(outcome.n);
    else this.edit.refused();
  }

  #typed() {
    this.#last = performance.now();
    this.edit.type(this.field.value);
    this.#touched();
    this.told("saving");
    this.#soon();
  }

  /** Whoever leaves the field may be about to call the next case: what they typed goes first. */
  #left() {
    if (this.#fresh && !this.edit.saved) this.flush(this.extra?.());
  }

  #touched() {
    this.#fresh = true;
    this.#halted = false;
  }

  #soon() {
    if (this.#dropped) return;
    this.#since ??= performance.now();
    const left = MOST_MS - (performance.now() - this.#since);
    this.#after(Math.max(0, Math.min(REST_MS, left)));
  }

  #rest() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  #after(ms) {
    this.#rest();
    this.#timer = setTimeout(() => this.flush(this.extra?.()), ms);
  }

  async #send(piece) {
    const outcome = await this.send(piece);
    const { ok } = outcome;
    if (ok) this.edit.done(outcome.n);
    else this.edit.refused();
    if (this.#dropped) return;
    const busy = outcome.code === "busy";
    this.#halted = !ok && !busy && !this.#fresh;
    this.#rest();
    if (busy) this.#after(RETRY_MS);
    this.told(ok ? "saved" : busy ? "waiting" : this.#halted ? "refused" : "saving"); // whoever is told may drop it
    this.#look(this.#closed);
    if (ok ? !this.edit.saved : this.#fresh && !busy) this.#soon();
  }

  /** Take in what others wrote. */
  #look(calm) {
    if (this.#dropped) return;
    const known = this.now();
    if (!known || !calm || this.#composing) return;
    const was = this.field.value;
    const place = this.edit.see(known.n, known.text, known.version, this.field.selectionStart);
    if (this.#halted && (!this.edit.saved || this.extra?.().always)) this.told("refused");
    else if (this.edit.saved) this.told("saved");
    else if (!this.#timer) this.#soon();
    if (place === null || this.#closed) return;
    this.others = true;
    const focused = document.activeElement === this.field;
    const { scrollTop } = this.field;
    if (was !== this.edit.text) this.field.value = this.edit.text;
    if (focused) this.field.setSelectionRange(place, place);
    this.field.scrollTop = scrollTop;
  }
}
