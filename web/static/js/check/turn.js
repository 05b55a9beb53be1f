/** When a room goes to its check. 190 rooms do not go at once. Pure. */

/** Seconds within which rooms spread themselves, and after somebody asked. */
const SPREAD_S = 600;
const ASKED_S = 4;
/** With less time than this before a session, within this part of it. */
const HURRY = 0.25;

/** When a room goes, in ms from now. Pure. @param {{due: boolean, asked: boolean, leftS: number, random: number}} facts */
export function waitFor({ due, asked, leftS, random }) {
  if (!due) return null;
  const spread = asked ? ASKED_S : Math.max(10, Math.min(SPREAD_S, leftS * HURRY));
  return Math.round((2 + random * spread) * 1000);
}
