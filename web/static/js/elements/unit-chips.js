/** Units chosen one after the other from the list of suggestions; and what a typed unit is called by its code. */
import { clone, fill, slot, word } from "./dom.js";

export function unitCode(label) {
  return options().find((option) => option.value === label.trim())?.dataset.code ?? null;
}

export function unitLabel(code) {
  return options().find((option) => option.dataset.code === code)?.value ?? null;
}

function options() {
  return [...document.querySelectorAll("#units option")];
}

export class UnitChips {
  /** @param {HTMLFormElement} form with a field `support` and a list in the slot `chips` @param {() => void} changed */
  constructor(form, changed = () => {}) {
    this.field = form.elements.support;
    this.list = slot(form, "chips");
    this.changed = changed;
    this.field.addEventListener("change", () => this.#add());
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.#add();
    });
    this.list.addEventListener("click", (event) => this.#drop(event.target.closest("li")));
  }

  /** @returns {string[]} the codes, in the order they were chosen */
  get codes() {
    return [...this.list.children].map((chip) => chip.dataset.code);
  }

  /** Show these, and only these. */
  set(codes) {
    if (codes.join() === this.codes.join()) return;
    this.list.replaceChildren(...codes.map((code) => this.#chip(code)));
  }

  #chip(code) {
    const name = unitLabel(code) ?? code;
    const chip = clone("t-chip");
    fill(chip, { name, label: word("compose.directive.remove", { name }) });
    chip.dataset.code = code;
    return chip;
  }

  #add() {
    const code = unitCode(this.field.value);
    if (!code || this.codes.includes(code)) return;
    this.list.append(this.#chip(code));
    this.field.value = "";
    this.changed();
  }

  #drop(chip) {
    if (!chip) return;
    chip.remove();
    this.field.focus();
    this.changed();
  }
}
