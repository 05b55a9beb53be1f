/** Who came late and waits, and the form that opens a case on the spot. */
import { clone, fill, reconcile, slot, word } from "./dom.js";
import { KeptForm } from "./kept-form.js";
import { hourMinute } from "./time.js";
import { unitCode, unitLabel } from "./unit-chips.js";

const WAIT_MS = 10_000;
const FIELDS = ["unit", "kind", "field", "title", "name", "persons", "summary", "phone", "audience"];
/** A case for whoever stands before the desk is about nobody announced. */
const NEW = "";

export class Lobby {
  #asked = new Map();
  /** Whose name the dialog is about to say. */
  #of = NEW;

  constructor(app) {
    this.app = app;
    this.root = document.getElementById("lobby");
    this.dialog = document.getElementById("ask-case");
    this.form = this.dialog.querySelector("form");
    this.kept = new KeptForm("ask-case", FIELDS);
    this.turning = new KeptForm("ask-turn-down", ["reason"]);
    this.root.addEventListener("click", (event) => this.#press(event));
    slot(this.dialog, "who_again").addEventListener("click", () => this.#tellWho(this.#of));
    this.form.addEventListener("submit", (event) => this.#check(event));
    this.form.addEventListener("change", () => this.#closed());
  }

  render(view) {
    const waiting = view.lobby.filter((entry) => entry.state === "waiting");
    slot(this.root, "waiting").hidden = waiting.length === 0;
    fill(this.root, { count: waiting.length });
    reconcile(slot(this.root, "list"), waiting, (entry) => entry.id, () => clone("t-entry"), (node, entry) => {
      const what = [word(`kind.${entry.kind}`), word(`field.${entry.field}`), word("lobby.persons", { n: entry.persons })];
      const matter = entry.matter || word("lobby.secret");
      fill(node, { unit: entry.unit_name, matter, what: what.join(" · "), at: hourMinute(entry.at), from: word(entry.point ? "lobby.from.room" : "lobby.from.office") });
    });
  }

  /** A case for whoever stands before the desk. */
  async open() {
    this.#of = NEW;
    this.#fill({});
    const values = await this.kept.ask(NEW, () => this.#closed());
    if (!values) return;
    const outcome = await this.app.run("case.open", wire(values));
    if (outcome.ok) this.app.toasts.show(word("lobby.opened"), "fine");
    else if (this.kept.refused(NEW, values, outcome.text)) await this.open();
  }

  /** Somebody who is here now, announced by the office. */
  async #admit(entry) {
    this.#of = entry.id;
    this.#fill(entry);
    this.#tellWho(entry.id);
    const values = await this.kept.ask(entry.id, () => this.#closed());
    if (!values) return;
    const { kind, field, title, audience } = wire(values);
    const outcome = await this.app.run("lobby.admit", { entry: entry.id, kind, field, title, audience });
    if (outcome.ok) this.app.toasts.show(word("lobby.admitted"), "fine");
    else if (this.kept.refused(entry.id, values, outcome.text)) await this.#admit(entry);
  }

  async #turnDown(entry) {
    const { turning } = this;
    const values = await turning.ask(entry.id);
    if (!values) return;
    const outcome = await this.app.run("lobby.turn_down", { entry: entry.id, reason: values.reason.trim() });
    if (outcome.ok) this.app.toasts.show(word("lobby.turned_down"), "fine", () => this.app.run("lobby.restore", { entry: entry.id }));
    else if (turning.refused(entry.id, values, outcome.text)) await this.#turnDown(entry);
  }

  #press(event) {
    const act = event.target.closest("button")?.dataset.act;
    const id = event.target.closest("li")?.dataset.key;
    const entry = this.app.store.shown.lobby.find((each) => each.id === id);
    if (act === "open-case") this.open();
    else if (act === "admit" && entry) this.#admit(entry);
    else if (act === "turn-down" && entry) this.#turnDown(entry);
  }

  /** Say who it is, that it is sealed, or that it could not be read. The dialog does not wait for it. */
  async #tellWho(id) {
    const again = slot(this.dialog, "who_again");
    fill(this.dialog, { who: "" });
    again.hidden = true;
    const who = await this.#who(id);
    if (this.#of !== id) return;
    fill(this.dialog, { who: who ? (who.name ?? word("lobby.who.sealed")) : word("lobby.who.unread") });
    again.hidden = who !== null;
  }

  /** Who it is stands sealed with the cases; staff may look. @returns {Promise<{name: string | null} | null>} null: unread */
  #who(id) {
    if (!this.#asked.has(id)) {
      const path = `/api/sessions/${encodeURIComponent(this.app.session)}/lobby/${encodeURIComponent(id)}`;
      this.#asked.set(id, this.#read(id, path));
    }
    return this.#asked.get(id);
  }

  /** What could not be read is asked for anew the next time. */
  async #read(id, path) {
    try {
      const answer = await fetch(path, { signal: AbortSignal.timeout(WAIT_MS) });
      if (answer.ok) return await answer.json();
    } catch {
      // a line that is gone, or too slow: said in the dialog
    }
    this.#asked.delete(id);
    return null;
  }

  #fill({ id, unit, kind, field, matter }) {
    this.form.reset();
    const known = Boolean(id);
    for (const part of this.form.querySelectorAll("[data-new]")) part.hidden = known;
    for (const part of this.form.querySelectorAll("[data-known]")) part.hidden = !known;
    const { elements } = this.form;
    for (const name of ["unit", "name"]) elements[name].disabled = known;
    elements.unit.value = unit ? (unitLabel(unit) ?? unit) : "";
    if (kind) elements.kind.value = kind;
    if (field) elements.field.value = field;
    elements.title.value = matter ?? "";
    slot(this.form, "unit_bad").hidden = true;
    this.#closed();
  }

  /** A denunciation is heard in closed session, and its title names nobody. */
  #closed() {
    const secret = this.form.elements.kind.value === "denunciation";
    slot(this.form, "secret").hidden = !secret;
    this.form.elements.audience.disabled = secret;
  }

  #check(event) {
    if (event.submitter?.value !== "yes") return;
    const { unit } = this.form.elements;
    const good = unit.disabled || unitCode(unit.value) !== null;
    slot(this.form, "unit_bad").hidden = good;
    if (good) return;
    event.preventDefault();
    unit.focus();
  }

}

/** The fields as commands have them. */
function wire({ unit, kind, field, title, name, persons, summary, phone, audience }) {
  return {
    unit: unitCode(unit),
    kind,
    field,
    title: title.trim(),
    name: name.trim(),
    persons: Number(persons),
    summary: summary.trim() || null,
    phone: phone.trim() || null,
    audience: audience && kind !== "denunciation" ? audience : null,
  };
}
