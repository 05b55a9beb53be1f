/** Whether there is a picture, and how good: by what the browser decodes, and by what the hub says it sends. */
import { steady } from "../net/hub-clock.js";
import { lineLevel } from "../session/room-state.js";
import { word } from "./dom.js";

/** Reports (of 5 s) without a picture, but with sound, until the screen says "voice only". */
const STARVED_REPORTS = 2;

export class RoomPicture {
  #since = steady();
  #shown = false;
  #starved = 0;
  #report = null;
  #level = "";

  constructor(app) {
    this.app = app;
  }

  /** What `roomState` asks of it. */
  facts() {
    const starved = this.#starved >= STARVED_REPORTS || Boolean(this.app.screens?.starved);
    return { mediaMs: steady() - this.#since, picture: this.#shown, starved };
  }

  /** A slot's picture came or went. */
  seen(name, on) {
    if (name !== "main") return;
    this.#shown = on;
    if (on) this.#starved = 0;
    this.app.render();
  }

  /** The media connection is in another state. */
  connection(state) {
    this.#since = steady();
    this.#starved = 0;
    this.#report = null;
    if (state !== "connected") this.#shown = false;
    this.app.render();
  }

  /** What was decoded in the last seconds. */
  reported(report) {
    const expected = this.#shown && !this.app.listening;
    this.#starved = expected && !report.decoding && report.sound ? this.#starved + 1 : 0;
    this.#report = report;
    this.judge();
  }

  /** Say how good it is. That it has become slow is said once, over the picture; what stands is said in the foot. */
  judge(lost = false) {
    const { screens } = this.app;
    const state = { starved: this.facts().starved, voice: this.app.listening, due: screens?.due };
    const level = lost ? "bad" : lineLevel(this.#report, screens?.worst ?? "high", state);
    if (level === "few" && this.#level !== "few") this.app.say(word("room.weak.few"));
    this.#level = level;
    this.app.foot.quality(level);
  }
}
