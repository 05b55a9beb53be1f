/** The question that is asked once in a session: may this room's camera and microphone be switched on when it is called. */
import { clockOf } from "../session/select.js";
import { askedFor, consented } from "../session/speaking.js";
import { slot, word, write } from "./dom.js";

/** As long as the hub waits for an answer to a call. */
const ANSWER_MS = 120_000;
const OVER = new Set(["closed", "postponed", "cancelled"]);

export class RoomConsent {
  #asked = null;
  #declined = null;

  constructor(app) {
    this.app = app;
    this.root = document.getElementById("consent");
    this.tool = document.querySelector('#panel-tools [data-act="consent-toggle"]');
    this.root.addEventListener("click", (event) => this.#press(event.target.closest("button")?.dataset.act));
    this.tool.addEventListener("click", () => this.#toggle());
  }

  render(view, now) {
    const { point } = this.app;
    const may = consented(view, point);
    const over = this.app.over || OVER.has(view.session.state);
    const asked = may || over ? null : askedFor(view, point);
    const key = asked && `${asked} ${(view.call ?? view.pinned ?? view.talks[0])?.at}`;
    this.#show(key && key !== this.#declined ? key : null, asked, view);
    if (asked === "call" && !this.root.hidden) this.#left(view, now);
    this.tool.hidden = !this.app.store?.started || over;
    this.tool.setAttribute("aria-pressed", String(may));
    write(slot(this.tool, "consent"), word(may ? "room.consent.take_back" : "room.consent.give"));
  }

  #show(key, asked, view) {
    if (key === this.#asked) return;
    this.#asked = key;
    this.root.hidden = key === null;
    this.root.toggleAttribute("data-busy", key !== null);
    if (key === null) return;
    const who = view.talks.find((talk) => talk.point === this.app.point)?.staff_name ?? "";
    write(slot(this.root, "title"), word(`room.consent.${asked}`, { name: who }));
    slot(this.root, "left").hidden = asked !== "call";
    this.root.querySelector('[data-act="consent"]').focus();
  }

  #left(view, now) {
    const left = Date.parse(view.call.at) + ANSWER_MS - now;
    write(slot(this.root, "left"), word("room.consent.left", { left: clockOf(left) }));
  }

  #press(act) {
    if (act === "consent") this.app.run("room.consent");
    if (act === "decline") {
      this.#declined = this.#asked;
      this.app.run("room.withdraw");
    }
  }

  #toggle() {
    this.app.run(consented(this.app.view, this.app.point) ? "room.withdraw" : "room.consent");
  }
}
