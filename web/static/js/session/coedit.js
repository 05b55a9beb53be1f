/**
 * One text that several people write at once, as one of them has it. Pure: no clock, no network, no page.
 *
 * What is typed is shown at once and sent one piece at a time; what others wrote is merged in between. While a piece is on
 * its way nothing is merged, since the hub's answer contains it: once that is here, the piece is what both have in common.
 * A line that is gone for minutes is only a long way for one piece.
 */
import { carry, merge } from "./merge.js";

const SPACE_BEFORE = /^[ \t\r\n]*/;
const SPACE_AT_END = /[ \t\r\n]*$/;
const free = (letter) => letter === undefined || " \t\r\n".includes(letter);
const bare = (text) => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");

export class Coedit {
  #base;
  #version;
  #sent = null;
  #answered = null;

  /** @param {string} text as it stands @param {number} version the event that wrote it, 0 for none yet */
  constructor(text, version) {
    this.text = text;
    this.#base = text;
    this.#version = version;
  }

  /** Whether everything typed here is with the hub. */
  get saved() {
    return this.#sent === null && bare(this.text) === bare(this.#base);
  }

  /** Whether the hub has taken everything typed here, though that may not have come back yet. */
  get taken() {
    return this.saved || (this.#answered !== null && this.#sent !== null && bare(this.text) === bare(this.#sent));
  }

  get version() {
    return this.#version;
  }

  /** The clerk has typed: all of the text now. */
  type(text) {
    this.text = text;
  }

  /** What to send now; null when there is nothing to say, or one piece is on its way. */
  take({ always = false } = {}) {
    if (this.#sent !== null || (!always && this.saved)) return null;
    this.#sent = this.text;
    this.#answered = null;
    return { base: this.#version, text: bare(this.text) };
  }

  /** The piece stands in everything from event `n` on. */
  done(n) {
    this.#answered = n;
  }

  /** The piece changed nothing; what was typed stays here. */
  refused() {
    this.#sent = null;
  }

  /**
   * What the hub has, at head `n`. @param {number} [caret] where the clerk writes
   * @returns {number | null} where that place is now, null when the text is as it was
   */
  see(n, text, version, caret = this.text.length) {
    if (this.#sent !== null && (this.#answered === null || n < this.#answered)) return null;
    // The text of a version changes when names are taken out of it.
    if (this.#sent === null && version === this.#version && text === this.#base) return null;
    const common = this.#sent ?? this.#base;
    this.#sent = null;
    this.#base = text;
    this.#version = version;
    return this.#take(common, text, caret);
  }

  #take(common, theirs, caret) {
    const before = this.text;
    const begin = SPACE_BEFORE.exec(before)[0];
    const end = begin.length < before.length ? SPACE_AT_END.exec(before)[0] : "";
    this.text = begin + merge(common, before, theirs).text + end;
    if (this.text === before) return null;
    const place = carry(before, this.text, caret);
    // Whoever had nothing but space before them goes on so: their next word must not grow together with another's.
    if (free(before[caret]) && !free(this.text[place])) this.text = `${this.text.slice(0, place)} ${this.text.slice(place)}`;
    return place;
  }
}
