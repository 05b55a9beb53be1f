/** The desk's roll call: begin it, watch the answers come in, see what was found and whom to phone. */
import { asking, leaderOf, secondsLeft, toneOf, wrong } from "../session/rolls.js";
import { clone, fill, fold, icon, reconcile, slot, word, write } from "./dom.js";
import { People } from "./people.js";
import { hourMinute } from "./time.js";

/** Names of rooms that are still waited for; more would be read by nobody in time. */
const MOST_WAITING = 60;

export class Roll {
  #told = null;
  #tick = null;
  #filter = "all";

  constructor(app) {
    this.app = app;
    this.dialog = /** @type {HTMLDialogElement} */ (document.getElementById("roll"));
    this.button = document.querySelector('#wall [data-act="roll"]');
    this.seconds = /** @type {HTMLSelectElement} */ (this.dialog.querySelector("select[name=seconds]"));
    const who = document.getElementById("who");
    this.people = who ? new People(/** @type {HTMLDialogElement} */ (who)) : null;
    this.button.addEventListener("click", () => this.open());
    this.dialog.addEventListener("click", (event) => this.#press(event.target.closest("button")));
    this.find = /** @type {HTMLInputElement} */ (this.dialog.querySelector("input[type=search]"));
    this.find.addEventListener("input", () => this.render(app.store.shown));
  }

  open() {
    if (!this.dialog.open) this.dialog.showModal();
    this.render(this.app.store.shown);
  }

  render(view) {
    const now = this.app.channel.now();
    const { roll } = view;
    const on = Boolean(roll) && roll.closed === null;
    this.#follow(on);
    this.#finished(roll);
    const { answered, here } = count(view);
    write(slot(this.button, "roll"), on ? word("roll.open.on", { answered, here }) : word("roll.open"));
    this.button.classList.toggle("on", on);
    if (!this.dialog.open) return;
    for (const part of this.dialog.querySelectorAll("[data-part]")) {
      part.hidden = part.dataset.part !== (on ? "on" : roll ? "done" : "never");
    }
    const begin = this.dialog.querySelector('[data-act="begin"]');
    if (begin) begin.hidden = on || view.session.state === "closed";
    if (begin) this.seconds.parentElement.hidden = begin.hidden;
    const stop = this.dialog.querySelector('[data-act="stop"]');
    if (stop) stop.hidden = !on;
    if (begin) write(slot(begin, "begin"), word(roll ? "roll.again" : "roll.begin"));
    if (on) this.#going(view, now, { answered, here });
    else if (roll) this.#done(view, roll);
  }

  /** Seconds go by without events. */
  #follow(on) {
    if (on && this.#tick === null) this.#tick = setInterval(() => this.render(this.app.store.shown), 500);
    if (!on && this.#tick !== null) {
      clearInterval(this.#tick);
      this.#tick = null;
    }
  }

  /** Whoever is at something else is told that it is done. */
  #finished(roll) {
    const before = this.#told;
    this.#told = roll ? `${roll.id} ${roll.closed}` : "";
    if (before === null || before === this.#told || !roll?.closed || this.dialog.open) return;
    this.app.toasts.show(word("roll.finished", tally(roll)));
  }

  #going(view, now, { answered, here }) {
    const left = secondsLeft(view, now);
    write(slot(this.dialog, "going"), asking(view, now) ? word("roll.going", { answered, here, left }) : word("roll.judging"));
    const bar = /** @type {HTMLProgressElement} */ (this.dialog.querySelector("progress"));
    bar.max = Math.max(1, here);
    bar.value = answered;
    const waiting = joined(view).filter((point) => !view.roll.answers[point]);
    const names = waiting.slice(0, MOST_WAITING).map((point) => ({ point, name: this.app.nameOf(point) }));
    reconcile(slot(this.dialog, "waiting"), names, (each) => each.point, () => clone("t-roll-waiting"), (node, each) => write(node, each.name));
    slot(this.dialog, "waiting-head").hidden = names.length === 0;
  }

  #done(view, roll) {
    const sums = tally(roll);
    write(slot(this.dialog, "done"), word("roll.done", { at: hourMinute(roll.closed), ...sums }));
    for (const name of ["fine", "wrong", "absent"]) write(slot(this.dialog, `count-${name}`), sums[name]);
    for (const button of this.dialog.querySelectorAll("[data-roll-filter]")) {
      button.setAttribute("aria-pressed", String(button.dataset.rollFilter === this.#filter));
    }
    const rows = this.#rows(view, roll);
    slot(this.dialog, "all-fine").hidden = sums.wrong + sums.absent > 0;
    reconcile(slot(this.dialog, "rows"), rows, (each) => each.point, () => clone("t-roll-row"), (node, each) => this.#row(node, each, view));
  }

  #rows(view, roll) {
    const wanted = fold(this.find.value);
    const fine = Object.entries(roll.results)
      .filter(([, findings]) => findings.length === 0)
      .map(([point, findings]) => ({ point, findings, tone: "fine" }));
    const all = { all: wrong(view), fine, wrong: wrong(view).filter((each) => each.tone === "attention"), absent: wrong(view).filter((each) => each.tone === "act") };
    const chosen = wanted ? [...wrong(view), ...fine] : all[this.#filter];
    return chosen.filter((each) => fold(this.app.nameOf(each.point)).includes(wanted));
  }

  #row(node, { point, findings, tone }, view) {
    const room = this.#room(point);
    write(slot(node, "name"), room.name);
    write(slot(node, "band"), room.band);
    const key = findings.join(" ");
    const place = slot(node, "found");
    if (place.dataset.found !== key || !place.hasChildNodes()) {
      place.dataset.found = key;
      place.replaceChildren(...(findings.length > 0 ? findings : [null]).map((each) => found(each, tone)));
    }
    const phone = slot(node, "phone");
    phone.hidden = !room.phone;
    if (room.phone && phone.textContent !== room.phone) {
      phone.textContent = room.phone;
      phone.href = `tel:${room.phone.replace(/[^+\d]/g, "")}`;
    }
    slot(node, "no-phone").hidden = Boolean(room.phone);
    write(slot(node, "who"), whoWords(view, point));
  }

  async #press(button) {
    const act = button?.dataset.act;
    if (button?.dataset.rollFilter) {
      this.#filter = this.#filter === button.dataset.rollFilter ? "all" : button.dataset.rollFilter;
      this.render(this.app.store.shown);
    } else if (act === "begin") await this.app.run("roll.begin", { seconds: Number(this.seconds.value) });
    else if (act === "stop") await this.app.run("roll.stop");
    else if (act === "who") await this.who(button.closest("tr").dataset.key);
  }

  /** What the wall's tile knows of a room. */
  #room(point) {
    const tile = this.app.tileOf(point);
    const band = tile?.closest(".band")?.getAttribute("aria-label") ?? "";
    return { name: this.app.nameOf(point), band, phone: tile?.dataset.phone ?? "" };
  }

