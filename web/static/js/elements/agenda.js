/** The agenda: places that never move, the current one marked, one press to call the next. */
import { call, nextItem } from "../session/select.js";
import { clone, fill, icon, reconcile, slot, word } from "./dom.js";

/** The same key again so soon is the same press: a second call would put the first case off. */
const AGAIN_MS = 1_000;
const SIGNS = { queued: "queued", called: "play", hearing: "play", concluded: "fine", deferred: "attention" };

export class Agenda {
  #calling = false;
  #calledAt = -AGAIN_MS;

  constructor(app) {
    this.app = app;
    this.root = document.getElementById("agenda");
    this.list = slot(this.root, "list");
    this.list.addEventListener("click", (event) => this.#press(event));
  }

  render(view) {
    slot(this.root, "empty").hidden = view.items.length > 0;
    const next = nextItem(view);
    const make = () => clone("t-item");
    reconcile(this.list, view.items, (item) => item.id, make, (node, item) => this.#update(node, item, view, next));
  }

  /** One press, one case: what is pressed while the hub has not answered, or just after, calls nobody. */
  async callNext() {
    const next = nextItem(this.app.store.shown);
    if (!next || this.#calling || performance.now() - this.#calledAt < AGAIN_MS) return;
    this.#calling = true;
    await this.app.run("item.call", call(this.app.store.shown, next.id));
    this.#calling = false;
    this.#calledAt = performance.now();
  }

  #update(node, item, view, next) {
    const current = view.current === item.id && ["called", "hearing"].includes(item.state);
    const classes = ["item", item.state, current && "current", next?.id === item.id && "next"];
    node.className = classes.filter(Boolean).join(" ");
    const parts = item.case ? [item.case.number, word(`kind.${item.case.kind}`)] : [];
    if (item.state !== "queued" || parts.length === 0) parts.unshift(word(`item.state.${item.state}`));
    fill(node, { n: item.position, title: item.case?.unit_name ?? word("agenda.hidden"), meta: parts.join(" · ") });
    node.querySelector('[data-act="show"]').title = item.case?.title ?? "";
    if (current) node.setAttribute("aria-current", "step");
    else node.removeAttribute("aria-current");
    this.#sign(node, item.audience === "closed" && item.state === "queued" ? "lock" : SIGNS[item.state]);
    const call = node.querySelector('[data-act="call"]');
    if (call) call.hidden = current || item.state === "concluded" || view.session.state !== "live";
  }

  #sign(node, name) {
    const place = slot(node, "sign");
    if (place.dataset.sign === name) return;
    place.dataset.sign = name;
    place.replaceChildren(icon(name));
  }

  #press(event) {
    const button = event.target.closest("button");
    const id = event.target.closest(".item")?.dataset.key;
    if (!button || !id) return;
    if (button.dataset.act === "call") this.app.run("item.call", call(this.app.store.shown, id));
    else this.app.look(id);
  }
}
