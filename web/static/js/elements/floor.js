/** Who speaks and who wants to: one press to call a room, how long it has, who is asked, whose picture is pinned. */
import { COUNTDOWN_MS } from "../session/room-state.js";
import { clockOf, meant, openItem } from "../session/select.js";
import { clone, fill, reconcile, setState, slot, word, write } from "./dom.js";
import { hourMinute } from "./time.js";

/** A called room counts down before it is on the air; a picture comes soon after, or something is wrong. */
const EXPECTED_MS = COUNTDOWN_MS + 3_000;
/** As long as the hub waits for a room's consent. */
const ANSWER_MS = 120_000;
/** Of a lease: from here on its end is said loudly. */
const SOON_MS = 30_000;
const LAYOUTS = ["side_by_side", "hall", "point"];

export class Floor {
  constructor(app) {
    this.app = app;
    this.root = document.getElementById("floor");
    this.list = slot(this.root, "list");
    this.tools = slot(this.root, "tools");
    this.lease = /** @type {HTMLSelectElement | null} */ (this.root.querySelector("#lease"));
    this.calling = null;
    this.root.addEventListener("click", (event) => this.#press(event.target.closest("button")));
    setInterval(() => this.#tick(), 1000);
  }

  render(view) {
    const lines = this.#lines(view);
    slot(this.root, "empty").hidden = lines.length > 0;
    reconcile(this.list, lines, (line) => line.key, (line) => clone(`t-${line.kind}`), (node, line) => this.#line(node, line));
    this.#tools(view);
    this.#tick();
  }

  /** Call a point; the row stands at once, before the hub has answered. */
  async give(point) {
    const hearing = meant(this.app.store.shown);
    this.calling = this.app.nameOf(point);
    this.render(this.app.store.shown);
    await this.app.run("floor.give", { point, seconds: Number(this.lease?.value ?? 300), ...hearing });
    this.calling = null;
    this.render(this.app.store.shown);
  }

  giveFirst() {
    const first = this.app.store.shown.hands[0];
    if (first) this.give(first.point);
  }

  takeBack() {
    const { floor, call } = this.app.store.shown;
    if (floor || call) this.app.run("floor.end");
  }

  extend() {
    if (this.app.store.shown.floor) this.app.run("floor.extend");
  }

  muteAll() {
    this.app.run(this.app.store.shown.stage.muted ? "stage.unmute" : "stage.mute");
  }

  nextLayout() {
    const at = LAYOUTS.indexOf(this.app.store.shown.stage.layout);
    this.app.run("stage.layout", { layout: LAYOUTS[(at + 1) % LAYOUTS.length] });
  }

  #lines(view) {
    const { floor, call, pinned, hands } = view;
    const lines = [];
    if (floor) lines.push({ kind: "floor", key: `floor-${floor.at}`, ...floor });
    if (call) lines.push({ kind: "called", key: `called-${call.at}`, ...call });
    else if (this.calling) lines.push({ kind: "calling", key: "calling", name: this.calling });
    const home = this.#home(view);
    if (pinned) lines.push({ kind: "pinned", key: `pin-${pinned.point}`, ...pinned });
    else if (home) lines.push({ kind: "home", key: home, name: this.app.nameOf(home) });
    hands.forEach((hand, index) => lines.push({ kind: "hand", key: hand.point, order: index + 1, ...hand }));
    return lines;
  }

  /** The room of the case that is heard, offered by itself while it is here and not on the stage. */
  #home(view) {
    const unit = openItem(view)?.case?.unit;
    const point = this.app.roomOf(unit);
    if (!point || !this.tools || view.points[point]?.state !== "joined") return null;
    return [view.floor?.point, view.call?.point].includes(point) ? null : point;
  }

  #line(node, line) {
    if (line.kind === "calling") return fill(node, { text: word("floor.calling", { name: line.name }) });
    if (line.kind !== "hand") return fill(node, { name: line.name });
    return fill(node, { n: line.order, name: this.app.nameOf(line.point), at: hourMinute(line.at) });
  }

  #tools(view) {
    if (!this.tools) return;
    const { stage } = view;
    for (const button of this.tools.querySelectorAll("[data-layout]")) {
      button.setAttribute("aria-pressed", String(button.dataset.layout === stage.layout));
    }
    this.tools.querySelector('[data-act="mute-all"]').setAttribute("aria-pressed", String(stage.muted));
    write(slot(this.tools, "mute-all"), word(stage.muted ? "floor.unmute" : "floor.mute"));
    this.tools.querySelector('[data-act="duplex"]').setAttribute("aria-pressed", String(stage.duplex === "half"));
    const on = ["live", "paused"].includes(view.session.state);
    for (const button of this.tools.querySelectorAll("button")) button.disabled = !on;
  }

  #tick() {
    const { floor, call, sources, stage } = this.app.store.shown;
    const now = this.app.channel.now();
    const waits = slot(this.list, "waits");
    if (call && waits) write(waits, word("floor.called.left", { left: clockOf(Date.parse(call.at) + ANSWER_MS - now) }));
    const place = slot(this.list, "for");
    if (!floor || !place) return;
    const held = now - Date.parse(floor.at);
    write(place, clockOf(held));
    const left = floor.until ? Date.parse(floor.until) - now : null;
    const lease = slot(this.list, "left");
    lease.hidden = left === null;
    if (left !== null) setState(lease, left < SOON_MS ? "attention" : "", word("floor.left", { left: clockOf(left) }), "clock");
    slot(this.list, "muted").hidden = !stage.muted;
    slot(this.list, "silent").hidden = held < EXPECTED_MS || floor.point in sources;
  }

  #press(button) {
    if (!button || button.closest("#desks")) return; // those are desks.js's
    const { act, layout } = button.dataset;
    const point = button.closest("li")?.dataset.key;
    const acts = {
      give: () => this.give(point),
      "take-back": () => this.app.run("floor.end", { point: this.app.store.shown.floor.point }),
      "call-off": () => this.app.run("floor.end", { point: this.app.store.shown.call.point }),
      extend: () => this.extend(),
      pin: () => this.app.run("stage.pin", { point }),
      unpin: () => this.app.run("stage.unpin"),
      talk: () => this.app.openTalk(point),
      "mute-all": () => this.muteAll(),
      duplex: () => this.app.run("stage.duplex", { duplex: this.app.store.shown.stage.duplex === "half" ? "full" : "half" }),
    };
    if (layout) this.app.run("stage.layout", { layout });
    else acts[act]?.();
  }
}
