/** What was written about the case: notes, directives, the conclusion, oldest first, the newest in view. */
import { daysLeft, directivesOf, dueState, notesOf } from "../session/select.js";
import { clone, fill, reconcile, setState, slot, word } from "./dom.js";
import { dateText, hourMinute } from "./time.js";

/** Days left as the pages say it. */
export function dueWords(days) {
  if (days < 0) return word("due.late", { n: -days });
  return days === 0 ? word("due.today") : word("due.left", { n: days });
}

export class Notes {
  constructor(app) {
    this.app = app;
    this.root = document.getElementById("notes");
    this.list = slot(this.root, "list");
    this.atEnd = true;
    this.list.addEventListener("scroll", () => {
      const { scrollTop, clientHeight, scrollHeight } = this.list;
      this.atEnd = scrollHeight - scrollTop - clientHeight < 40;
    });
    // A taller form below leaves less room here.
    new ResizeObserver(() => this.#follow()).observe(this.list);
    this.list.addEventListener("click", (event) => this.#press(event));
    this.list.addEventListener("submit", (event) => this.#save(event));
  }

  render(view) {
    const item = this.app.looked(view);
    const lines = item ? linesOf(view, item) : [];
    slot(this.root, "empty").hidden = lines.length > 0;
    const key = (line) => `${line.kind}-${line.value.id}`;
    reconcile(this.list, lines, key, (line) => clone(TEMPLATES[line.kind]), (node, line) => UPDATES[line.kind](node, line.value));
    this.#follow();
  }

  /** The newest stays in sight, unless somebody has scrolled back to read. */
  #follow() {
    if (this.atEnd) this.list.scrollTop = this.list.scrollHeight;
  }

  #note(node) {
    return this.app.store.shown.notes.find((note) => node.dataset.key.endsWith(`-${note.id}`));
  }

  #press(event) {
    const node = event.target.closest(".note");
    const act = event.target.closest("button")?.dataset.act;
    if (!node || !act) return;
    const note = this.#note(node);
    if (act === "edit") this.#edit(node, note);
    else if (act === "leave") node.querySelector(".note-edit").remove();
    else if (act === "remove") this.app.run("note.remove", { note: note.id });
    else if (act === "restore") this.app.run("note.restore", { note: note.id });
  }

  #edit(node, note) {
    if (node.querySelector(".note-edit")) return;
    const form = /** @type {HTMLFormElement} */ (clone("t-note-edit"));
    form.elements.text.value = note.text;
    node.querySelector(".note-body").append(form);
    form.elements.text.focus();
  }

  #save(event) {
    event.preventDefault();
    const note = this.#note(event.target.closest(".note"));
    const text = event.target.elements.text.value.trim();
    event.target.remove();
    if (text && text !== note.text) this.app.run("note.change", { note: note.id, text });
  }
}

const TEMPLATES = {
  note: "t-note",
  removed: "t-note-removed",
  directive: "t-directive",
  conclusion: "t-conclusion",
};

const UPDATES = {
  note(node, note) {
    const pending = note.id.startsWith("pending-");
    const more = pending ? word("notes.sending") : note.changed ? word("notes.changed") : "";
    fill(node, { at: hourMinute(note.at), text: note.text, more });
    const mark = slot(node, "mark");
    mark.hidden = !note.mark;
    if (note.mark) mark.textContent = word(`mark.${note.mark}`);
    node.classList.toggle("pending", pending);
    const acts = node.querySelector(".note-acts");
    if (acts) acts.hidden = pending;
  },
  removed(node, note) {
    fill(node, { at: hourMinute(note.at) });
  },
  directive(node, directive) {
    const names = [directive.lead_name, ...directive.supporting.map((code) => unitName(code))];
    const due = word("due.on", { date: dateText(directive.due) });
    fill(node, { at: hourMinute(directive.at), text: directive.text, to: `${names.join("; ")} · ${due}` });
    const done = directive.acknowledged.includes(directive.lead);
    const state = done ? "acknowledged" : "issued";
    setState(slot(node, "state"), done ? "fine" : "attention", word(`directive.state.${state}`));
    const days = daysLeft(directive.due, Date.now());
    setState(slot(node, "due"), dueState(days), dueWords(days));
  },
  conclusion(node, conclusion) {
    fill(node, { text: conclusion.text });
  },
};

function linesOf(view, item) {
  const notes = notesOf(view, item.id).map((value) => ({ kind: value.removed ? "removed" : "note", value, n: value.n }));
  const directives = directivesOf(view, item.id).map((value) => ({ kind: "directive", value, n: value.n }));
  const lines = [...notes, ...directives].sort((a, b) => a.n - b.n);
  if (item.conclusion) lines.push({ kind: "conclusion", value: { id: item.id, text: item.conclusion }, n: Infinity });
  return lines;
}

function unitName(code) {
  const option = document.querySelector(`#units option[data-code="${CSS.escape(code)}"]`);
  return option?.value ?? code;
}
