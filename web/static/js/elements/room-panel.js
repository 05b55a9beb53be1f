/** The leader's panel: the current case (one's own in full), and the directives of one's unit with days left. */
import { waitAfter } from "../net/backoff.js";
import { currentItem, daysLeft, dueState, notesOf } from "../session/select.js";
import { clone, cloneAll, fill, reconcile, setState, slot, word, write } from "./dom.js";
import { dueWords } from "./notes.js";
import { dateText, hourMinute } from "./time.js";

const WAIT_MS = 8_000;

export class RoomPanel {
  #file = null;
  #asked = 0;
  #failed = 0;
  /** The timer of the next try; null while none is needed, or one is on its way. */
  #again = null;

  constructor(app) {
    this.app = app;
    this.root = document.getElementById("panel");
    this.case = document.getElementById("panel-case");
    this.directives = document.getElementById("panel-directives");
    this.list = slot(this.directives, "list");
    /** Directives of earlier days, as the hub rendered them. */
    this.earlier = new Map([...this.list.children].map((node) => [node.dataset.key, node]));
    this.root.addEventListener("click", (event) => this.#press(event));
  }

  get open() {
    return this.root.classList.contains("open");
  }

  toggle(on = !this.root.classList.contains("open")) {
    this.root.classList.toggle("open", on);
    const button = document.querySelector('[data-act="panel"]');
    button.setAttribute("aria-expanded", String(on));
    if (!on) return button.focus();
    this.root.querySelector("button").focus();
    // What waits for an answer is seen at once, however long the file of the case above it.
    this.list.querySelector('[data-act="acknowledge"]:not([hidden])')?.scrollIntoView({ block: "nearest" });
  }

  render(view) {
    const item = currentItem(view);
    const known = item?.inside ? item.case : null;
    const own = Boolean(known) && this.app.ours(known.unit);
    write(slot(this.case, "title"), item ? (item.case?.title ?? word("agenda.hidden")) : word("room.item.none"));
    slot(this.case, "other").hidden = !item?.case || own;
    this.#showFile(own ? known.id : null);
    this.#notes(item ? notesOf(view, item.id).filter((note) => !note.removed) : []);
    this.#directives(view);
  }

  #notes(notes) {
    slot(this.case, "notes-part").hidden = notes.length === 0;
    reconcile(slot(this.case, "notes"), notes, (note) => note.id, () => clone("t-note"), (node, note) => {
      fill(node, { at: hourMinute(note.at), text: note.text });
      const mark = slot(node, "mark");
      mark.hidden = !note.mark;
      if (note.mark) write(mark, word(`mark.${note.mark}`));
    });
  }

  #directives(view) {
    const { unit } = this.app;
    const ours = view.directives.filter((each) => each.lead === unit || each.supporting.includes(unit));
    const live = new Set(ours.map((each) => each.id));
    const kept = [...this.earlier.keys()].filter((id) => !live.has(id)).map((id) => ({ id, node: this.earlier.get(id) }));
    const open = ours.filter((each) => each.withdrawn === null && !each.acknowledged.includes(unit)).length;
    const all = [...ours.toReversed(), ...kept];
    slot(this.directives, "empty").hidden = all.length > 0;
    reconcile(this.list, all, (each) => each.id, (each) => each.node ?? clone("t-directive"), (node, each) => this.#directive(node, each));
    const badge = slot(document.getElementById("foot"), "open");
    badge.hidden = open === 0;
    write(badge, open);
  }

  #directive(node, directive) {
    if (directive.node || node.classList.contains("earlier")) return;
    const done = directive.acknowledged.includes(this.app.unit);
    const gone = directive.withdrawn !== null;
    fill(node, { text: directive.text, on: word("due.on", { date: dateText(directive.due) }) });
    const state = gone ? "withdrawn" : done ? "acknowledged" : "issued";
    setState(slot(node, "state"), { withdrawn: "act", acknowledged: "fine", issued: "attention" }[state], word(`directive.state.${state}`));
    const days = daysLeft(directive.due, this.app.now);
    setState(slot(node, "due"), dueState(days), dueWords(days));
    node.querySelector('[data-act="acknowledge"]').hidden = done || gone;
    slot(node, "due").hidden = gone;
    if (gone) write(slot(node, "on"), word("directive.withdrawn.why", { reason: directive.withdrawn }));
  }

  #press(event) {
    const act = event.target.closest("button")?.dataset.act;
    if (act === "panel-close") this.toggle(false);
    else if (act === "acknowledge") this.app.run("directive.acknowledge", { directive: event.target.closest("li").dataset.key });
  }

  /** The hub is there again: what could not be fetched is asked for at once. */
  back() {
    if (this.#again !== null) this.#fetch();
  }

  #showFile(id) {
    if (this.#file === id) return;
    this.#file = id;
    this.#failed = 0;
    slot(this.case, "file").replaceChildren();
    this.#fetch();
  }

  /** One hearing has one file: that it could not be had is said, and it is asked for until it is there. */
  async #fetch() {
    clearTimeout(this.#again);
    this.#again = null;
    this.#asked += 1;
    const [id, asked] = [this.#file, this.#asked];
    if (!id) return;
    const nodes = await cardOf(id).catch(() => null);
    if (this.#asked !== asked) return;
    slot(this.case, "file").replaceChildren(...(nodes ?? [cloneAll("t-file-failed")]));
    if (nodes) return;
    this.#failed += 1;
    this.#again = setTimeout(() => this.#fetch(), waitAfter(this.#failed, Math.random()));
  }
}

async function cardOf(id) {
  const response = await fetch(`/cases/${encodeURIComponent(id)}/card`, { signal: AbortSignal.timeout(WAIT_MS) });
  if (!response.ok) throw new Error(String(response.status));
  return new DOMParser().parseFromString(await response.text(), "text/html").body.childNodes;
}
