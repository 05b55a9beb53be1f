/** Waits that grow and are jittered: 190 rooms that lost the same hub do not come back in the same second. */

export const FIRST_MS = 300;
export const LONGEST_MS = 10_000;

/** @param {number} tries failures so far, from 1 @param {number} random in [0, 1) @returns {number} milliseconds */
export function waitAfter(tries, random) {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(tries - 1, 10));
  return Math.round(full * (0.5 + random / 2));
}