  /** Note who sits in a room, as it was said by telephone. */
  async who(point) {
    if (!this.people) return;
    const { name } = this.#room(point);
    write(slot(this.people.dialog, "title"), word("roll.who.of", { name }));
    const people = await this.people.ask(this.app.store.shown.present[point]?.people ?? []);
    if (!people) return;
    const outcome = await this.app.run("point.present", { point, people });
    if (outcome.ok) this.app.toasts.show(word("roll.saved", { name }));
  }
}

/** Who sits there, in one line. */
export function whoWords(view, point) {
  const seated = view.present[point];
  if (!seated) return word("roll.who.none");
  const first = leaderOf(view, point);
  if (!first) return word("roll.who.nobody");
  const said = { name: first.name, rank: word(`rank.${first.rank}`), n: seated.people.length - 1 };
  return word(said.n > 0 ? "roll.who.more" : "roll.who.one", said);
}

function found(finding, tone) {
  const node = clone("t-roll-found");
  const state = slot(node, "state");
  state.className = `state ${tone}`;
  state.replaceChildren(icon(tone), finding ? word(`finding.${finding}`) : word("roll.count.fine"));
  write(slot(node, "fix"), finding ? word(`finding.${finding}.fix`) : "");
  return node;
}

function joined(view) {
  return Object.keys(view.points).filter((point) => view.points[point].state === "joined");
}

/** Of the rooms that are connected, how many have answered. */
function count(view) {
  const here = joined(view);
  return { here: here.length, answered: here.filter((point) => view.roll?.answers[point]).length };
}

function tally(roll) {
  const tones = Object.values(roll.results).map(toneOf);
  const of = (tone) => tones.filter((each) => each === tone).length;
  return { fine: of("fine"), wrong: of("attention"), absent: of("act") };
}
