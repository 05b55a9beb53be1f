/**
 * The hub's time, whatever this computer's clock says. A room's PC may be hours wrong, or be put right in the middle of a
 * session; so waits and times count on a clock that only goes forward, set by what the hub says.
 */

/** Milliseconds that only go forward. Says nothing about the time of day. */
export const steady = () => performance.now();

export class HubClock {
  #offset = null;

  /** The hub said what time it is, just now. @param {string} now RFC 3339 */
  set(now) {
    const at = Date.parse(now);
    if (!Number.isNaN(at)) this.#offset = at - steady();
  }

  /** The hub's time in ms; this computer's own until the hub has said something. */
  now() {
    return this.#offset === null ? Date.now() : steady() + this.#offset;
  }

  /** How far this computer's clock is ahead of the hub's, in ms; behind is negative. */
  get ahead() {
    return Date.now() - this.now();
  }
}
