/** Directives to the adviser's own unit: acknowledged where they stand, among the notes. */
import { clone } from "./dom.js";

export class DeskDirectives {
  constructor(app, list) {
    this.app = app;
    this.list = list;
    list.addEventListener("click", (event) => this.#press(event));
  }

  /** After the notes: each line of a directive that waits for this unit has its button. */
  render(view) {
    for (const each of view.directives) {
      const line = this.list.querySelector(`[data-key="directive-${CSS.escape(each.id)}"]`);
      if (!line) continue;
      const button = line.querySelector('[data-act="acknowledge"]');
      const wanted = this.#waits(each);
      if (wanted && !button) line.append(clone("t-ack"));
      if (!wanted) button?.remove();
    }
  }

  #waits(directive) {
    const { unit, may } = this.app.store.you;
    const ours = unit !== null && [directive.lead, ...directive.supporting].includes(unit);
    return ours && may.includes("directive.acknowledge") && !directive.acknowledged.includes(unit);
  }

  #press(event) {
    const button = event.target.closest('[data-act="acknowledge"]');
    if (!button) return;
    const directive = button.closest("li").dataset.key.slice("directive-".length);
    this.app.run("directive.acknowledge", { directive });
  }
}
