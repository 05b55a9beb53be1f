/**
 * What a command will probably do: shown at once, and taken back by itself when the hub refuses.
 * A prediction is an event without a number, so the reducer stays the only one who knows the view.
 */
import { apply } from "./reducer.js";
import { SPEAKING_GUESSES } from "./speaking.js";

const SIMPLE = {
  "session.go_live": () => ["session.live", {}],
  "session.pause": (data) => ["session.paused", data],
  "session.resume": () => ["session.resumed", {}],
  "item.call": ({ item }) => ["item.called", { item }],
  "item.hear": (data) => ["item.hearing", data],
  "item.defer": (data) => ["item.deferred", data],
  "item.move": (data, view) => ["agenda.ordered", { items: ordered(view, data) }],
  "item.remove": (data) => ["item.removed", data],
  "note.add": (data, view, id) => ["note.added", { ...data, note: `pending-${id}`, item: data.item ?? view.current }],
  "note.change": (data) => ["note.changed", { ...data, conflict: false }],
  "note.mark": (data) => ["note.marked", data],
  "directive.withdraw": (data) => ["directive.withdrawn", data],
  "directive.restore": (data) => ["directive.restored", data],
  "conclusion.take_back": (data) => ["conclusion.taken_back", data],
  "lobby.turn_down": (data) => ["lobby.turned_down", data],
  "lobby.restore": (data) => ["lobby.restored", data],
  "lobby.withdraw": (data) => ["lobby.withdrawn", data],
  "take_up.withdraw": (data, _view, _id, you) => ["take_up.withdrawn", { ...data, unit: you.unit }],
  "note.remove": (data) => ["note.removed", data],
  "note.restore": (data) => ["note.restored", data],
  "roll.answer": (data, view, _id, you) => [
    "roll.answered",
    { ...data, point: you.point, right: data.heard === view.roll?.tones },
  ],
  "point.present": (data, _view, _id, you) => ["point.present", { ...data, point: data.point ?? you.point }],
  "hand.raise": (_data, _view, _id, you) => ["hand.raised", { point: you.point }],
  "hand.lower": (_data, _view, _id, you) => ["hand.lowered", { point: you.point }],
  ...SPEAKING_GUESSES,
  "audience.set": (data, view) => ["audience.set", { ...data, item: data.item ?? view.current, inside: true }],
};

/** The agenda's ids with an item before another one, or at the end. */
export function ordered(view, { item, before }) {
  const others = view.items.map((each) => each.id).filter((id) => id !== item);
  const place = before === null ? others.length : others.indexOf(before);
  return [...others.slice(0, place), item, ...others.slice(place)];
}

/** @returns {import("./reducer.js").View} the view as it will be once the command stands */
export function predict(view, pending, you) {
  const guess = SIMPLE[pending.name];
  if (!guess) return view;
  const [kind, data] = guess(pending.data, view, pending.id, you);
  if (kind === "note.added" && !data.item) return view;
  const event = { n: view.n + 1, kind, at: pending.at, media_ms: null, by: { key: you.key, name: you.name }, data };
  return { ...apply(view, event, you), n: view.n };
}
