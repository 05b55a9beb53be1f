/** Short words at the foot of the screen: what was refused and why, what was done and can be undone. They wait long enough
 * to be read, or for a press. */
import { clone, icon, slot, write } from "./dom.js";

const STAY_MS = 9_000;

export class Toasts {
  constructor(root) {
    this.root = root;
  }

  /** @param {() => void} [undo] takes back what is told */
  show(text, tone = "act", undo) {
    const toast = clone("t-toast");
    toast.classList.add(tone);
    write(slot(toast, "text"), text);
    slot(toast, "icon").append(icon(tone));
    toast.querySelector('[data-act="close"]').addEventListener("click", () => toast.remove());
    this.#offer(toast.querySelector('[data-act="undo"]'), undo, toast);
    this.root.append(toast);
    while (this.root.children.length > 3) this.root.firstElementChild.remove();
    setTimeout(() => toast.remove(), STAY_MS);
  }

  #offer(button, undo, toast) {
    if (!button || !undo) return button?.remove();
    return button.addEventListener("click", () => {
      toast.remove();
      undo();
    });
  }
}
