/** Where the clerk writes: note, directive, conclusion in one place. Ctrl+Enter sends; /d and /c change what is written. */
import { itemNumber, openItem } from "../session/select.js";
import { Conclude } from "./conclude.js";
import { slot, word, write } from "./dom.js";
import { NoteField } from "./note-field.js";
import { MARK_KEYS } from "./notes.js";
import { UnitChips, unitCode, unitLabel } from "./unit-chips.js";

const SLASHES = { "/d ": "directive", "/c ": "conclude", "/n ": "note" };
const SLASH_MARKS = { "/1 ": "promise", "/2 ": "question", "/3 ": "evidence" };

/** @param {string} from a day, YYYY-MM-DD @param {number} days */
function daysAfter(from, days) {
  const day = new Date(`${from}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + days);
  return day.toISOString().slice(0, 10);
}

export class Compose {
  #leadOf = null;
  /** The item that a directive was begun under, whatever is called meanwhile; null while none is written. */
  #directiveOf = null;
  /** A directive that waits for the hub's answer: on a slow line the key is pressed again. */
  #issuing = false;

  constructor(app) {
    this.app = app;
    this.root = document.getElementById("compose");
    this.forms = {};
    for (const form of this.root.querySelectorAll("form")) {
      this.forms[form.dataset.form] = form;
      form.addEventListener("submit", (event) => this.#submit(event, form));
    }
    this.root.addEventListener("click", (event) => this.#click(event));
    this.root.addEventListener("keydown", (event) => this.#key(event));
    this.root.addEventListener("input", (event) => this.#input(event));
    this.note = new NoteField(app, this.forms.note);
    this.chips = new UnitChips(this.forms.directive);
    this.conclude = new Conclude(app, this.forms.conclude, document.getElementById("read-back"));
    this.#onlyOneMark();
  }

  render(view) {
    const item = openItem(view);
    this.root.classList.toggle("off", !view.current);
    if (item?.case && this.#leadOf !== item.id && this.#directiveOf === null) {
      this.#leadOf = item.id;
      this.forms.directive.elements.lead.value = unitLabel(item.case.unit) ?? "";
    }
    this.note.render(view);
    this.#tellItem(view);
    this.root.classList.toggle("reading", this.conclude.render(view));
    if (!item && this.root.dataset.mode === "conclude") this.#show("note"); // nothing is left to conclude
  }

  /** A new note with this mark; with the field in use, the mark of what is being written. */
  mark(mark) {
    if (this.root.dataset.mode !== "note") this.write("note");
    for (const each of this.root.querySelectorAll("[name=mark]")) each.checked = each.value === mark && !each.checked;
    this.forms.note.elements.text.focus();
  }

  /** Words that lost their place: nothing typed is lost. Whoever is writing elsewhere goes on. @param {string} item theirs */
  keep(text, item) {
    const elsewhere = document.activeElement !== this.note.field && document.activeElement?.value;
    if (this.note.put(text, item) && !elsewhere) this.write("note");
    this.app.toasts.show(word("compose.kept"), "attention");
  }

  /** @param {"note" | "directive" | "conclude"} mode */
  write(mode) {
    this.#show(mode);
    this.forms[mode].elements.text.focus();
  }

  #show(mode) {
    this.root.dataset.mode = mode;
    for (const [name, form] of Object.entries(this.forms)) form.hidden = name !== mode;
    for (const button of this.root.querySelectorAll("[data-mode-of]")) {
      button.setAttribute("aria-pressed", String(button.dataset.modeOf === mode));
    }
  }

  #click(event) {
    const button = event.target.closest("button");
    if (button?.dataset.modeOf) this.write(button.dataset.modeOf);
    else if (button?.dataset.days || button?.dataset.day) this.#dueIn(button);
  }

  #key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.target.form?.requestSubmit();
    } else if (event.altKey && MARK_KEYS[event.key] && event.target.form === this.forms.note) {
      event.preventDefault();
      this.mark(MARK_KEYS[event.key]);
    } else if (event.key === "Escape") {
      event.target.blur();
    }
  }

  #input(event) {
    const field = event.target;
    this.#forgive(field.form, field.name);
    if (field.name !== "text") return;
    this.#turn(field);
    this.note.typed();
    this.#begun();
  }

  #begun() {
    const written = this.forms.directive.elements.text.value.trim() !== "";
    const of = written ? (this.#directiveOf ?? this.app.store.shown.current) : null;
    if (of === this.#directiveOf) return;
    this.#directiveOf = of;
    this.render(this.app.store.shown);
  }

  /** A directive that goes to another item than the current one says so. */
  #tellItem(view) {
    const elsewhere = this.#directiveOf !== null && this.#directiveOf !== view.current;
    slot(this.forms.directive, "of").hidden = !elsewhere;
    const number = elsewhere && itemNumber(view, this.#directiveOf);
    write(slot(this.forms.directive, "of-text"), elsewhere ? word("compose.directive.of", { number }) : "");
  }

  /** "/d " at the beginning turns what is written into a directive, and so on. */
  #turn(field) {
    const mark = SLASH_MARKS[field.value.slice(0, 3)];
    if (mark && field.form === this.forms.note) {
      field.value = field.value.slice(3);
      return this.mark(mark);
    }
    const mode = SLASHES[field.value.slice(0, 3).toLowerCase()];
    if (!mode || this.forms[mode] === field.form) return undefined;
    const rest = field.value.slice(3);
    field.value = "";
    this.write(mode);
    const { text } = this.forms[mode].elements;
    text.value = [text.value, rest].filter(Boolean).join(" ");
    if (mode === "conclude") text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  async #submit(event, form) {
    event.preventDefault();
    for (const error of form.querySelectorAll("[data-error]")) error.hidden = true;
    if (form.dataset.form === "note") await this.note.send();
    else if (form.dataset.form === "directive") await this.#directive(form);
    else await this.conclude.readBack((name, good) => this.#check(form, name, good));
  }

  async #directive(form) {
    if (this.#issuing) return undefined;
    const { text, lead, due } = form.elements;
    const item = this.#directiveOf ?? this.app.store.shown.current;
    const code = unitCode(lead.value);
    const good = [
      this.#check(form, "text", text.value.trim() !== ""),
      this.#check(form, "lead", code !== null),
      this.#check(form, "due", due.value !== "" && due.value >= due.min),
    ];
    if (!good.every(Boolean)) return form.querySelector("[aria-invalid=true]").focus();
    const supporting = this.chips.codes.filter((each) => each !== code);
    const data = { item, lead: code, supporting, text: text.value.trim(), due: due.value };
    const outcome = await this.#sending(form, () => this.app.run("directive.issue", data));
    if (!outcome.ok) return undefined;
    this.app.toasts.show(word("compose.sent"), "fine", () => this.#takeBack(outcome.n));
    if (text.value.trim() !== data.text) return undefined; // the next one is being written
    form.reset();
    this.chips.set([]);
    this.#leadOf = null;
    this.#begun();
    return this.root.dataset.mode === "directive" ? this.write("note") : undefined;
  }

  /** Whether something was typed that the hub does not have. */
  get unsent() {
    const { note, directive } = this.forms;
    return this.#issuing || [note, directive].some((form) => form.elements.text.value.trim() !== "") || this.conclude.unsent;
  }

  async #sending(form, act) {
    const button = form.querySelector("button:not([type=button])");
    button.disabled = this.#issuing = true;
    form.setAttribute("aria-busy", "true");
    try {
      return await act();
    } finally {
      button.disabled = this.#issuing = false;
      form.setAttribute("aria-busy", "false");
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

  /** The directive just issued; its event is here by the time anybody can press. */
  #takeBack(n) {
    const issued = this.app.store.view.directives.find((each) => each.n === n);
    if (issued) this.app.run("directive.withdraw", { directive: issued.id, reason: word("undo.reason") });
  }

  /** Days from today, as the hub counts days, or the day that the button names. */
  #dueIn(button) {
    const due = button.closest("form").elements[button.dataset.of ?? "due"];
    due.value = button.dataset.day ?? daysAfter(due.min, Number(button.dataset.days));
    due.dispatchEvent(new Event("change", { bubbles: true }));
    this.#forgive(due.form, due.name);
  }

  /** A note has one mark or none: a radio that can be let go. */
  #onlyOneMark() {
    const marks = [...this.root.querySelectorAll("[name=mark]")];
    for (const mark of marks) {
      mark.addEventListener("change", () => marks.forEach((each) => (each.checked = each === mark && mark.checked)));
    }
  }
}
