/** Where a case that still waits stands on the agenda: earlier, later, or off it. Shown with the case that is looked at. */
import { ask } from "./ask.js";

export class AgendaOrder {
  constructor(app) {
    this.app = app;
    this.root = document.getElementById("agenda-order");
    this.root.addEventListener("click", (event) => this.#press(event.target.closest("button")?.dataset.order));
    document.getElementById("agenda").addEventListener("keydown", (event) => this.#key(event));
  }

  render(view) {
    const item = this.app.looked(view);
    const waits = item?.state === "queued";
    this.root.hidden = !waits;
    if (!waits) return;
    const { up, down } = places(view, item.id);
    this.#button("up").disabled = up === undefined;
    this.#button("down").disabled = down === undefined;
  }

  #press(order) {
    const item = this.app.looked(this.app.store.shown);
    if (!order || !item) return;
    if (order === "remove") this.#remove(item);
    else this.#move(item.id, order);
  }

  /** Alt and an arrow move the case that has the focus. */
  #key(event) {
    const order = { ArrowUp: "up", ArrowDown: "down" }[event.key];
    const id = event.target.closest(".item")?.dataset.key;
    if (!order || !id || !event.altKey) return;
    event.preventDefault();
    this.#move(id, order);
  }

  #move(id, order) {
    const before = places(this.app.store.shown, id)[order];
    if (before !== undefined) this.app.run("item.move", { item: id, before });
  }

  async #remove(item) {
    const { value, form } = await ask("ask-remove");
    if (value) this.app.run("item.remove", { item: item.id, reason: form.elements.reason.value.trim() });
  }

  #button(order) {
    return this.root.querySelector(`[data-order="${order}"]`);
  }
}

/** Before which case it would stand one place up, or down (null: at the end); undefined where it cannot go. */
export function places(view, id) {
  const waiting = view.items.filter((item) => item.state === "queued").map((item) => item.id);
  const at = waiting.indexOf(id);
  if (at < 0) return {};
  return { up: waiting[at - 1], down: at + 1 < waiting.length ? (waiting[at + 2] ?? null) : undefined };
}
