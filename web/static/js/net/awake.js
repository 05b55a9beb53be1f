/** Keeps a screen from going dark while it has something to show, where the browser can. */

const AGAIN_MS = 30_000;

export class Awake {
  #wakeLock;
  #lock = null;
  #asking = false;
  #notBefore = -Infinity;

  /** @param {{request: (kind: "screen") => Promise<WakeLockSentinel>} | undefined} wakeLock the browser's, if it has one */
  constructor(wakeLock) {
    this.#wakeLock = wakeLock;
  }

  /** Called often. A refusal (a hidden page, a low battery) is asked about again later, never told.
   * @param {boolean} wanted @param {number} now ms, of a clock that only goes forward */
  keep(wanted, now) {
    if (!wanted) this.#let();
    else if (this.#wakeLock && !this.#lock && !this.#asking && now >= this.#notBefore) this.#ask(now);
  }

  async #ask(now) {
    this.#asking = true;
    try {
      const lock = await this.#wakeLock.request("screen");
      lock.addEventListener("release", () => {
        if (this.#lock === lock) this.#lock = null;
      });
      this.#lock = lock;
    } catch {
      this.#notBefore = now + AGAIN_MS;
    } finally {
      this.#asking = false;
    }
  }

  #let() {
    this.#lock?.release();
    this.#lock = null;
  }
}
