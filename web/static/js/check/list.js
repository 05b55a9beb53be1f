/** The list of rooms keeps itself up to date in place: lines change where they stand, nothing moves under the pointer. */
import { fold } from "../elements/dom.js";

const EVERY_MS = 6_000;

export class CheckList {
  #after = "";
  #show = "all";

  constructor(root) {
    this.root = root;
    this.#after = root.dataset.seen;
    this.find = root.querySelector("#find");
  }

  begin() {
    this.root.addEventListener("click", (event) => this.#press(event.target.closest("[data-show]")));
    this.root.addEventListener("submit", (event) => this.#submit(event));
    this.find.addEventListener("input", () => this.#filter());
    setInterval(() => this.#refresh(), EVERY_MS);
    this.#filter();
  }

  async #refresh() {
    try {
      const response = await fetch(`${this.root.dataset.rows}?after=${encodeURIComponent(this.#after)}`);
      if (response.ok) this.#take(await response.text());
    } catch {
      return; // the next look comes anyway
    }
  }

  /**
   * Only lines that changed come; each takes the place of its former self. One in which somebody is just now waits, and is
   * asked for again.
   */
  #take(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    let held = false;
    for (const line of page.querySelectorAll("tr[data-point]")) {
      const old = this.root.querySelector(`tr[data-point="${line.dataset.point}"]`);
      if (old?.contains(document.activeElement)) held = true;
      else old?.replaceWith(document.adoptNode(line));
    }
    if (!held) this.#after = page.querySelector("[data-seen]").dataset.seen;
    this.#filter();
  }

  /** A press answers at once: the line says it was asked before the hub has written it down. */
  async #submit(event) {
    const form = event.target.closest("form[data-ask]");
    if (!form) return;
    event.preventDefault();
    const button = form.querySelector("button");
    button.classList.add("waiting");
    try {
      const response = await fetch(form.action, { method: "POST", body: new FormData(form, event.submitter) });
      if (!response.ok) return location.reload();
      button.blur();
      await this.#refresh();
    } catch {
      return form.submit();
    } finally {
      button.classList.remove("waiting");
    }
    return undefined;
  }

  #press(button) {
    if (!button) return;
    this.#show = button.dataset.show;
    for (const each of this.root.querySelectorAll("[data-show]")) each.setAttribute("aria-pressed", String(each === button));
    this.#filter();
  }

  #filter() {
    const wanted = fold(this.find.value);
    const counts = {};
    let shown = 0;
    for (const line of this.root.querySelectorAll("tr[data-point]")) {
      const { need } = line.dataset;
      counts[need] = (counts[need] ?? 0) + 1;
      counts.all = (counts.all ?? 0) + 1;
      line.hidden = (this.#show !== "all" && need !== this.#show) || !line.dataset.folded.includes(wanted);
      if (!line.hidden) shown += 1;
    }
    for (const place of this.root.querySelectorAll("[data-count]")) place.textContent = String(counts[place.dataset.count] ?? 0);
    this.root.querySelector('[data-slot="none"]').hidden = shown > 0;
  }
}
