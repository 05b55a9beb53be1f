/** The wall: what each room reports, in fixed places; counts that filter; search; arrow keys. */
import { ills, TILE_SIGNS, tileState } from "../session/select.js";
import { fold, icon, slot, word, write } from "./dom.js";
import { WallPictures } from "./wall-pictures.js";
import { WallPoint } from "./wall-point.js";

const STATES = Object.keys(TILE_SIGNS);
/** The sign of what is wrong says more than that something is. */
const ILL_SIGNS = { camera: "camera-off", microphone: "mic-off", speaker: "sound-off" };

/** What a room's line is too weak for: `low`, `few` or `none` is all it is sent; "" when it lacks nothing. */
function lacking(state, report) {
  const received = state === "live" || state === "ill" || state === "voice";
  return received && report.sent && report.sent !== "high" ? report.sent : "";
}

/** Whether a filter lets a state through: by its name, or everything that somebody has to see to. */
function lets(filter, state) {
  return filter === "all" || filter === state || (filter === "trouble" && state !== "live");
}

export class Wall {
  #reports = new Map();
  #drawn = false;
  #filter = "all";
  #shown = new Map();
  #counts = "";

  constructor(app) {
    this.app = app;
    this.root = document.getElementById("wall");
    this.tiles = [...this.root.querySelectorAll(".tile")];
    this.byPoint = new Map(this.tiles.map((tile) => [tile.dataset.point, tile]));
    this.bands = [...this.root.querySelectorAll(".band")].map((root) => ({
      root,
      count: slot(root, "count"),
      tiles: [...root.querySelectorAll(".tile")],
      folded: root.dataset.folded ?? "",
    }));
    this.find = this.root.querySelector("#find");
    this.pictures = new WallPictures(this);
    this.point = new WallPoint(this);
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

  /** The last word of a room itself. */
  reportOf(point) {
    return this.#reports.get(point);
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
    const counts = { all: this.tiles.length, live: 0, ill: 0, voice: 0, silent: 0, missing: 0 };
    let moved = false;
    for (const tile of this.tiles) {
      const { point } = tile.dataset;
      const report = this.#reports.get(point);
      const state = tileState(view.points[point], report);
      counts[state] += 1;
      const who = view.present?.[point]?.people?.[0] ?? null;
      const lost = state === "missing" && Boolean(view.points[point]);
      const facts = { state, lost, who, sent: lacking(state, report), ills: state === "missing" ? [] : ills(report) };
      const marks = { hand: hands.has(point), speaking: view.floor?.point === point, home: tile.dataset.unit === home };
      moved = this.#tile(tile, { ...facts, ...marks }) || moved;
    }
    this.#count({ ...counts, trouble: counts.all - counts.live });
    if (moved && this.#filter !== "all") this.#narrow();
    this.point.refresh();
  }

  full(on = !this.root.classList.contains("full")) {
    this.root.classList.toggle("full", on);
    this.root.querySelector('[data-act="wall"]').setAttribute("aria-pressed", String(on));
    this.pictures.follow();
  }

  /** @returns {boolean} whether it is in another state than before */
  #tile(tile, facts) {
    const { state, lost, sent, hand, speaking, home, who } = facts;
    const key = `${state}|${lost}|${sent}|${facts.ills}|${hand}|${speaking}|${home}|${who?.name}|${who?.rank}`;
    const before = this.#shown.get(tile);
    if (before?.key === key) return false;
    this.#shown.set(tile, { key, state });
    tile.classList.remove(...STATES);
    tile.classList.add(state);
    const marks = { hand, speaking, lost, home, weak: Boolean(sent), led: Boolean(who) };
    for (const [name, on] of Object.entries(marks)) tile.classList.toggle(name, on);
    const causes = this.causes(state, facts.ills, sent);
    write(slot(tile, "sent"), causes.short);
    write(slot(tile, "who"), who ? this.sits(who) : "");
    const extra = speaking ? word("wall.floor") : hand ? word("wall.hand") : "";
    const said = [word(`wall.${state}`), ...causes.long, extra].filter(Boolean).join(", ");
    const label = word("wall.tile", { name: tile.dataset.name, state: said });
    tile.setAttribute("aria-label", label);
    tile.title = who ? `${label} · ${this.sits(who)}` : label;
    tile.replaceChild(icon(this.#sign(facts)), tile.firstElementChild);
    tile.dataset.state = state;
    if (before && before.state !== state) this.point.changed(tile.dataset.point, state);
    return before?.state !== state;
  }

  #sign({ state, hand, speaking, ills: [worst] }) {
    if (hand) return "hand";
    if (speaking) return "camera";
    return state === "ill" ? ILL_SIGNS[worst.split("_")[0]] : TILE_SIGNS[state];
  }

  /** Who sits in a room, in a few words. */
  sits({ name, rank }) {
    return [rank && word(`rank.${rank}`), name].filter(Boolean).join(" ");
  }

  /** What is wrong with a room, for its tile and for its voice. */
  causes(state, found, sent) {
    const weak = sent ? `sent.${sent}` : "";
    const first = found[0] ? `ill.${found[0]}` : weak;
    const long = [...found.map((each) => word(`wall.ill.${each}`)), weak && word(`wall.${weak}`)].filter(Boolean);
    return { long, short: first ? word(`wall.${first}.short`) : "" };
  }

  #count(counts) {
    const key = Object.values(counts).join();
    if (key === this.#counts) return;
    this.#counts = key;
    for (const [name, count] of Object.entries(counts)) write(this.root.querySelector(`[data-count="${name}"]`), count);
    for (const { count, tiles } of this.bands) {
      const live = tiles.filter((tile) => this.#shown.get(tile)?.state === "live").length;
      write(count, word("wall.of", { live, all: tiles.length }));
    }
  }

  #narrow() {
    const words = fold(this.find.value).split(" ").filter(Boolean);
    let found = 0;
    for (const band of this.bands) {
      let any = false;
      for (const tile of band.tiles) {
        const names = `${tile.dataset.folded} ${band.folded}`;
        const hit = words.every((each) => names.includes(each)) && lets(this.#filter, tile.dataset.state);
        tile.classList.toggle("dim", !hit);
        tile.classList.toggle("found", words.length > 0 && hit);
        any ||= hit;
        if (hit) found += 1;
      }
      band.root.classList.toggle("dim", !any);
    }
    slot(this.root, "none").hidden = found > 0;
    this.#keepReachable();
  }

  /** One tile can always be reached by the Tab key, and it is one that is shown. */
  #keepReachable() {
    if (!this.tiles.find((tile) => tile.tabIndex === 0)?.classList.contains("dim")) return;
    this.#reachable(this.tiles.find((tile) => !tile.classList.contains("dim")));
  }

  #press(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.point) this.point.open(button);
    else if (button.dataset.act === "wall") this.full();
    else if (button.dataset.act === "pictures") this.pictures.toggle();
    else if (button.dataset.filter) this.choose(button.dataset.filter);
  }

  choose(filter) {
    this.#filter = filter;
    for (const each of this.root.querySelectorAll("[data-filter]")) {
      each.setAttribute("aria-pressed", String(each.dataset.filter === filter));
    }
    this.root.classList.toggle("narrowed", filter !== "all");
    this.root.classList.toggle("worst-first", filter === "trouble");
    this.#narrow();
  }

  /** All rooms again, whatever was searched or filtered. */
  clear() {
    this.find.value = "";
    this.choose("all");
  }

  /** The filters in the order they are shown, for keys. */
  chooseNth(n) {
    const button = this.root.querySelectorAll("[data-filter]")[n];
    if (button) this.choose(button.dataset.filter);
  }

  #key(event) {
    if (event.target === this.find) return this.#findKey(event);
    const at = this.tiles.indexOf(document.activeElement);
    if (at < 0) return undefined;
    const to = {
      ArrowRight: () => this.#beside(at, 1),
      ArrowLeft: () => this.#beside(at, -1),
      ArrowDown: () => this.#vertical(at, true),
      ArrowUp: () => this.#vertical(at, false),
      Home: () => this.#beside(-1, 1),
      End: () => this.#beside(this.tiles.length, -1),
    }[event.key];
    if (!to) return undefined;
    this.#focus(to());
    return event.preventDefault();
  }

