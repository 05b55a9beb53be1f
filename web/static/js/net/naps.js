/** Notices that the page stood still (sleep, a frozen page) or that the computer's clock was put to another time. */

const STILL_MS = 6_000;
const JUMP_MS = 2_000;

export class Naps {
  #last = null;

  /**
   * Called often. @param {number} wall the computer's clock @param {number} steady the one that only goes forward
   * @returns {boolean} whether since the last call something happened after which nothing may be taken for granted
   */
  look(wall, steady) {
    const before = this.#last;
    this.#last = { wall, steady };
    if (before === null) return false;
    const passed = steady - before.steady;
    return passed > STILL_MS || Math.abs(wall - before.wall - passed) > JUMP_MS;
  }
}
