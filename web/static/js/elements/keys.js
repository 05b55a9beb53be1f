/** Keys of the desk. Single letters can be switched off (WCAG 2.1.4) and never count while something is written. */

const STORED = "hub.single-keys";

export class Keys {
  /** @param {Record<string, () => void>} acts key (as KeyboardEvent.key) → what it does; F-keys work everywhere */
  constructor(acts) {
    this.acts = acts;
    this.choice = /** @type {HTMLInputElement} */ (document.getElementById("single-keys"));
    this.choice.checked = localStorage.getItem(STORED) !== "off";
    this.choice.addEventListener("change", () => localStorage.setItem(STORED, this.choice.checked ? "on" : "off"));
    document.addEventListener("keydown", (event) => this.#press(event));
  }

  #press(event) {
    const act = this.acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const everywhere = /^F\d/.test(event.key);
    if (!everywhere && (!this.choice.checked || busy(event.target))) return;
    // A dialog has the keys, but those that work everywhere: a citizen begins to denounce whatever is open.
    if (!everywhere && document.querySelector("dialog[open]")) return;
    event.preventDefault();
    act();
  }
}

function busy(target) {
  return target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
}
