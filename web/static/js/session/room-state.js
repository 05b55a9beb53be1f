/**
 * Which of its states a room's screen is in. Pure: everything it depends on is an argument.
 *
 * @typedef {"replaced" | "gone" | "lost" | "waiting" | "paused" | "over" | "closed" | "related" | "trouble" | "called"
 *           | "connecting" | "no-source" | "voice" | "voice-chosen" | "live"} RoomState
 */
import { currentItem } from "./select.js";

/** Between the call and the air: time to put the cup down. */
export const COUNTDOWN_MS = 5_000;
/** A line that comes back within this was never worth a word. */
export const LOST_MS = 3_000;
/** What a screen that was sent away shows. For any other code it comes back by itself. */
const ENDED = { 4401: "gone", 4404: "waiting", 4409: "replaced" };
const COMING = new Set(["scheduled", "published"]);
/** States of a session in which nothing more happens. */
export const OVER = new Set(["closed", "postponed", "cancelled"]);
const CONNECTING_MS = 2_500;

/**
 * @param {{view: import("./reducer.js").View, point: string, started: boolean, ended: number | null, lostMs: number,
 *          media: string, mediaMs: number, picture: boolean, everPicture: boolean, starved: boolean, voice: boolean,
 *          trouble: boolean, now: number}} facts `ended` is a final close code; times in ms; `now` is the hub's
 * @returns {RoomState}
 */
export function roomState(facts) {
  const { view, ended } = facts;
  if (ended !== null) return ENDED[ended] ?? "connecting";
  const watching = facts.media === "connected";
  if (facts.lostMs > LOST_MS && !watching) return "lost";
  if (!facts.started) return facts.lostMs > LOST_MS ? "lost" : "waiting";
  if (COMING.has(view.session.state)) return "waiting";
  if (view.session.state === "paused") return "paused";
  if (OVER.has(view.session.state)) return "over";
  const item = currentItem(view);
  const speaking = hasFloor(view, facts.point);
  if (item && !item.inside && !speaking) return item.audience === "closed" ? "closed" : "related";
  if (speaking && facts.trouble) return "trouble";
  if (speaking && countdown(view, facts) > 0) return "called";
  return pictureState(facts, watching);
}

const MUCH_LOST = 0.03;
/** Frames of a report's five seconds: under this a picture is seen to be slow. */
const FEW_FRAMES = 25;

/**
 * How good the line is, in the words of the foot.
 * @param {{decoding: boolean, frames: number, loss: number} | null} report the last one
 * @param {"high" | "low" | "few"} sent what the hub sends of the worst picture
 * @param {{starved: boolean, voice: boolean, due?: boolean}} state no picture fits the line; somebody chose to hear only;
 *   false for `due`: nothing is sent here just now (a pause, a closed hearing), so nothing can be said of the line
 * @returns {"good" | "weak" | "few" | "voice" | "bad" | ""}
 */
export function lineLevel(report, sent, { starved, voice, due = true }) {
  if (starved) return "voice";
  if (sent !== "high") return sent === "few" ? "few" : "weak";
  if (!report || !due) return "";
  if (voice) return report.loss > MUCH_LOST ? "weak" : "good";
  if (!report.decoding) return "bad";
  return report.loss > MUCH_LOST || report.frames < FEW_FRAMES ? "weak" : "good";
}

/** Whether the room may speak now. */
export function hasFloor(view, point) {
  return view.floor?.point === point;
}

/** Whole seconds until the room is on the air, 0 when it is. */
export function countdown(view, { point, now }) {
  if (!hasFloor(view, point)) return 0;
  const left = Date.parse(view.floor.at) + COUNTDOWN_MS - now;
  return left > 0 ? Math.ceil(left / 1000) : 0;
}

function pictureState(facts, watching) {
  if (facts.voice) return "voice-chosen";
  if (!watching) return facts.mediaMs > CONNECTING_MS ? "connecting" : "live";
  if (facts.starved) return "voice";
  if (!facts.picture && facts.mediaMs > CONNECTING_MS) return "no-source";
  return "live";
}
