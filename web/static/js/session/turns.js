/**
 * Half-duplex: in a room that speaks, loudspeaker and microphone take turns, so that what the TV plays is not sent back.
 * Whoever began goes on until a pause. Pure: levels (0–1, RMS) and the time (ms) in, whose turn it is out.
 *
 * @typedef {{who: "none" | "room" | "hall", heard: number}} Turn `heard`: when the one whose turn it is was last loud
 */

/** Louder than this somebody speaks; the noise of a room with a fan is about half of it. */
export const LOUD = 0.02;
/** A breath is no end: so long nobody else gets the turn. A little longer for the hall, whose words echo in the room. */
const PAUSE_MS = { room: 600, hall: 450 };

/** @returns {Turn} */
export function firstTurn() {
  return { who: "none", heard: 0 };
}

/** @param {Turn} turn @param {{room: number, hall: number, now: number}} levels @returns {Turn} */
export function nextTurn(turn, { room, hall, now }) {
  const level = { room, hall };
  if (turn.who !== "none") {
    if (level[turn.who] > LOUD) return { ...turn, heard: now };
    if (now - turn.heard < PAUSE_MS[turn.who]) return turn;
  }
  // The hall first: it leads, and the room's microphone may only be hearing the hall.
  if (hall > LOUD) return { who: "hall", heard: now };
  if (room > LOUD) return { who: "room", heard: now };
  return turn.who === "none" ? turn : firstTurn();
}
