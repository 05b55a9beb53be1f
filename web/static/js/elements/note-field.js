/**
 * Where a new note is written. What stands in the field belongs to one item, the one that was looked at when it was begun,
 * whatever is called meanwhile; words for another item wait until the field is free, so that two cases never meet in a note.
 */
import { itemNumber } from "../session/select.js";
import { slot, word, write } from "./dom.js";

export class NoteField {
  /** The item that what is written belongs to; null while nothing is. */
  #item = null;
  /** @type {{text: string, item: string | null}[]} */
  #waiting = [];

  /** @param {HTMLFormElement} form */
  constructor(app, form) {
    Object.assign(this, { app, form, field: form.elements.text });
  }

  render(view = this.app.store.shown) {
    const elsewhere = !this.#empty && this.#item !== (this.app.looked(view)?.id ?? null);
    const goes = elsewhere && this.#item !== null && word("compose.note.of", { number: itemNumber(view, this.#item) });
    const waits = this.#waiting.length > 0 && word("compose.note.waits", { number: itemNumber(view, this.#waiting[0].item) });
    const text = [goes, waits].filter(Boolean).join(" ");
    slot(this.form, "of").hidden = !text;
    write(slot(this.form, "of-text"), text);
  }

  /** Something else stands in the field. */
  typed() {
    if (this.#empty) this.#free();
    else this.#item ??= this.#looked();
    this.render();
  }

  /**
   * Put words in that lost their place, below what is written for the same item.
   * @param {string | null} item theirs @returns {boolean} whether they stand in the field now; else they wait for it
   */
  put(text, item) {
    const here = this.#empty || item === null || item === this.#item;
    if (here) {
      this.#item = item ?? this.#item;
      this.field.value = [this.field.value, text].filter((each) => each.trim()).join("\n");
    } else {
      this.#waiting.push({ text, item });
    }
    this.render();
    return here;
  }

  async send() {
    const text = this.field.value.trim();
    if (!text) return;
    this.typed();
    const item = this.#item;
    const mark = this.form.querySelector("[name=mark]:checked")?.value ?? null;
    this.form.reset();
    this.typed();
    const outcome = await this.app.run("note.add", { text, mark, ...(item && { item }) });
    if (!outcome.ok) this.put(text, item);
  }

  get #empty() {
    return !this.field.value.trim();
  }

  /** The item whose notes are on the screen; one that was not called yet has none: then the one that was. */
  #looked() {
    const view = this.app.store.shown;
    const item = this.app.looked(view);
    return (item?.state === "queued" ? view.current : item?.id) ?? null;
  }

  #free() {
    this.#item = null;
    for (const { text, item } of this.#waiting.splice(0)) this.put(text, item);
  }
}
