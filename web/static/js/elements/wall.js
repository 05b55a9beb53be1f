/** The wall: what each room reports, in fixed places; counts that filter; search; arrow keys. */
import { tileState } from "../session/select.js";
import { fill, fold, icon, setState, slot, word, write } from "./dom.js";
import { hourMinute } from "./time.js";

const SIGNS = { live: "fine", voice: "attention", silent: "attention", missing: "act" };
const STATES = Object.keys(SIGNS);

/** What a room's line is too weak for: `low`, `few` or `none` is all it is sent; "" when it lacks nothing. */
function lacking(state, report) {
  const received = state === "live" || state === "voice";
  return received && report.sent && report.sent !== "high" ? report.sent : "";
}

export class Wall {
  #reports = new Map();
  #states = new Map();
  #drawn = false;
  #filter = "all";

  constructor(app) {
    this.app = app;
    this.root = document.getElementById("wall");
    this.tiles = [...this.root.querySelectorAll(".tile")];
    this.byPoint = new Map(this.tiles.map((tile) => [tile.dataset.point, tile]));
    this.find = this.root.querySelector("#find");
    this.root.addEventListener("click", (event) => this.#press(event));
    this.root.addEventListener("keydown", (event) => this.#key(event));
    this.find.addEventListener("input", () => this.#narrow());
    if (this.tiles[0]) this.tiles[0].tabIndex = 0;
  }

  name(point) {
    return this.byPoint.get(point)?.dataset.name ?? "";
  }

  /** The room of a unit, by its code. */
  roomOf(unit) {
    return this.tiles.find((tile) => tile.dataset.unit === unit)?.dataset.point ?? null;
  }

  /** What changed among the points; drawn with the next frame, however many messages come. */
  reports(points) {
    for (const [point, report] of Object.entries(points)) this.#reports.set(point, report);
    this.schedule();
  }

  forget() {
    this.#reports.clear();
    this.schedule();
  }

  schedule() {
    if (this.#drawn) return;
    this.#drawn = true;
    requestAnimationFrame(() => {
      this.#drawn = false;
      this.render(this.app.store.shown);
    });
  }

  render(view) {
    const hands = new Set(view.hands.map((hand) => hand.point));
    const current = view.items.find((item) => item.id === view.current);
    const home = current?.case?.unit;
    const counts = { all: this.tiles.length, live: 0, voice: 0, silent: 0, missing: 0 };
    for (const tile of this.tiles) {
      const { point } = tile.dataset;
      const state = tileState(view.points[point], this.#reports.get(point));
      counts[state] += 1;
      const sent = lacking(state, this.#reports.get(point));
      this.#tile(tile, { state, sent, hand: hands.has(point), speaking: view.floor?.point === point });
      tile.classList.toggle("lost", state === "missing" && Boolean(view.points[point]));
      tile.classList.toggle("home", tile.dataset.unit === home);
    }
    for (const [name, count] of Object.entries(counts)) write(this.root.querySelector(`[data-count="${name}"]`), count);
    this.#bands();
    if (this.#filter !== "all") this.#narrow();
  }

  full(on = !this.root.classList.contains("full")) {
    this.root.classList.toggle("full", on);
    this.root.querySelector('[data-act="wall"]').setAttribute("aria-pressed", String(on));
  }

  #tile(tile, { state, sent, hand, speaking }) {
    const key = `${state}|${sent}|${hand}|${speaking}`;
    if (this.#states.get(tile) === key) return;
    this.#states.set(tile, key);
    tile.classList.remove(...STATES);
    tile.classList.add(state);
    tile.classList.toggle("hand", hand);
    tile.classList.toggle("speaking", speaking);
    tile.classList.toggle("weak", Boolean(sent));
    write(slot(tile, "sent"), sent ? word(`wall.sent.${sent}.short`) : "");
    const extra = speaking ? word("wall.floor") : hand ? word("wall.hand") : "";
    const weak = sent ? word(`wall.sent.${sent}`) : "";
    const said = [word(`wall.${state}`), weak, extra].filter(Boolean).join(", ");
    const label = word("wall.tile", { name: tile.dataset.name, state: said });
    tile.setAttribute("aria-label", label);
    tile.title = label;
    tile.replaceChild(icon(hand ? "hand" : speaking ? "camera" : SIGNS[state]), tile.firstElementChild);
    tile.dataset.state = state;
  }

  #bands() {
    for (const band of this.root.querySelectorAll(".band")) {
      const all = band.querySelectorAll(".tile").length;
      const live = band.querySelectorAll(".tile.live").length;
      write(slot(band, "count"), word("wall.of", { live, all }));
    }
  }

  #narrow() {
    const wanted = fold(this.find.value);
    let found = 0;
    for (const tile of this.tiles) {
      const byName = !wanted || tile.dataset.folded.includes(wanted);
      const byState = this.#filter === "all" || tile.dataset.state === this.#filter;
      tile.classList.toggle("dim", !(byName && byState));
      tile.classList.toggle("found", Boolean(wanted) && byName && byState);
      if (byName && byState) found += 1;
    }
    slot(this.root, "none").hidden = found > 0;
  }

  #press(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.point) this.#open(button);
    else if (button.dataset.act === "wall") this.full();
    else if (button.dataset.filter) this.#choose(button);
  }

  #choose(button) {
    this.#filter = button.dataset.filter;
    for (const each of this.root.querySelectorAll("[data-filter]")) {
      each.setAttribute("aria-pressed", String(each === button));
    }
    this.#narrow();
  }

  /** A room's cause and fix. */
  #open(tile) {
    const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("point"));
    const { point, name, state } = tile.dataset;
    const presence = this.app.store.shown.points[point];
    const report = this.#reports.get(point);
    fill(dialog, {
      name,
      since: presence ? word("wall.detail.since", { at: hourMinute(presence.at) }) : "",
      fix: word(`wall.detail.fix.${state ?? "missing"}`),
      loss: report ? `${(report.loss * 100).toFixed(1)} %` : "–",
      sent: report?.sent ? word(`wall.sent.${report.sent}`) : "–",
      rtt: report?.rtt_ms != null ? `${Math.round(report.rtt_ms)} ms` : "–",
    });
    const tone = SIGNS[state ?? "missing"];
    setState(slot(dialog, "state"), tone, word(`wall.${state ?? "missing"}`));
    const give = dialog.querySelector('[data-act="give"]');
    if (give) give.disabled = presence?.state !== "joined";
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener("close", () => dialog.returnValue === "floor" && this.app.giveFloor(point), { once: true });
  }

  #key(event) {
    if (event.target === this.find && event.key === "Enter") return this.tiles.find((tile) => tile.classList.contains("found"))?.focus();
    const at = this.tiles.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (at < 0) return undefined;
    if (step) this.#focus(this.tiles[at + step]);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") this.#focus(this.#vertical(at, event.key === "ArrowDown"));
    else return undefined;
    return event.preventDefault();
  }

  /** The nearest tile in the row below or above. */
  #vertical(at, down) {
    const from = this.tiles[at].getBoundingClientRect();
    const rows = this.tiles.filter((tile) => {
      const top = tile.getBoundingClientRect().top;
      return down ? top > from.top + 4 : top < from.top - 4;
    });
    const distance = (tile) => {
      const place = tile.getBoundingClientRect();
      return Math.abs(place.top - from.top) * 4 + Math.abs(place.left - from.left);
    };
    return rows.sort((a, b) => distance(a) - distance(b))[0];
  }

  #focus(tile) {
    if (!tile) return;
    for (const each of this.tiles) each.tabIndex = -1;
    tile.tabIndex = 0;
    tile.focus();
  }
}
