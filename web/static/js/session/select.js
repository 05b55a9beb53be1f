/** Questions a screen asks of a view. Pure. */

const OPEN = new Set(["called", "hearing"]);

/** The item called last, also after its end; null when none. */
export function currentItem(view) {
  return view.items.find((item) => item.id === view.current) ?? null;
}

/** The hearing a command is meant for, as the screen shows it: the hub refuses one that has become another's. */
export function meant(view) {
  const item = currentItem(view);
  return item ? { item: item.id, audience: item.audience } : {};
}

/** The current item while it is being heard. */
export function openItem(view) {
  const item = currentItem(view);
  return isOpen(item) ? item : null;
}

/** Calling an item, and which hearing that ends as the screen shows it: the hub lets no late call cut another one. */
export function call(view, item) {
  return { item, current: openItem(view)?.id ?? null };
}

/** Whether an item is being heard, or about to be: only then its conclusion is written. */
export function isOpen(item) {
  return Boolean(item) && OPEN.has(item.state);
}

/**
 * Whether a command would let points in again after a closed hearing: it then wants a confirmation. The hub decides; this
 * asks before anything is shown that would have to be taken back.
 */
export function endsClosedHearing(view, name, data) {
  const current = currentItem(view);
  if (current?.audience !== "closed") return false;
  if (name === "audience.set") return data.audience !== "closed";
  if (name === "item.call") return view.items.find((item) => item.id === data.item)?.audience !== "closed";
  return name === "session.resume" && !OPEN.has(current.state);
}

/** The next item that waits, in agenda order. */
export function nextItem(view) {
  return view.items.find((item) => item.state === "queued") ?? null;
}

/** How an item is called: by the number of its case, or by its place where that is not to be known. */
export function itemNumber(view, id) {
  const item = view.items.find((each) => each.id === id);
  return item?.case?.number ?? item?.position;
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

/** The states of a tile, best first, and how much each wants somebody. */
export const TILE_SIGNS = { live: "fine", ill: "attention", voice: "attention", silent: "attention", missing: "act" };

/**
 * What a tile of the wall says: `live` (lacks nothing), `ill` (receives all, but its own camera, microphone or
 * loudspeaker is not well), `voice` (sound, no picture), `silent` (ought to receive something, and does not), `missing`
 * (was here or was expected, and is not). `report` is the last word of the point itself, or undefined; in it `sent` is
 * what the hub sends, which is known before the point says that nothing comes any more.
 */
export function tileState(presence, report) {
  if (!presence || presence.state !== "joined" || report?.link === "down") return "missing";
  if (!report) return "silent";
  const receives = report.picture && report.sent !== "none";
  if (!receives && (report.sound || report.health?.voice_only)) return "voice";
  if (!receives && report.due !== false) return "silent";
  return ills(report).length > 0 ? "ill" : "live";
}

/** What is wrong with a room's own devices, worst first, as words of the wall. */
export function ills(report) {
  const { camera, microphone, speaker } = report?.health ?? {};
  const found = [
    ["frozen", "black", "off"].includes(camera) && `camera_${camera}`,
    ["silent", "off"].includes(microphone) && `microphone_${microphone}`,
    speaker === "muted" && "speaker_muted",
  ];
  return found.filter(Boolean);
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
