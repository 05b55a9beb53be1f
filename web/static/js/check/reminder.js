/**
 * On the waiting screen: when a check is wanted, say so, and go to it by itself. 190 rooms do not go at once: each waits
 * a time of its own, unless somebody asked this one.
 */
import { clone, fill, setState, slot, word, write } from "../elements/dom.js";
import { hourMinute } from "../elements/time.js";
import { ask } from "./hub.js";
import { waitFor } from "./turn.js";

const POLL_MS = 12_000;
const LOOK_MS = 1_000;
export class CheckReminder {
  #told = null;
  #at = null;
  #hurried = false;

  /** @param {{busy: () => boolean}} room whether it does anything but wait */
  constructor(room) {
    this.room = room;
  }

  begin() {
    const again = () => setTimeout(() => this.#ask().finally(again), POLL_MS * (0.75 + Math.random() / 2));
    this.#ask().finally(again);
    setInterval(() => this.#render(), LOOK_MS);
  }

  async #ask() {
    try {
      this.#told = await ask("GET", "");
      this.#plan();
    } catch {
      return; // the room's own screen says when the hub is away
    }
  }

  #plan() {
    const { due, asked, now, session } = this.#told;
    if (!due) this.#at = null;
    else if (this.#at === null || (asked && !this.#hurried)) {
      const leftS = session ? (Date.parse(session.starts_at) - Date.parse(now)) / 1000 : 0;
      this.#at = performance.now() + waitFor({ due, asked, leftS, random: Math.random() });
    }
    this.#hurried = asked;
  }

  #render() {
    const place = document.querySelector('#cover [data-slot="check"]');
    if (!place || !this.#told) return;
    if (!place.firstElementChild) place.append(clone("t-check-reminder"));
    const left = this.#at === null ? null : Math.max(0, Math.ceil((this.#at - performance.now()) / 1000));
    this.#say(place, left);
    if (left === 0 && !this.room.busy()) this.#go();
  }

  #say(place, left) {
    const { check, asked } = this.#told;
    const tone = check?.tone ?? "";
    const title = place.closest(".cover-card")?.querySelector("h2");
    write(title, word(tone === "act" ? "check.waiting.act" : "room.waiting.title")); // it must not say that all is well
    setState(slot(place, "check-verdict"), tone, word(tone ? `check.verdict.${tone}` : "check.verdict.none"));
    write(slot(place, "check-when"), check ? word("check.at", { time: hourMinute(check.at) }) : "");
    const [worst] = check?.causes ?? [];
    fill(place, { "check-cause": worst ? word(`check.cause.${worst.code}`) : "" });
    const soon = left !== null && left <= 60;
    const next = left === null ? "" : word(soon ? "check.soon" : asked ? "check.asked" : "check.due", { n: left, seconds: left });
    write(slot(place, "check-next"), next);
  }

  #go() {
    this.#at = null;
    location.assign("/room/check?auto=1");
  }
}
