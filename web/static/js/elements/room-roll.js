/** A roll call in the room: tones from the TV's loudspeaker, one key that says how many, and who sits here. */
import { Beeps } from "../media/beeps.js";
import { asking, secondsLeft } from "../session/rolls.js";
import { fill, slot, word } from "./dom.js";
import { People } from "./people.js";

const STORED = "hub.people";
const AGAIN_MS = 7_000;
/** How long the result, and the question who is here, stand over the picture. */
const AFTER_MS = 45_000;
const THANKS_MS = 8_000;

export class RoomRoll {
  #roll = null;
  #beeped = 0;
  #blocked = false;
  #later = null;
  #since = 0;

  constructor(app) {
    this.app = app;
    this.root = document.getElementById("roll");
    this.beeps = new Beeps();
    this.people = new People(/** @type {HTMLDialogElement} */ (document.getElementById("who")));
    this.root.addEventListener("click", (event) => this.#press(event.target.closest("button")));
    document.getElementById("panel-tools").addEventListener("click", (event) => {
      if (event.target.closest('[data-act="who"]')) this.#write();
    });
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  render(view, now) {
    const { roll } = view;
    if (roll?.id !== this.#roll) this.#begin(roll);
    const part = this.#part(view, now);
    this.#show(part);
    if (part === "ask") this.#ask(view, now);
    else if (part === "done") this.#result(roll);
    else if (part === "who") this.#who(view);
  }

  /** Which of its three cards: the question, who is here, the result; none while the room is on the air. */
  #part(view, now) {
    const { roll } = view;
    if (!roll || this.app.over || view.floor?.point === this.app.point) return null;
    const asked = asking(view, now);
    if (asked && !this.#own(roll)) return "ask";
    if (asked && this.#since + 3_000 > now) return "ask"; // the answer is seen, and may still be changed
    if (asked && this.#own(roll).heard === 0) return "ask";
    const fresh = now - Date.parse(roll.closed ?? roll.until) < AFTER_MS;
    const confirmed = Date.parse(view.present[this.app.point]?.at ?? 0) > Date.parse(roll.at);
    if (this.#own(roll) && !confirmed && fresh && this.#later !== roll.id) return "who";
    const told = roll.closed && now - Date.parse(roll.closed) < THANKS_MS;
    return told && roll.results[this.app.point] ? "done" : null;
  }

  #own(roll) {
    return roll.answers[this.app.point];
  }

  #begin(roll) {
    this.#roll = roll?.id ?? null;
    this.#beeped = 0;
    this.#since = 0;
    this.#blocked = false;
  }

  #show(part) {
    const before = this.root.dataset.part ?? "";
    if (before === (part ?? "")) return;
    this.root.hidden = !part;
    this.root.dataset.part = part ?? "";
    this.root.toggleAttribute("data-busy", part === "ask" || part === "who");
    for (const each of this.root.querySelectorAll("[data-part-of]")) each.hidden = each.dataset.partOf !== part;
    // A remote control's arrows need somewhere to start; whoever is at something else is left there.
    const free = document.activeElement === document.body || this.root.contains(document.activeElement);
    // Enter pressed by chance plays the tones again rather than answering something.
    const first = part === "ask" ? '[data-act="replay"]' : "button:not([hidden])";
    if (part && free) this.root.querySelector(`[data-part-of="${part}"] ${first}`)?.focus();
  }

  #ask(view, now) {
    const { roll } = view;
    const own = this.#own(roll);
    for (const button of this.root.querySelectorAll("[data-heard]")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.heard) === own?.heard));
    }
    const said = own?.heard === 0 ? "room.roll.silent" : own ? "room.roll.answered.change" : "room.roll.how";
    const noted = own && own.heard > 0 ? `${word("room.roll.answered", { n: own.heard })}. ` : "";
    fill(this.root, {
      left: word("room.roll.left", { n: secondsLeft(view, now) }),
      said: this.#blocked && !own ? word("room.roll.blocked") : noted + word(said),
    });
    if (!own && now - this.#beeped > AGAIN_MS + Beeps.length(roll.tones)) this.#play(now);
  }

  async #play(now = this.app.channel.now()) {
    this.#beeped = now;
    this.#blocked = !(await this.beeps.play(this.app.view.roll.tones));
  }

  #result(roll) {
    const found = roll.results[this.app.point];
    const what = found.map((each) => word(`finding.${each}`).toLocaleLowerCase(document.documentElement.lang)).join(", ");
    fill(this.root, { result: found.length > 0 ? word("room.roll.found", { what }) : word("room.roll.fine") });
    this.root.dataset.tone = found.length > 0 ? "attention" : "fine";
  }

  #who(view) {
    const known = this.#known(view);
    fill(this.root, { who: known.length > 0 ? word("room.who.same", { who: named(known) }) : "" });
    this.root.querySelector('[data-act="who-yes"]').hidden = known.length === 0;
  }

  #known(view) {
    return view.present[this.app.point]?.people ?? stored();
  }

  #press(button) {
    if (!button) return;
    const { act, heard } = button.dataset;
    if (heard !== undefined) this.#answer(Number(heard));
    else if (act === "replay") this.#play();
    else if (act === "who-yes") this.#confirm(this.#known(this.app.view));
    else if (act === "who") this.#write();
    else if (act === "who-later") this.#later = this.#roll;
    this.app.render();
  }

  #key(event) {
    const busy = event.target.closest("input, textarea, select, dialog[open]");
    if (this.root.dataset.part !== "ask" || busy || event.ctrlKey || event.altKey || event.metaKey) return;
    if (!/^[0-5]$/.test(event.key)) return;
    event.preventDefault();
    this.#answer(Number(event.key));
  }

  #answer(heard) {
    const { roll } = this.app.view;
    if (!roll || this.#own(roll)?.heard === heard) return;
    this.#since = this.app.channel.now();
    this.app.run("roll.answer", { roll: roll.id, heard });
  }

  async #write() {
    const people = await this.people.ask(this.#known(this.app.view));
    if (people) this.#confirm(people);
  }

  async #confirm(people) {
    if (people.length > 0) localStorage.setItem(STORED, JSON.stringify(people));
    const outcome = await this.app.run("point.present", { point: null, people });
    if (outcome.ok) this.app.say(word("room.who.saved"));
  }
}

function named(people) {
  return people.map(({ name, rank }) => word("roll.who.one", { name, rank: word(`rank.${rank}`) })).join("; ");
}

/** The people of this room as they were confirmed last, for the next session too. */
function stored() {
  try {
    const people = JSON.parse(localStorage.getItem(STORED) ?? "[]");
    return Array.isArray(people) ? people.filter((each) => each?.name && each.rank) : [];
  } catch {
    return [];
  }
}
