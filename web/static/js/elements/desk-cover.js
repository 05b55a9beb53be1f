/** Says over the pictures why there are none for this participant: the moment it is so, not when they have stopped. */
import { coverOf } from "../session/desk-state.js";
import { icon, slot, word, write } from "./dom.js";

export class DeskCover {
  #shown = null;

  constructor(app) {
    this.app = app;
    this.root = document.getElementById("cover");
    this.speaking = slot(document.getElementById("on-air"), "speaking");
  }

  render(view) {
    const why = this.app.store.started ? coverOf(view, this.app.store.you.point) : "waiting";
    write(this.speaking, !why && view.floor ? word("desk.speaking", { name: view.floor.name }) : "");
    if (why === this.#shown) return;
    this.#shown = why;
    this.root.hidden = !why;
    if (!why) return;
    const closed = why === "closed";
    slot(this.root, "sign").replaceChildren(icon(closed ? "lock" : "neutral"));
    write(slot(this.root, "what"), word(`desk.cover.${why}`));
    write(slot(this.root, "why"), word(`desk.cover.${why}.text`));
  }
}
