/**
 * A form in a dialog that loses nothing that was typed. Esc keeps it until the dialog is opened about the same again; a
 * refusal brings it back with its reason; only what was sent and taken, or called off with its button, is gone. All in this
 * page's memory, for names stand in it.
 */
import { ask } from "./ask.js";
import { slot, write } from "./dom.js";

const TEXTS = "textarea, input:not([type=checkbox]):not([type=radio])";

/** @typedef {Record<string, string>} Values what stands in the fields, by their names */

export class KeptForm {
  /** What was written and not sent, latest last, by what it is about. @type {Map<string, {values: Values, why: string}[]>} */
  #kept = new Map();
  #calledOff = false;

  /** @param {string} id of the dialog @param {string[]} names of the fields */
  constructor(id, names) {
    Object.assign(this, { id, names });
    this.form = document.getElementById(id).querySelector("form");
    this.form.addEventListener("submit", (event) => (this.#calledOff = event.submitter?.value === ""));
  }

  /**
   * Ask, with what was kept about it; the form stands as it is to begin with. It is empty again afterwards.
   * @param {string} about @param {() => void} [shown] what was kept stands in the form now
   * @returns {Promise<Values | null>} what is to be sent
   */
  async ask(about, shown) {
    const blank = this.#values();
    const draft = this.#kept.get(about)?.pop();
    for (const [name, value] of Object.entries(draft?.values ?? {})) this.form.elements[name].value = value;
    this.#tell(draft);
    shown?.();
    this.#calledOff = false;
    const { value } = await ask(this.id);
    const values = this.#values();
    this.form.reset();
    if (value) return values;
    const typed = this.names.some((name) => values[name] !== blank[name]);
    if (typed && !this.#calledOff) this.#keep(about, { values, why: draft?.why ?? "" });
    return null;
  }

  /**
   * What was to be sent was refused. @param {string} about @param {Values} values @param {string} why in words
   * @returns {boolean} whether to ask again now: nobody is writing elsewhere; else it waits in its place
   */
  refused(about, values, why) {
    this.#keep(about, { values, why });
    const elsewhere = document.activeElement?.matches?.(TEXTS) && document.activeElement.value !== "";
    return !elsewhere && !document.querySelector("dialog[open]");
  }

  #keep(about, draft) {
    this.#kept.set(about, [...(this.#kept.get(about) ?? []), draft]);
  }

  #tell(draft) {
    write(slot(this.form, "why"), draft?.why ?? "");
    slot(this.form, "why").hidden = !draft?.why;
    slot(this.form, "kept").hidden = !draft || draft.why !== "";
  }

  #values() {
    return Object.fromEntries(this.names.map((name) => [name, this.form.elements[name].value]));
  }
}
