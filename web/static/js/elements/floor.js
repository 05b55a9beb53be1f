/** Who speaks and who wants to: the raised hands in order, one press to give the floor. */
import { COUNTDOWN_MS } from "../session/room-state.js";
import { clockOf } from "../session/select.js";
import { clone, fill, reconcile, slot, word, write } from "./dom.js";
import { hourMinute } from "./time.js";

/** A called room counts down before it is on the air; a picture comes soon after, or something is wrong. */
const EXPECTED_MS = COUNTDOWN_MS + 3_000;

export class Floor {
  constructor(app) {
    this.app = app;
    this.root = document.getElementById("floor");
    this.list = slot(this.root, "list");
    this.calling = null;
    this.list.addEventListener("click", (event) => this.#press(event));
    setInterval(() => this.#tick(), 1000);
  }

  render(view) {
    const lines = [];
    if (view.floor) lines.push({ kind: "floor", key: `floor-${view.floor.at}`, ...view.floor });
    else if (this.calling) lines.push({ kind: "calling", key: "calling", name: this.calling });
    view.hands.forEach((hand, index) => lines.push({ kind: "hand", key: hand.point, order: index + 1, ...hand }));
    slot(this.root, "empty").hidden = lines.length > 0;
    reconcile(this.list, lines, (line) => line.key, (line) => clone(`t-${line.kind}`), (node, line) => this.#line(node, line));
    this.#tick();
  }

  /** Give a point the floor; the row stands at once, before the hub has answered. */
  async give(point) {
    this.calling = this.app.nameOf(point);
    this.render(this.app.store.shown);
    await this.app.run("floor.give", { point });
    this.calling = null;
    this.render(this.app.store.shown);
  }

  giveFirst() {
    const first = this.app.store.shown.hands[0];
    if (first) this.give(first.point);
  }

  takeBack() {
    if (this.app.store.shown.floor) this.app.run("floor.end");
  }

  #line(node, line) {
    if (line.kind === "calling") return fill(node, { text: word("floor.calling", { name: line.name }) });
    if (line.kind === "floor") return fill(node, { name: line.name });
    return fill(node, { n: line.order, name: this.app.nameOf(line.point), at: hourMinute(line.at) });
  }

  #tick() {
    const { floor } = this.app.store.shown;
    const place = slot(this.list, "for");
    if (!floor || !place) return;
    const held = this.app.channel.now() - Date.parse(floor.at);
    write(place, clockOf(held));
    slot(this.list, "silent").hidden = held < EXPECTED_MS || floor.point in this.app.store.shown.sources;
  }

  #press(event) {
    const act = event.target.closest("button")?.dataset.act;
    if (act === "give") this.give(event.target.closest("li").dataset.key);
    else if (act === "take-back") this.takeBack();
  }
}
