/**
 * When a room's page is loaded anew: browsers that run for weeks grow, and a hub that was brought up to date has other
 * pages. Pure: everything it depends on is an argument.
 */
import { openItem } from "./select.js";

const ON = new Set(["live", "paused"]);
/** A session that goes on and began so long ago was forgotten. */
const PAST_MS = 12 * 3_600_000;

export const LIMITS = {
  /** Bytes of scripts' memory that are more than a room ever needs. */
  heap: 400e6,
  /** Share of what the browser gives a page at most, beyond which it would end it soon: then a case is not waited for. */
  urgent: 0.85,
  uptimeMs: 12 * 3_600_000,
  /** A page that was just loaded is not loaded again: that did not help, then. */
  apartMs: 15 * 60_000,
};

/**
 * @param {{heap: number, most: number, uptimeMs: number, stale: boolean}} facts bytes used and allowed (0: not told), how
 * long the page runs, whether the hub has other pages now
 * @returns {null | "memory" | "uptime" | "version" | "urgent"} why
 */
export function reason(facts, limits = LIMITS) {
  if (facts.uptimeMs < limits.apartMs) return null;
  if (facts.most > 0 && facts.heap > facts.most * limits.urgent) return "urgent";
  if (facts.heap > limits.heap) return "memory";
  if (facts.stale) return "version";
  return facts.uptimeMs > limits.uptimeMs ? "uptime" : null;
}

/**
 * Whether this is a moment in which nobody loses anything. Never while the room speaks or is about to; with an urgent
 * reason also in the middle of a case.
 * @param {import("./reducer.js").View} view
 * @param {{point: string, speaking: boolean, busy: boolean, urgent: boolean}} facts
 */
export function mayRefresh(view, { point, speaking, busy, urgent }) {
  if (speaking || isCalled(view, point) || busy) return false;
  if (view.hands.some((hand) => hand.point === point)) return false;
  return urgent || view.session.state !== "live" || !openItem(view);
}

/**
 * Whether a room belongs in another session than the one it is in. While its own goes on it leaves only for one that goes
 * on too and began later, or once its own was forgotten: then also for one to come. Never while it is called or speaks.
 * @param {import("./reducer.js").View} view
 * @param {{id: string, state: string, starts_at: string} | null} named the session the hub names
 * @param {{joined: string | undefined, startsAt: string, now: number, point: string, speaking: boolean}} facts
 */
export function belongsElsewhere(view, named, { joined, startsAt, now, point, speaking }) {
  if (!named || named.id === joined) return false;
  if (!ON.has(view.session.state)) return true;
  const later = ON.has(named.state) && Date.parse(named.starts_at) > Date.parse(startsAt);
  return (later || isForgotten(view, { startsAt, now })) && !speaking && !isCalled(view, point);
}

/**
 * Whether a room may soon be wanted in another session, and asks often: always, but in the midst of one.
 * @param {import("./reducer.js").View} view @param {{startsAt: string, now: number}} facts
 */
export function asksOften(view, facts) {
  return view.session.state !== "live" || isForgotten(view, facts);
}

/** As `is_forgotten` of hub/reception/hearings.py. */
function isForgotten(view, { startsAt, now }) {
  return now - Math.max(Date.parse(startsAt), Date.parse(view.session.live_at ?? startsAt)) >= PAST_MS;
}

function isCalled(view, point) {
  return [view.floor, view.call, view.pinned, ...view.talks].some((each) => each?.point === point);
}
