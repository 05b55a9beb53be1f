/** Before a session and after it: ask the hub now and then which one this room belongs in. No click, ever. */

const EVERY_MS = 12_000;

export class NextSession {
  #timer = null;

  /** @param {(session: {id: string, title: string, state: string, starts_at: string} | null) => void} found */
  constructor(found, lost) {
    this.found = found;
    this.lost = lost;
  }

  start() {
    if (this.#timer === null) this.#again(EVERY_MS);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  #again(ms) {
    this.#timer = setTimeout(() => this.#ask(), ms * (0.75 + Math.random() / 2));
  }

  async #ask() {
    try {
      const response = await fetch("/api/room/next", { headers: { accept: "application/json" } });
      if (response.status === 401) return this.lost();
      if (response.ok) this.found((await response.json()).session);
    } catch {
      // The hub is away; the next question comes anyway.
    }
    return this.#timer !== null && this.#again(EVERY_MS);
  }
}
