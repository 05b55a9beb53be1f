/** The head of the desk: live since, which case, who listens, closed hearing. */
import { clockOf, openItem } from "../session/select.js";
import { ask } from "./ask.js";
import { setState, slot, word, write } from "./dom.js";

export class Bar {
  constructor(app) {
    this.app = app;
    this.root = document.getElementById("bar");
    this.root.addEventListener("click", (event) => this.#press(event.target.closest("button")));
    setInterval(() => this.tick(), 1000);
  }

  render(view) {
    const { state } = view.session;
    this.root.dataset.state = state;
    const mark = slot(this.root, "state");
    mark.className = `live-mark ${state}`;
    write(mark, word(`session.state.${state}`));
    const current = view.items.find((item) => item.id === view.current);
    const counted = current && word("console.item", { k: current.position, n: view.items.length });
    write(slot(this.root, "item"), counted ?? word("console.item.none"));
    this.#audience(view, current);
    this.#acts(state);
    this.tick();
  }

  tick() {
    const { live_at: at, state } = this.app.store.shown.session;
    const runs = at && state !== "closed";
    write(slot(this.root, "elapsed"), runs ? clockOf(this.app.channel.now() - Date.parse(at)) : "");
  }

  /** F9: closing is at once, over whatever dialog is open; opening again is asked, and not over another question. */
  async toggleClosed() {
    const current = this.#current();
    if (!current) return;
    if (current.audience !== "closed") {
      this.app.run("audience.set", { audience: "closed", item: current.id });
      return;
    }
    if (current.case?.kind === "denunciation") {
      this.app.toasts.show(word("error.denunciation_closed"), "attention");
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    const { value } = await ask("ask-open");
    if (value) this.app.run("audience.set", { audience: value, item: current.id, confirm: true });
  }

  #current() {
    const view = this.app.store.shown;
    return view.items.find((item) => item.id === view.current) ?? null;
  }

  #audience(view, current) {
    const watched = slot(this.root, "audience");
    const closed = current?.audience === "closed";
    if (watched) return current && setState(watched, "", word(`audience.${current.audience}`), closed ? "lock" : "eye");
    const settable = Boolean(current) && view.session.state !== "closed";
    for (const button of this.root.querySelectorAll("[data-audience]")) {
      button.setAttribute("aria-pressed", String(current?.audience === button.dataset.audience));
      button.disabled = !settable || current.case?.kind === "denunciation";
    }
    const button = this.root.querySelector('[data-act="closed"]');
    button.setAttribute("aria-pressed", String(closed));
    button.disabled = !settable;
    write(slot(this.root, "closed"), word(closed ? "console.closed_hearing.on" : "console.closed_hearing"));
    this.root.classList.toggle("closed-hearing", closed);
    return undefined;
  }

  #acts(state) {
    const coming = ["scheduled", "published"];
    const shown = { "go-live": coming, resume: ["paused"], pause: ["live"], end: ["live", "paused"] };
    for (const [act, states] of Object.entries(shown)) {
      const button = this.root.querySelector(`[data-act="${act}"]`);
      if (button) button.hidden = !states.includes(state);
    }
  }

  async #press(button) {
    if (!button || button.disabled) return;
    const { act, audience } = button.dataset;
    if (audience) await this.#choose(audience);
    else if (act === "closed") await this.toggleClosed();
    else if (act === "go-live") this.app.run("session.go_live");
    else if (act === "resume") this.app.run("session.resume");
    else if (act === "pause") await this.#pause();
    else if (act === "end") await this.#end();
    else if (act === "help") document.getElementById("help").showModal();
  }

  async #choose(audience) {
    const current = this.#current();
    if (!current || current.audience === audience) return;
    if (current.audience === "closed") await this.toggleClosed();
    else this.app.run("audience.set", { audience, item: current.id });
  }

  async #pause() {
    const { value, form } = await ask("ask-pause");
    if (value) this.app.run("session.pause", { reason: form.elements.reason.value.trim() });
  }

  async #end() {
    const { value } = await ask("ask-end");
    if (value) this.app.run("session.close");
  }

  /** The next key or button would need an open item; used by other parts too. */
  get open() {
    return openItem(this.app.store.shown);
  }
}
