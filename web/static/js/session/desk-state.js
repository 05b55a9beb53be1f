/** What a desk that looks on, or may be called, shows of itself. Pure. */
import { COUNTDOWN_MS, OVER } from "./room-state.js";
import { currentItem } from "./select.js";

/**
 * Why there is no programme for this participant now, or null when there is one.
 * @param {import("./reducer.js").View} view @param {string | null} point their own desk
 * @returns {"waiting" | "paused" | "over" | "closed" | "related" | null}
 */
export function coverOf(view, point) {
  const { state } = view.session;
  if (OVER.has(state)) return "over";
  if (state === "paused") return "paused";
  if (state !== "live") return "waiting";
  const item = currentItem(view);
  const speaking = point !== null && view.floor?.point === point;
  if (!item || item.inside || speaking) return null;
  return item.audience === "closed" ? "closed" : "related";
}

/**
 * Where an adviser stands: `air`, `called` (with `seconds` to go), `hand`, or `listening`.
 * @returns {{state: "air" | "called" | "hand" | "listening", seconds: number}}
 */
export function adviserState(view, point, now) {
  if (view.session.state === "live" && view.floor?.point === point) {
    const left = Math.ceil((Date.parse(view.floor.at) + COUNTDOWN_MS - now) / 1000);
    return left > 0 ? { state: "called", seconds: left } : { state: "air", seconds: 0 };
  }
  return { state: view.hands.some((hand) => hand.point === point) ? "hand" : "listening", seconds: 0 };
}
