/**
 * What a room's page can know of its own camera, microphone and loudspeaker. Pure: samples and the time in, a word out
 * (signaling/PROTOCOL.md, `health`). What it cannot know it does not claim.
 */

/** A picture of a real lens is never twice the same, for its noise; one that is, for this long, stands still. */
export const FROZEN_MS = 10_000;
const BLACK_MS = 3_000;
/** Of 255. A lens with a cap on gives up to ten; a dim room much more. */
const BLACK_MEAN = 14;
const BLACK_BRIGHTEST = 44;
/** The share of samples that may be brighter: a broken pixel is no picture. */
const SPECKS = 0.005;

export const SILENT_MS = 10_000;
/** Peak of the samples, full scale 1: the noise of a microphone that lives is above -74 dB. */
const SILENT_PEAK = 0.0002;

/** One camera. */
export class CameraJudge {
  #last = null;
  #movedAt = 0;
  #darkSince = null;

  /** @param {Uint8ClampedArray} pixels RGBA of a few thousand samples @returns {"live" | "frozen" | "black"} */
  look(pixels, now) {
    const moved = !same(this.#last, pixels);
    if (moved) this.#movedAt = now;
    this.#last = pixels;
    this.#darkSince = dark(pixels) ? (this.#darkSince ?? now) : null;
    if (this.#darkSince !== null && now - this.#darkSince >= BLACK_MS) return "black";
    return now - this.#movedAt >= FROZEN_MS ? "frozen" : "live";
  }

  /** Another camera, or none for a while: what was seen counts no more. */
  forget() {
    this.#last = null;
    this.#darkSince = null;
  }
}

function same(before, now) {
  return before !== null && before.length === now.length && before.every((value, at) => value === now[at]);
}

function dark(pixels) {
  let sum = 0;
  let specks = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    const light = 0.299 * pixels[at] + 0.587 * pixels[at + 1] + 0.114 * pixels[at + 2];
    sum += light;
    if (light > BLACK_BRIGHTEST) specks += 1;
  }
  const count = pixels.length / 4;
  return sum / count < BLACK_MEAN && specks <= count * SPECKS;
}

/** One microphone. */
export class MicrophoneJudge {
  #heardAt = null;

  /** @param {number} peak of the samples since the last call, 0–1 @returns {"live" | "silent"} */
  hear(peak, now) {
    if (this.#heardAt === null || peak > SILENT_PEAK) this.#heardAt = now;
    return now - this.#heardAt >= SILENT_MS ? "silent" : "live";
  }

  forget() {
    this.#heardAt = null;
  }
}

/** Ten looks a second, 12 s of them. */
const WINDOW = 120;
/** Sound is in the air, in the driver and in the TV for up to this many looks. */
const MOST_LATE = 6;
/** Two people who talk at the same time are alike by chance up to 0.6. */
const ALIKE = 0.65;
/** So often it was heard before not hearing it means anything. */
const PROOFS = 3;
const LOUD = 0.01;
/** Of the window: less speech than this proves nothing. */
const ENOUGH = 0.25;

/**
 * Whether the room's own microphone hears what its loudspeaker plays: the two loudnesses rise and fall together.
 * Hearing it is proof; not hearing it is none (a speakerphone takes its own sound away), until it was heard before.
 */
export class Echo {
  #played = [];
  #heard = [];
  #proofs = 0;
  #deaf = 0;

  /** @param {number} played @param {number} heard loudness (RMS, 0–1) since the last call, a tenth of a second ago */
  add(played, heard) {
    push(this.#played, played);
    push(this.#heard, heard);
  }

  /** @returns {"on" | "muted" | "unknown"} by the last 12 s; call it when they are over */
  judge() {
    if (this.#played.length < WINDOW) return this.#word();
    const loud = this.#played.filter((level) => level > LOUD).length;
    if (loud < WINDOW * ENOUGH || loud > WINDOW * (1 - ENOUGH / 5)) return this.#word();
    if (alike(this.#played, this.#heard) >= ALIKE) {
      this.#proofs += 1;
      this.#deaf = 0;
    } else {
      this.#deaf += 1;
    }
    this.#played.length = this.#heard.length = 0;
    return this.#word();
  }

  /** Other devices: what was proven of the old ones counts no more. */
  forget() {
    this.#played.length = this.#heard.length = 0;
    this.#proofs = 0;
    this.#deaf = 0;
  }

  /** Twice not heard is no accident where it was heard before. */
  #word() {
    if (this.#proofs === 0 || (this.#deaf >= 2 && this.#proofs < PROOFS)) return "unknown";
    return this.#deaf >= 2 ? "muted" : "on";
  }
}

function push(list, value) {
  list.push(value);
  if (list.length > WINDOW) list.shift();
}

/** The best correlation of the two loudnesses, in decibels, over every delay that sound can have. */
export function alike(played, heard) {
  const [from, to] = [played, heard].map((levels) => levels.map((level) => Math.log10(Math.max(level, 1e-5))));
  let best = -1;
  for (let late = 0; late <= MOST_LATE; late += 1) {
    best = Math.max(best, correlation(from.slice(0, from.length - late), to.slice(late)));
  }
  return best;
}

function correlation(a, b) {
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, ownA, ownB] = [0, 0, 0];
  for (let at = 0; at < a.length; at += 1) {
    const [x, y] = [a[at] - meanA, b[at] - meanB];
    both += x * y;
    ownA += x * x;
    ownB += y * y;
  }
  return ownA > 0 && ownB > 0 ? both / Math.sqrt(ownA * ownB) : 0;
}

/**
 * The loudspeaker, by what the page does and by what the microphone hears of it.
 * @param {{voices: number, held: number, blocked: boolean, echo: "on" | "muted" | "unknown"}} facts voices that are
 * here; how many of them are muted, paused or at volume 0; whether the browser still waits for a press
 */
export function speaker({ voices, held, blocked, echo }) {
  if (blocked || (voices > 0 && held > 0)) return "muted";
  return echo;
}

/** @param {Float32Array} samples @returns {{peak: number, rms: number}} */
export function loudness(samples) {
  let peak = 0;
  let sum = 0;
  for (const sample of samples) {
    peak = Math.max(peak, Math.abs(sample));
    sum += sample * sample;
  }
  return { peak, rms: samples.length > 0 ? Math.sqrt(sum / samples.length) : 0 };
}
