/** The clock of the room's computer against the hub's: the hub's is shown, and said to be shown where the two differ. */
import { word } from "./dom.js";

/** A minute off is what people see on a clock. */
const WRONG_MS = 60_000;
const MINUTE_MS = 60_000;

export class RoomTime {
  #wrong = false;
  #told = 0;

  constructor(app) {
    this.app = app;
    this.mark = document.getElementById("clock-hub");
  }

  /** Whether this computer's clock is right. */
  get right() {
    return !this.#wrong;
  }

  render() {
    const { ahead } = this.app.clock;
    const wrong = Math.abs(ahead) > WRONG_MS;
    const moved = wrong && Math.abs(ahead - this.#told) > WRONG_MS; // somebody put it right, wrongly
    if (wrong === this.#wrong && !moved) return;
    this.#wrong = wrong;
    this.#told = ahead;
    this.mark.hidden = !wrong;
    if (wrong) this.app.say(word(ahead > 0 ? "room.clock.ahead" : "room.clock.behind", { time: span(Math.abs(ahead)) }));
  }
}

/** A difference in words. */
function span(ms) {
  const minutes = Math.round(ms / MINUTE_MS);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60)];
  if (days > 0) return word("room.clock.days", { n: days });
  return hours > 0 ? word("room.clock.hours", { h: hours, m: minutes % 60 }) : word("room.clock.minutes", { n: minutes });
}
