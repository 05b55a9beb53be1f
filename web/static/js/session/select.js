/** Questions a screen asks of a view. Pure. */

const OPEN = new Set(["called", "hearing"]);

/** The item called last, also after its end; null when none. */
export function currentItem(view) {
  return view.items.find((item) => item.id === view.current) ?? null;
}

/** The current item while it is being heard. */
export function openItem(view) {
  const item = currentItem(view);
  return item && OPEN.has(item.state) ? item : null;
}

/** The next item that waits, in agenda order. */
export function nextItem(view) {
  return view.items.find((item) => item.state === "queued") ?? null;
}

export function notesOf(view, item) {
  return view.notes.filter((note) => note.item === item);
}

export function directivesOf(view, item) {
  return view.directives.filter((directive) => directive.item === item);
}

export function takeUpsOf(view, item) {
  return view.taken_up.filter((taken) => taken.item === item);
}

/**
 * What a tile of the wall says: `live`, `voice` (sound, no picture), `silent` (connected, receives nothing),
 * `missing` (was here or was expected, and is not). `report` is the last word of the point itself, or undefined;
 * in it `sent` is what the hub sends, which is known before the point says that nothing comes any more.
 */
export function tileState(presence, report) {
  if (!presence || presence.state !== "joined" || report?.link === "down") return "missing";
  if (!report) return "silent";
  if (report.picture && report.sent !== "none") return "live";
  return report.sound ? "voice" : "silent";
}

/** Whole days from the day of `now` to the day `due` (YYYY-MM-DD), counted where the screen stands; negative is late. */
export function daysLeft(due, now) {
  const [year, month, day] = due.split("-").map(Number);
  const today = new Date(now);
  const from = Date.UTC(today.getFullYear(), today.getMonth(), today.getDate());
  return Math.round((Date.UTC(year, month - 1, day) - from) / 86_400_000);
}

/** `fine`, `attention` (3 days or fewer) or `act` (over). */
export function dueState(days) {
  if (days < 0) return "act";
  return days <= 3 ? "attention" : "fine";
}

/** Milliseconds as 1:02:03 or 02:03. */
export function clockOf(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value) => String(value).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}
