/**
 * What a command will probably do: shown at once, and taken back by itself when the hub refuses.
 * A prediction is an event without a number, so the reducer stays the only one who knows the view.
 */
import { apply } from "./reducer.js";

const SIMPLE = {
  "session.go_live": () => ["session.live", {}],
  "session.pause": (data) => ["session.paused", data],
  "session.resume": () => ["session.resumed", {}],
  "item.call": (data) => ["item.called", data],
  "item.hear": (data) => ["item.hearing", data],
  "item.conclude": (data) => ["item.concluded", data],
  "item.defer": (data) => ["item.deferred", data],
  "note.add": (data, view, id) => ["note.added", { ...data, note: `pending-${id}`, item: view.current }],
  "note.change": (data) => ["note.changed", data],
  "note.remove": (data) => ["note.removed", data],
  "note.restore": (data) => ["note.restored", data],
  "hand.raise": (_data, _view, _id, you) => ["hand.raised", { point: you.point }],
  "hand.lower": (_data, _view, _id, you) => ["hand.lowered", { point: you.point }],
  "floor.end": () => ["floor.ended", { point: "", reason: "ended" }],
  "audience.set": (data, view) => ["audience.set", { ...data, item: view.current, inside: true }],
};

/** @returns {import("./reducer.js").View} the view as it will be once the command stands */
export function predict(view, pending, you) {
  const guess = SIMPLE[pending.name];
  if (!guess) return view;
  const [kind, data] = guess(pending.data, view, pending.id, you);
  if (kind === "note.added" && !data.item) return view;
  const event = { n: view.n + 1, kind, at: pending.at, media_ms: null, by: { key: you.key, name: you.name }, data };
  return { ...apply(view, event, you), n: view.n };
}