  #findKey(event) {
    if (event.key === "Enter") this.#focus(this.tiles.find((tile) => tile.classList.contains("found")));
    if (event.key !== "Escape" || !this.find.value) return;
    event.stopPropagation();
    this.find.value = "";
    this.#narrow();
  }

  /** The next tile that is not filtered away. */
  #beside(at, step) {
    let next = at + step;
    while (this.tiles[next]?.classList.contains("dim")) next += step;
    return this.tiles[next];
  }

  /** The nearest tile in the row below or above. */
  #vertical(at, down) {
    const places = this.tiles.filter((tile) => !tile.classList.contains("dim")).map((tile) => ({ tile, place: tile.getBoundingClientRect() }));
    const from = this.tiles[at].getBoundingClientRect();
    const beyond = places.filter(({ place }) => (down ? place.top > from.top + 4 : place.top < from.top - 4));
    const far = ({ place }) => Math.abs(place.top - from.top) * 4 + Math.abs(place.left - from.left);
    return beyond.sort((a, b) => far(a) - far(b))[0]?.tile;
  }

  #focus(tile) {
    if (!tile) return;
    this.#reachable(tile);
    tile.focus();
  }

  #reachable(tile) {
    if (!tile) return;
    for (const each of this.tiles) if (each.tabIndex === 0) each.tabIndex = -1;
    tile.tabIndex = 0;
  }
}
