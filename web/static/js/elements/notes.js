/** What was written about the case: notes, directives, the conclusion, oldest first, the newest in view. */
import { daysLeft, directivesOf, dueState, notesOf } from "../session/select.js";
import { ask } from "./ask.js";
import { clone, fill, reconcile, setState, slot, word, write } from "./dom.js";
import { NoteEditor } from "./note-editor.js";
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
    /** @type {NoteEditor[]} notes being changed here */
    this.editors = [];
    this.list.addEventListener("scroll", () => {
      const { scrollTop, clientHeight, scrollHeight } = this.list;
      this.atEnd = scrollHeight - scrollTop - clientHeight < 40;
    });
    // A taller form below leaves less room here.
    new ResizeObserver(() => this.#follow()).observe(this.list);
    this.list.addEventListener("click", (event) => this.#press(event));
    this.list.addEventListener("keydown", (event) => this.#key(event));
    this.list.addEventListener("submit", (event) => this.#save(event));
  }

  render(view) {
    const item = this.app.looked(view);
    const lines = item ? linesOf(view, item) : [];
    slot(this.root, "empty").hidden = lines.length > 0;
    const key = (line) => `${line.kind}-${line.value.id}`;
    reconcile(this.list, lines, key, (line) => clone(TEMPLATES[line.kind]), (node, line) => UPDATES[line.kind](node, line.value));
    for (const editor of [...this.editors]) editor.render();
    this.#follow();
  }

  /** The newest stays in sight, unless somebody has scrolled back to read. */
  #follow() {
    if (this.atEnd) this.list.scrollTop = this.list.scrollHeight;
  }

  #press(event) {
    const node = event.target.closest(".note");
    const act = event.target.closest("button")?.dataset.act;
    if (!node || !act) return;
    const id = node.dataset.key.slice(node.dataset.key.indexOf("-") + 1);
    const { app } = this;
    const acts = {
      edit: () => this.#edit(node, id),
      leave: () => this.#editor(id)?.close(),
      remove: () => app.run("note.remove", { note: id }),
      restore: () => app.run("note.restore", { note: id }),
      settle: () => this.#settle(id),
      withdraw: () => this.#withdraw(id),
      "directive-restore": () => app.run("directive.restore", { directive: id }),
    };
    acts[act]?.();
  }

  #editor(id) {
    return this.editors.find((each) => each.id === id && !each.closing);
  }

  #edit(node, id) {
    const writing = this.#editor(id);
    if (writing) return writing.form.elements.text.focus();
    return this.editors.push(new NoteEditor(this.app, node, id, (done) => (this.editors = this.editors.filter((each) => each !== done))));
  }

  #save(event) {
    event.preventDefault();
    const { key } = event.target.closest(".note").dataset;
    this.#editor(key.slice(key.indexOf("-") + 1))?.close();
  }

  /** Both readings were looked at: the note is as it should be. */
  #settle(id) {
    const note = this.app.store.view.notes.find((each) => each.id === id);
    if (note) this.app.run("note.change", { note: id, base: note.version, text: note.text });
  }

  async #withdraw(id) {
    const { value, form } = await ask("ask-withdraw");
    if (!value) return;
    const outcome = await this.app.run("directive.withdraw", { directive: id, reason: form.elements.reason.value.trim() });
    if (outcome.ok) this.app.toasts.show(word("directive.withdrawn"), "fine", () => this.app.run("directive.restore", { directive: id }));
  }

  /** 1, 2, 3 mark the note that has the focus; Enter or E changes it; Escape ends changing it. */
  #key(event) {
    const node = event.target.closest(".note");
    const id = node?.dataset.key.startsWith("note-") ? node.dataset.key.slice(5) : null;
    if (!id || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape" && event.target.matches("textarea")) {
      event.stopPropagation();
      this.#editor(id)?.close();
      node.focus();
    }
    if (event.target !== node) return;
    const mark = MARK_KEYS[event.key];
    if (mark) this.app.mark(id, mark);
    else if (event.key === "Enter" || event.key === "e") this.#edit(node, id);
    else if (event.key === "Delete") this.app.run("note.remove", { note: id });
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") this.#walk(node, event.key === "ArrowUp" ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #walk(node, by) {
    const all = [...this.list.querySelectorAll('.note[tabindex]')];
    all[all.indexOf(node) + by]?.focus();
  }
}

/** Keys of the marks, here and where notes are written. */
export const MARK_KEYS = { 1: "promise", 2: "question", 3: "evidence" };

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
    const conflict = slot(node, "conflict");
    if (conflict) conflict.hidden = !note.conflict;
  },
  removed(node, note) {
    fill(node, { at: hourMinute(note.at) });
  },
  directive(node, directive) {
    const names = [directive.lead_name, ...directive.supporting.map((code) => unitName(code))];
    const due = word("due.on", { date: dateText(directive.due) });
    fill(node, { at: hourMinute(directive.at), text: directive.text, to: `${names.join("; ")} · ${due}` });
    const gone = directive.withdrawn !== null;
    node.classList.toggle("withdrawn", gone);
    write(slot(node, "why"), gone ? word("directive.withdrawn.why", { reason: directive.withdrawn }) : "");
    for (const button of node.querySelectorAll("button")) button.hidden = (button.dataset.act === "withdraw") === gone;
    slot(node, "states").hidden = gone;
    const done = directive.acknowledged.includes(directive.lead);
    const state = done ? "acknowledged" : "issued";
    setState(slot(node, "state"), done ? "fine" : "attention", word(`directive.state.${state}`));
    const days = daysLeft(directive.due, Date.now());
    setState(slot(node, "due"), dueState(days), dueWords(days));
  },
  conclusion(node, conclusion) {
    const answer = conclusion.answer_on ? word("conclude.answer_by", { date: dateText(conclusion.answer_on) }) : "";
    fill(node, { text: conclusion.text, answer });
  },
};

function linesOf(view, item) {
  const notes = notesOf(view, item.id).map((value) => ({ kind: value.removed ? "removed" : "note", value, n: value.n }));
  const directives = directivesOf(view, item.id).map((value) => ({ kind: "directive", value, n: value.n }));
  const lines = [...notes, ...directives].sort((a, b) => a.n - b.n);
  if (item.conclusion) lines.push({ kind: "conclusion", value: { id: item.id, text: item.conclusion, answer_on: item.answer_on }, n: Infinity });
  return lines;
}

function unitName(code) {
  const option = document.querySelector(`#units option[data-code="${CSS.escape(code)}"]`);
  return option?.value ?? code;
}
