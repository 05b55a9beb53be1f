/** The foot of the room's screen: which case, taking it up, the hand, the line. */
import { currentItem, openItem } from "../session/select.js";
import { slot, word, write } from "./dom.js";
import { hourMinute } from "./time.js";

const LEADER = "hub.leader";

export class RoomFoot {
  #asked = false;

  constructor(app) {
    this.app = app;
    this.root = document.getElementById("foot");
    this.dialog = /** @type {HTMLDialogElement} */ (document.getElementById("take-up"));
    this.root.addEventListener("click", (event) => this.press(event.target.closest("button")?.dataset.act));
    this.dialog.addEventListener("close", () => this.#confirmed());
  }

  render(view) {
    const item = currentItem(view);
    const live = view.session.state === "live";
    write(slot(this.root, "item"), this.#head(view, item, live));
    write(slot(this.root, "title"), item && live ? (item.case?.title ?? word("agenda.hidden")) : view.session.title);
    this.#takeUp(view, item);
    this.#hand(view, live);
  }

  press(act) {
    if (act === "take-up") this.#ask();
    else if (act === "hand") this.app.run(this.#up(this.app.store.shown) ? "hand.lower" : "hand.raise");
    else if (act === "panel") this.app.panel.toggle();
  }

  /** OK in the field of the name: keys on the screen, for whoever has no others; with a name in it, the form is sent. */
  field(input) {
    if (input.id !== "leader" || input.value.trim()) return false;
    this.app.letters?.show(true);
    return true;
  }

  /** @param {"good" | "weak" | "bad" | ""} level */
  quality(level) {
    const place = document.getElementById("quality");
    place.dataset.level = level;
    write(slot(place, "text"), level ? word(`room.line.${level}`) : "");
  }

  #head(view, item, live) {
    if (!live) return word(`session.state.${view.session.state}`);
    if (!item) return word("room.item.none");
    const place = word("room.item", { k: item.position, n: view.items.length });
    if (!item.case) return place;
    return [place, item.case.unit_name, word(`kind.${item.case.kind}`)].join(" · ");
  }

  #takeUp(view, item) {
    const button = this.root.querySelector('[data-act="take-up"]');
    const known = item?.inside ? item.case : null;
    const done = known && view.taken_up.find((each) => each.case === known.id && each.unit === this.app.unit);
    button.hidden = !known || !this.app.ours(known.unit) || !(done || openItem(view));
    button.disabled = Boolean(done) || this.#asked;
    button.classList.toggle("done", Boolean(done));
    button.classList.toggle("waiting", this.#asked);
    write(slot(button, "take-up"), word(done ? "room.take_up.done" : "room.take_up"));
  }

  #up(view) {
    return view.hands.some((hand) => hand.point === this.app.point);
  }

  #hand(view, live) {
    const button = this.root.querySelector('[data-act="hand"]');
    const up = this.#up(view);
    button.hidden = !live || view.floor?.point === this.app.point;
    button.setAttribute("aria-pressed", String(up));
    write(slot(button, "hand"), word(up ? "room.hand.up" : "room.hand"));
  }

  /** The leader's name is asked once and then remembered in this room. */
  #ask() {
    const item = openItem(this.app.store.shown);
    if (!item) return;
    write(slot(this.dialog, "case"), `${item.case.number} · ${item.case.title}`);
    const field = this.dialog.querySelector("form").elements.leader;
    field.value = localStorage.getItem(LEADER) ?? "";
    this.dialog.returnValue = "";
    this.dialog.showModal();
    if (field.value) this.dialog.querySelector("button.main").focus();
  }

  async #confirmed() {
    const leader = this.dialog.querySelector("form").elements.leader.value.trim();
    const item = openItem(this.app.store.shown);
    if (this.dialog.returnValue !== "yes" || !leader || !item) return;
    localStorage.setItem(LEADER, leader);
    this.#asked = true;
    this.app.render();
    const outcome = await this.app.run("case.take_up", { item: item.id, leader });
    this.#asked = false;
    this.app.render();
    const at = hourMinute(this.app.channel.now());
    if (outcome.ok) this.app.say(word("room.take_up.saved", { unit: this.app.unitName, at }));
  }
}
