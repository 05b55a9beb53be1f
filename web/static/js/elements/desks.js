/** The departments that are at their desks: who can be asked, one press away. */
import { clone, fill, reconcile, word } from "./dom.js";

export class Desks {
  constructor(app) {
    this.app = app;
    this.root = document.getElementById("desks");
    this.list = this.root.querySelector("ul");
    this.list.addEventListener("click", (event) => {
      if (event.target.closest("button")) app.giveFloor(event.target.closest("li").dataset.key);
    });
  }

  render(view) {
    const here = Object.entries(view.desks).filter(([, desk]) => desk.state === "joined");
    this.root.hidden = here.length === 0;
    const lines = here.map(([id, desk]) => ({ id, name: desk.name })).sort((a, b) => a.name.localeCompare(b.name));
    const make = () => clone("t-desk");
    reconcile(this.list, lines, (line) => line.id, make, (node, line) => this.#line(node, line, view));
  }

  #line(node, line, view) {
    fill(node, { name: line.name });
    const button = node.querySelector("button");
    if (!button) return;
    button.setAttribute("aria-label", word("desks.call", { name: line.name }));
    button.disabled = view.floor?.point === line.id || view.session.state !== "live" || view.current === null;
  }
}
