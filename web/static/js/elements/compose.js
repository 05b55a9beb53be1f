/** Where the clerk writes: note, directive, conclusion in one place. Ctrl+Enter sends; /d and /c change what is written. */
import { openItem } from "../session/select.js";
import { clone, fill, on, slot, word } from "./dom.js";

const SLASHES = { "/d ": "directive", "/c ": "conclude", "/n ": "note" };

export class Compose {
  #leadOf = null;

  constructor(app) {
    this.app = app;
    this.root = document.getElementById("compose");
    this.forms = {};
    this.supporting = new Map();
    for (const form of this.root.querySelectorAll("form")) {
      this.forms[form.dataset.form] = form;
      form.addEventListener("submit", (event) => this.#submit(event, form));
    }
    this.root.addEventListener("click", (event) => this.#click(event));
    this.root.addEventListener("keydown", (event) => this.#key(event));
    this.root.addEventListener("input", (event) => this.#input(event));
    on(this.forms.directive.elements.support, "change", () => this.#addSupport());
    this.#onlyOneMark();
  }

  render(view) {
    const item = openItem(view);
    this.root.classList.toggle("off", !view.current);
    if (item?.case && this.#leadOf !== item.id) {
      this.#leadOf = item.id;
      this.forms.directive.elements.lead.value = unitLabel(item.case.unit) ?? "";
    }
  }

  /** @param {"note" | "directive" | "conclude"} mode */
  write(mode) {
    this.root.dataset.mode = mode;
    for (const [name, form] of Object.entries(this.forms)) form.hidden = name !== mode;
    for (const button of this.root.querySelectorAll("[data-mode-of]")) {
      button.setAttribute("aria-pressed", String(button.dataset.modeOf === mode));
    }
    this.forms[mode].elements.text.focus();
  }

  #click(event) {
    const button = event.target.closest("button");
    if (button?.dataset.modeOf) this.write(button.dataset.modeOf);
    else if (button?.dataset.act === "drop") this.#dropSupport(button.closest("li"));
    else if (button?.dataset.days) this.#dueIn(Number(button.dataset.days));
  }

  #key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.target.form?.requestSubmit();
    } else if (event.key === "Enter" && event.target.name === "support") {
      event.preventDefault();
      this.#addSupport();
    } else if (event.key === "Escape") {
      event.target.blur();
    }
  }

  /** "/d " at the beginning turns what is written into a directive, and so on. */
  #input(event) {
    const field = event.target;
    this.#forgive(field.form, field.name);
    if (field.name !== "text") return;
    const mode = SLASHES[field.value.slice(0, 3).toLowerCase()];
    if (!mode) return;
    const rest = field.value.slice(3);
    field.value = "";
    this.write(mode);
    this.forms[mode].elements.text.value = rest;
  }

  async #submit(event, form) {
    event.preventDefault();
    for (const error of form.querySelectorAll("[data-error]")) error.hidden = true;
    if (form.dataset.form === "note") await this.#note(form);
    else if (form.dataset.form === "directive") await this.#directive(form);
    else await this.#conclude(form);
  }

  async #note(form) {
    const text = form.elements.text.value.trim();
    if (!text) return;
    const mark = form.querySelector("[name=mark]:checked")?.value ?? null;
    form.reset();
    const outcome = await this.app.run("note.add", { text, mark });
    if (!outcome.ok && !form.elements.text.value) form.elements.text.value = text; // nothing typed is lost
  }

  async #directive(form) {
    const { text, lead, due } = form.elements;
    const item = this.app.store.shown.current;
    const code = unitCode(lead.value);
    const good = [
      this.#check(form, "text", text.value.trim() !== ""),
      this.#check(form, "lead", code !== null),
      this.#check(form, "due", due.value !== "" && due.value >= due.min),
    ];
    if (!good.every(Boolean)) return form.querySelector("[aria-invalid=true]").focus();
    const supporting = [...this.supporting.keys()].filter((each) => each !== code);
    const data = { item, lead: code, supporting, text: text.value.trim(), due: due.value };
    const outcome = await this.#sending(form, () => this.app.run("directive.issue", data));
    if (!outcome.ok) return undefined;
    form.reset();
    this.supporting.clear();
    slot(form, "chips").replaceChildren();
    this.#leadOf = null;
    this.render(this.app.store.shown);
    this.app.toasts.show(word("compose.sent"), "fine");
    return this.write("note");
  }

  async #conclude(form) {
    const text = form.elements.text.value.trim();
    const item = openItem(this.app.store.shown);
    if (!this.#check(form, "text", text !== "")) return form.elements.text.focus();
    if (!item) return this.app.toasts.show(word("error.no_current_item"));
    const outcome = await this.#sending(form, () => this.app.run("item.conclude", { item: item.id, text }));
    if (!outcome.ok) return undefined;
    form.reset();
    return this.write("note");
  }

  async #sending(form, act) {
    const button = form.querySelector("button:not([type=button])");
    button.disabled = true;
    try {
      return await act();
    } finally {
      button.disabled = false;
    }
  }

  #check(form, name, good) {
    const error = form.querySelector(`[data-error="${name}"]`);
    error.hidden = good;
    form.elements[name].setAttribute("aria-invalid", String(!good));
    return good;
  }

  /** What is being put right is no longer called wrong. */
  #forgive(form, name) {
    const error = form.querySelector(`[data-error="${name}"]`);
    if (error && !error.hidden) this.#check(form, name, true);
  }

  #addSupport() {
    const field = this.forms.directive.elements.support;
    const code = unitCode(field.value);
    if (!code || this.supporting.has(code)) return;
    const chip = clone("t-chip");
    fill(chip, { name: field.value, label: word("compose.directive.remove", { name: field.value }) });
    chip.dataset.code = code;
    this.supporting.set(code, field.value);
    slot(this.forms.directive, "chips").append(chip);
    field.value = "";
  }

  /** Days from today, as the hub counts days. */
  #dueIn(days) {
    const { due } = this.forms.directive.elements;
    const day = new Date(`${due.min}T00:00:00Z`);
    day.setUTCDate(day.getUTCDate() + days);
    due.value = day.toISOString().slice(0, 10);
    this.#forgive(due.form, "due");
  }

  #dropSupport(chip) {
    this.supporting.delete(chip.dataset.code);
    chip.remove();
    this.forms.directive.elements.support.focus();
  }

  /** A note has one mark or none: a radio that can be let go. */
  #onlyOneMark() {
    const marks = [...this.root.querySelectorAll("[name=mark]")];
    for (const mark of marks) {
      mark.addEventListener("change", () => marks.forEach((each) => (each.checked = each === mark && mark.checked)));
    }
  }
}

function options() {
  return [...document.querySelectorAll("#units option")];
}

function unitCode(label) {
  return options().find((option) => option.value === label.trim())?.dataset.code ?? null;
}

function unitLabel(code) {
  return options().find((option) => option.dataset.code === code)?.value ?? null;
}
