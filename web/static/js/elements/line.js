/** The state of the line to the hub, said in plain words while it is not good. */
import { steady } from "../net/hub-clock.js";
import { cloneAll, slot, word, write } from "./dom.js";

const QUIET_MS = 1_500;

export class Line {
  #since = 0;
  #shown = "";

  constructor(app, signIn) {
    this.app = app;
    this.signIn = signIn;
    this.root = document.getElementById("line");
    this.root.addEventListener("click", (event) => event.target.closest('[data-act="retry"]') && app.channel.retry());
    app.channel.addEventListener("state", ({ detail }) => this.#state(detail));
    app.channel.addEventListener("ended", ({ detail }) => this.#ended(detail.code));
    addEventListener("focus", () => app.channel.revive()); // signed in again, in the tab that the link opened
    setInterval(() => this.#tick(), 500);
  }

  #state(detail) {
    this.detail = detail;
    if (detail.state === "open") this.#show("");
    this.#tick();
  }

  #tick() {
    const { state, next, since } = this.detail ?? {};
    if (!since || state === "open" || state === "ended" || steady() - since < QUIET_MS) return;
    this.#show("t-line-lost");
    const seconds = Math.ceil((next - steady()) / 1000);
    const text = state === "waiting" && seconds > 0 ? word("line.lost", { seconds }) : word("line.lost.now");
    write(slot(this.root, "text"), text);
  }

  #ended(code) {
    this.#show(code === 4401 ? "t-line-out" : "t-line-gone");
    const link = slot(this.root, "link");
    if (link) Object.assign(link, { href: this.signIn, target: "_blank" }); // what was typed stays where it is
  }

  #show(template) {
    if (this.#shown === template) return;
    this.#shown = template;
    this.root.hidden = !template;
    this.root.replaceChildren(...(template ? [cloneAll(template)] : []));
  }
}
