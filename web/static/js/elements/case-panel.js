/** The case on the desk: the current one, or the one being looked at on the agenda. */
import { takeUpsOf } from "../session/select.js";
import { ask } from "./ask.js";
import { cloneAll, fill, icon, reconcile, setState, slot, word, write } from "./dom.js";

const TONES = { called: "attention", hearing: "fine", concluded: "fine", deferred: "attention", queued: "" };

export class CasePanel {
  #file = null;
  #files = new Map();

  constructor(app) {
    this.app = app;
    this.root = document.getElementById("case");
    this.root.addEventListener("click", (event) => this.#press(event.target.closest("button")));
  }

  render(view) {
    const item = this.app.looked(view);
    slot(this.root, "none").hidden = Boolean(item);
    slot(this.root, "case").hidden = !item;
    if (!item) return;
    this.#head(item);
    this.#acts(item, view);
    const list = slot(this.root, "take-ups");
    const make = () => Object.assign(document.createElement("li"), { className: "state fine" });
    reconcile(list, takeUpsOf(view, item.id), (each) => String(each.n), make, (node, each) => {
      const text = word("take_up.line", { unit: each.unit_name, leader: each.leader });
      if (node.textContent !== text) node.replaceChildren(icon("fine"), text);
    });
    this.#showFile(item.case);
  }

  #head(item) {
    const known = item.case;
    fill(this.root, {
      number: known?.number ?? "",
      kind: known ? word(`kind.${known.kind}`) : "",
      field: known ? word(`field.${known.field}`) : "",
      title: known?.title ?? word("agenda.hidden"),
      unit: known?.unit_name ?? "",
    });
    setState(slot(this.root, "state"), TONES[item.state], word(`item.state.${item.state}`));
    const reason = slot(this.root, "reason");
    reason.hidden = !item.reason;
    write(reason, item.reason === "next_called" ? word("reason.next_called") : (item.reason ?? ""));
    const link = slot(this.root, "link");
    link.hidden = !known;
    if (known) link.href = `/cases/${known.id}`;
  }

  #acts(item, view) {
    const open = ["called", "hearing"].includes(item.state) && item.id === view.current;
    const home = this.app.roomOf(item.case?.unit);
    const shown = {
      hear: item.state === "called" && open,
      defer: open,
      reopen: ["concluded", "deferred"].includes(item.state) && ["live", "paused"].includes(view.session.state),
      "floor-home": open && home && view.floor?.point !== home,
      reclassify: Boolean(item.case),
    };
    for (const [act, is] of Object.entries(shown)) {
      const button = this.root.querySelector(`[data-act="${act}"]`);
      if (button) button.hidden = !is;
    }
  }

  /**
   * The file in short, made by the hub; fetched once and kept while the desk is open, or until the case is of another
   * kind: whom it may name depends on that.
   */
  #showFile(known) {
    const key = known ? `${known.id} ${known.kind}` : null;
    if (this.#file === key) return;
    this.#file = key;
    const place = slot(this.root, "file");
    if (!known) return place.replaceChildren();
    if (this.#files.get(known.id)?.key !== key) this.#files.set(known.id, { key, nodes: this.#fetch(known.id, key) });
    place.replaceChildren(cloneAll("t-file-wait"));
    this.#files.get(known.id).nodes.then((nodes) => this.#file === key && place.replaceChildren(nodes.cloneNode(true)));
    return undefined;
  }

  async #fetch(id, key) {
    try {
      const response = await fetch(`/cases/${encodeURIComponent(id)}/card`);
      if (!response.ok) throw new Error(String(response.status));
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const nodes = document.createDocumentFragment();
      nodes.append(...page.body.childNodes);
      return nodes;
    } catch {
      if (this.#files.get(id)?.key === key) this.#files.delete(id);
      return cloneAll("t-file-failed");
    }
  }

  async #press(button) {
    const item = this.app.looked(this.app.store.shown);
    if (!button || !item) return;
    const { act } = button.dataset;
    if (act === "hear") this.app.run("item.hear", { item: item.id });
    else if (act === "floor-home") this.app.giveFloor(this.app.roomOf(item.case.unit));
    else if (act === "reopen") await this.#reopen(item);
    else if (act === "defer") await this.#defer(item);
    else if (act === "reclassify") await this.#reclassify(item);
  }

  async #defer(item) {
    const { value, form } = await ask("ask-defer");
    if (!value) return;
    const outcome = await this.app.run("item.defer", { item: item.id, reason: form.elements.reason.value.trim() });
    if (!outcome.ok) return;
    this.app.toasts.show(word("agenda.deferred"), "fine", () => this.app.run("item.reopen", { item: item.id, reason: word("undo.reason") }));
  }

  async #reopen(item) {
    const { value, form } = await ask("ask-reopen");
    if (value) this.app.run("item.reopen", { item: item.id, reason: form.elements.reason.value.trim() });
  }

  async #reclassify(item) {
    for (const button of document.querySelectorAll("#ask-kind button[value]")) button.disabled = button.value === item.case.kind;
    const { value } = await ask("ask-kind");
    if (value && value !== item.case.kind) this.app.run("case.reclassify", { case: item.case.id, kind: value });
  }
}
