/**
 * The conclusion of the current case: written by several clerks at once, read back aloud to all who hear the case, and
 * confirmed. Only what was read back counts, so a change ends the reading.
 */
import { isOpen, openItem } from "../session/select.js";
import { fill, slot, word, write } from "./dom.js";
import { LiveText } from "./live-text.js";
import { dateText } from "./time.js";
import { UnitChips, unitCode, unitLabel } from "./unit-chips.js";

const FIELDS = ["lead", "supporting", "due", "answer_on"];
const BLANK = { version: 0, text: "", lead: null, supporting: [], due: null, answer_on: null };

export class Conclude {
  #item = null;
  #text = null;
  #base = BLANK;
  #refused = false;
  #heard = null;

  /** @param {HTMLFormElement} form @param {HTMLElement} card where it is read back */
  constructor(app, form, card) {
    Object.assign(this, { app, form, card });
    this.chips = new UnitChips(form, () => this.#changed());
    for (const name of ["lead", "due", "answer_on"]) form.elements[name].addEventListener("change", () => this.#changed());
    card.addEventListener("click", (event) => this.#press(event.target.closest("button")?.dataset.act));
  }

  /** The draft of an item as it stands with the hub, the empty one when there is none. */
  #draft(view = this.app.store.view, item = this.#item) {
    return view.drafts.find((draft) => draft.item === item) ?? BLANK;
  }

  /** What the hub has of an item's text; null while it takes none. */
  #known(item) {
    const { view } = this.app.store;
    const { text, version } = this.#draft(view, item);
    return isOpen(view.items.find((each) => each.id === item)) ? { n: view.n, text, version } : null;
  }

  /** @returns {boolean} whether it is being read back now */
  render(view) {
    const item = openItem(view);
    if ((item?.id ?? null) !== this.#item) this.#begin(item?.id ?? null);
    if (!this.#item) return false;
    this.#text.render();
    this.#takeFields(this.#draft());
    const draft = this.#draft(view);
    slot(this.form, "conflict").hidden = !draft.conflict;
    if (draft.read) this.#show(draft);
    return Boolean(draft.read);
  }

  #begin(item) {
    const leave = this.#leaving();
    this.#text = null;
    this.#item = item;
    this.#base = BLANK;
    this.form.reset();
    this.chips.set([]);
    if (item) this.#write(item);
    leave?.();
  }

  #write(item) {
    const draft = this.#draft();
    this.#text = new LiveText(this.form.elements.text, {
      text: draft.text,
      version: draft.version,
      now: () => this.#known(item),
      send: (piece) => this.#send(item, piece),
      told: (state) => this.#told(state),
    });
    this.#text.extra = () => ({ always: this.#own().length > 0 });
    this.#takeFields(draft);
  }

  /**
   * The form is the next item's now. What the hub does not have of this one's is sent once more for it, while it takes any;
   * else the words are kept for whoever wrote them. @returns {(() => Promise<void>) | undefined} does so
   */
  #leaving() {
    const [text, item] = [this.#text, this.#item];
    text?.drop();
    const always = Boolean(text) && this.#own().length > 0;
    if (!text || (text.saved && !always)) return undefined;
    const form = this.#form();
    return async () => {
      await text.last((piece) => this.app.send("conclusion.draft", { item, ...piece, ...form }), { always });
      const words = text.edit.text.trim();
      if (words && !text.edit.taken) this.app.keep(words, item);
    };
  }

  /** Fields that this clerk has not touched follow the others'. */
  #takeFields(draft) {
    if (draft.version === this.#base.version) return;
    const own = this.#own();
    const shown = { ...draft, ...Object.fromEntries(own.map((name) => [name, this.#form()[name]])) };
    this.#base = draft;
    const { lead, due, answer_on } = this.form.elements;
    const set = (field, value) => field.value !== value && document.activeElement !== field && (field.value = value);
    if (!own.includes("lead")) set(lead, shown.lead ? (unitLabel(shown.lead) ?? shown.lead) : "");
    set(due, shown.due ?? "");
    set(answer_on, shown.answer_on ?? "");
    this.chips.set(shown.supporting);
  }

  #form() {
    const { lead, due, answer_on } = this.form.elements;
    return { lead: unitCode(lead.value), supporting: this.chips.codes, due: due.value || null, answer_on: answer_on.value || null };
  }

  /** The fields in which this clerk's form differs from what it began with. */
  #own() {
    const form = this.#form();
    return FIELDS.filter((name) => JSON.stringify(form[name]) !== JSON.stringify(this.#base[name]));
  }

  /** Whether the hub does not have all of it yet. */
  get unsent() {
    return this.#text !== null && (!this.#text.saved || this.#own().length > 0);
  }

  #changed() {
    this.#text?.poke();
  }

  async #send(item, piece) {
    const outcome = await this.app.run("conclusion.draft", { item, ...piece, ...this.#form() });
    if (item === this.#item) this.#refused = !outcome.ok;
    return outcome;
  }

  #told(state) {
    if (state !== "saving") this.#heard?.();
    write(slot(this.form, "saved"), this.#state(state));
  }

  #state(state) {
    if (state === "saved") return word("notes.is_saved");
    if (state === "refused") return word("notes.refused");
    return word(this.app.channel.open ? "notes.saving" : "notes.offline");
  }

  /** Check, and have it read aloud. @returns {Promise<boolean>} */
  async readBack(check) {
    const { text, lead, due } = this.form.elements;
    if (!this.#item) return this.app.toasts.show(word("error.no_current_item"));
    const [code, typed] = [unitCode(lead.value), lead.value.trim() !== ""];
    const good = [
      check("text", text.value.trim() !== ""),
      check("lead", !typed || code !== null),
      check("due", code ? due.value !== "" && due.value >= due.min : due.value === ""),
    ];
    if (!good.every(Boolean)) return this.form.querySelector("[aria-invalid=true]").focus();
    if (!(await this.#sent())) return undefined;
    return this.app.run("conclusion.read_back", { item: this.#item, version: this.#draft().version });
  }

  /** Until all that was typed is with the hub, and heard back from it; false when it is refused, or the item went. */
  async #sent() {
    const text = this.#text;
    this.#refused = false;
    text.flush(text.extra());
    while (this.#text === text && !this.#refused && (!text.saved || this.#own().length > 0)) {
      await this.#news();
      if (!this.#refused) text.flush(text.extra());
    }
    return this.#text === text && !this.#refused;
  }

  /** The hub's view has changed, or the hub has answered: its answer may come after the last change. */
  #news() {
    return new Promise((resolve) => {
      const stop = this.app.store.subscribe(() => this.#heard?.());
      this.#heard = () => {
        stop();
        this.#heard = null;
        resolve();
      };
    });
  }

  #show(draft) {
    const names = draft.supporting.map((code) => unitLabel(code) ?? code).join("; ");
    fill(this.card, {
      text: draft.text,
      lead: draft.lead ? (unitLabel(draft.lead) ?? draft.lead_name) : word("conclude.none"),
      supporting: names || word("conclude.none"),
      due: draft.due ? dateText(draft.due) : word("conclude.none"),
      answer: draft.answer_on ? dateText(draft.answer_on) : word("conclude.none"),
      by: word("conclude.reading", { name: draft.read.by.name }),
    });
  }

  async #press(act) {
    const item = this.#item;
    if (act === "change-conclusion") this.app.run("conclusion.take_back", { item });
    if (act !== "confirm-conclusion") return;
    const outcome = await this.app.run("item.conclude", { item, version: this.#draft().version });
    if (!outcome.ok) return;
    this.app.toasts.show(word("conclude.done"), "fine", () => this.app.run("item.reopen", { item, reason: word("undo.reason") }));
  }
}
