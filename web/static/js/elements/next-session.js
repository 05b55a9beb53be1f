/** Asks the hub now and then which session this room belongs in, what time it is and how old the page is. No click, ever. */

export class NextSession {
  #timer = null;
  #running = false;

  /**
   * @param {{found: (answer: {now: string, page: string, taken: boolean, session: null | {id: string, title: string,
   *          state: string, starts_at: string}}) => void, lost: () => void, every: () => number}} told `lost`: this device
   * is in no room any more; `every`: milliseconds until it is asked again
   */
  constructor({ found, lost, every }) {
    this.found = found;
    this.lost = lost;
    this.every = every;
  }

  start() {
    this.#running = true;
    this.#again();
  }

  stop() {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  /** The state changed: what was a long wait may be a short one now. */
  soon() {
    if (this.#running) this.#again();
  }

  #again() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), this.every() * (0.75 + Math.random() / 2));
  }

  async #look() {
    await this.ask();
    if (this.#running) this.#again();
  }

  /** Ask now. @returns {Promise<boolean>} whether the hub answered */
  async ask() {
    try {
      const response = await fetch("/api/room/next", { headers: { accept: "application/json" } });
      if (response.status === 401) this.lost();
      if (response.ok) this.found(await response.json());
      return response.ok;
    } catch {
      return false; // the hub is away; the next question comes anyway
    }
  }
}
