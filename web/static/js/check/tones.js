/**
 * The speaker test without devices: a row of tones in an order of its own, and whether a recording has it. Pure.
 *
 * The order is drawn anew for each test, so that neither a neighbour's test nor a beep that goes on by itself passes for
 * it. Each tone is judged against the other pitches at its own time, and against the room before anything was played.
 */

/**
 * Hertz. All multiples of 50, which 20 ms tell apart exactly; no harmonic of one is another. Five, because with three a foreign
 * pattern, stretched a little, passed for ours one time in five.
 */
export const PITCHES = [650, 950, 1350, 1850, 2450];
export const TONE_S = 0.16;
export const STEP_S = 0.24;
export const TONES = 10;
/** Sound needs this long through a television at most, seconds. */
const LATEST_S = 0.8;
/** A computer that is short of breath stretches what it plays, or what it records: so much from one tone to the next … */
const DRIFT_S = 0.06;
/** … and so much in all. */
const DRIFTS_S = 0.4;
const HOP_S = 0.02;
/** Decibels by which a tone stands out, of the other pitches and of the room. */
const STANDS_OUT = 6;
const FLOOR = 1e-12;

/** @param {() => number} random @returns {number[]} which pitch when; never the same twice in a row */
export function pattern(random) {
  const tones = [];
  while (tones.length < TONES) {
    const next = Math.floor(random() * PITCHES.length);
    if (next !== tones.at(-1)) tones.push(next);
  }
  return tones;
}

/** How long a pattern is, with the time it may be late; seconds. */
export function lasts(tones) {
  return tones.length * STEP_S + LATEST_S + DRIFTS_S;
}

/** The power of one pitch in a piece of sound (Goertzel), per sample. */
export function power(samples, from, to, hertz, rate) {
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / rate);
  let [one, two] = [0, 0];
  for (let n = from; n < to; n += 1) {
    const next = samples[n] + turn * one - two;
    two = one;
    one = next;
  }
  return (one * one + two * two - turn * one * two) / ((to - from) ** 2 / 4);
}

/**
 * Look for the pattern in a recording.
 * @param {Float32Array} samples the recording @param {number} rate samples a second
 * @param {number} start when the first tone was played, in seconds of the recording; before that the room was quiet
 * @param {number[]} tones the pattern
 * @returns {{tones: number, matched: number, level_db: number, late_ms: number}} `level_db` above the room
 */
export function listen(samples, rate, start, tones) {
  const map = spectrum(samples, rate);
  const room = quiet(map, Math.floor(start / HOP_S));
  const latest = Math.round((LATEST_S + DRIFTS_S) / HOP_S);
  const [most, steps] = [Math.round(LATEST_S / HOP_S), Math.round(DRIFT_S / HOP_S)];
  // Of every way in which the tones may have come late, the one on which most stand out.
  let ways = Array.from({ length: latest + 1 }, (_each, late) => (late <= most ? { late, matched: 0, above: [] } : null));
  tones.forEach((pitch, n) => {
    ways = ways.map((_way, late) => {
      const before = bestOf(ways.slice(Math.max(0, n > 0 ? late - steps : late), late + (n > 0 ? steps : 0) + 1));
      return before && heardAt(before, map, room, Math.round((start + n * STEP_S) / HOP_S) + late, pitch);
    });
  });
  const { late, matched, above } = bestOf(ways);
  const sorted = above.sort((one, two) => one - two);
  const level_db = round(sorted[Math.floor(sorted.length / 2)] ?? 0);
  return { tones: tones.length, matched, level_db, late_ms: Math.round(late * HOP_S * 1000) };
}

/** The way so far, and one tone more. */
function heardAt(way, map, room, first, pitch) {
  const heard = PITCHES.map((_each, which) => mean(map[which], first + 1, first + Math.round(TONE_S / HOP_S) - 1));
  const others = Math.max(...heard.filter((_each, which) => which !== pitch));
  const above = decibels(heard[pitch]) - decibels(room[pitch]);
  const matched = above >= STANDS_OUT && decibels(heard[pitch]) - decibels(others) >= STANDS_OUT;
  return matched ? { ...way, matched: way.matched + 1, above: [...way.above, above] } : way;
}

/** Most matched; among equals the loudest, which is the one whose tones are not cut in half. */
function bestOf(ways) {
  const better = (one, two) => one.matched > two.matched || (one.matched === two.matched && sum(one.above) > sum(two.above));
  return ways.filter(Boolean).reduce((best, way) => (!best || better(way, best) ? way : best), null);
}

function sum(values) {
  return values.reduce((all, each) => all + each, 0);
}

function spectrum(samples, rate) {
  const hop = Math.round(rate * HOP_S);
  const hops = Math.floor(samples.length / hop);
  return PITCHES.map((hertz) => {
    const row = new Float64Array(hops);
    for (let n = 0; n < hops; n += 1) row[n] = power(samples, n * hop, (n + 1) * hop, hertz, rate);
    return row;
  });
}

/** What the room itself has of each pitch: the louder end of it, so that a noise that comes and goes is not taken for a tone. */
function quiet(map, until) {
  return map.map((row) => {
    const before = [...row.slice(0, Math.max(1, until))].sort((one, two) => one - two);
    return before[Math.floor(before.length * 0.9)] ?? 0;
  });
}

function mean(row, from, to) {
  let sum = 0;
  for (let n = from; n < to; n += 1) sum += row[n] ?? 0;
  return sum / Math.max(1, to - from);
}

function decibels(value) {
  return 10 * Math.log10(value + FLOOR);
}

function round(value) {
  return Math.round(value * 10) / 10;
}
