/**
 * The view of signaling/PROTOCOL.md, and what each event makes of it. No DOM, no clock, no network.
 * Law: apply(snapshot at n, events after n) equals the later snapshot. Views are never changed in place.
 *
 * @typedef {{id: string, position: number, state: string, audience: string, inside: boolean,
 *            case: null | Record<string, any>, conclusion: string | null}} Item
 * @typedef {{n: number, session: Record<string, any>, items: Item[], current: string | null,
 *            floor: null | {point: string, name: string, at: string, until: string | null}, call: null | Record<string, any>,
 *            pinned: null | {point: string, name: string, at: string}, stage: {layout: string, muted: boolean, duplex: string},
 *            consents: string[], talks: Record<string, any>[], hands: {point: string, at: string}[],
 *            points: Record<string, {state: string, at: string}>, desks: Record<string, {name: string, state: string, at: string}>, sources: Record<string, {name: string}>,
 *            notes: Record<string, any>[], taken_up: Record<string, any>[], directives: Record<string, any>[]}} View
 * @typedef {{staff: boolean, point: string | null}} You
 * @typedef {{n: number, kind: string, at: string, media_ms: number | null, by: {key: string, name: string}, data: any}} Event
 */
import { CLERK_STEPS, hideMatter } from "./reduce-clerk.js";
import { ROLL_STEPS } from "./rolls.js";
import { SPEAKING_STEPS, emptySpeaking } from "./speaking.js";

/** What a session is named and set to be, before it is on. */
const described = (view, { title, form, default_audience }) => session(view, { title, form, default_audience });

const OPEN = new Set(["called", "hearing"]);
const SHOWN = new Set(["item.shown", "view.shown"]);

/** @returns {View} */
export function emptyView() {
  return {
    n: 0,
    session: { id: "", title: "", form: "", state: "scheduled", reason: null, live_at: null, default_audience: "" },
    items: [],
    current: null,
    ...emptySpeaking(),
    hands: [],
    points: {},
    desks: {},
    sources: {},
    notes: [],
    taken_up: [],
    directives: [],
    drafts: [],
    lobby: [],
    roll: null,
    present: {},
  };
}

/** @param {View} view @param {Event} event @param {You} you @returns {View} */
export function apply(view, event, you) {
  // What is shown carries the number of the event that caused it; anything else seen before is a repetition.
  const repeated = SHOWN.has(event.kind) ? event.n < view.n : event.n <= view.n;
  if (repeated) return view;
  const step = STEPS[event.kind];
  const next = step ? step(view, event.data, event, you) : view;
  return { ...next, n: event.n };
}

/** @param {View} view @param {number} n @returns {View} */
export function advance(view, n) {
  return n > view.n ? { ...view, n } : view;
}

/** @type {Record<string, (view: View, data: any, event: Event, you: You) => View>} */
const STEPS = {
  "session.created": described,
  "session.changed": described,
  "session.published": (view) => session(view, { state: "published" }),
  "session.postponed": (view, data) => session(view, { state: "postponed", reason: data.reason }),
  "session.cancelled": (view, data) => session(view, { state: "cancelled", reason: data.reason }),
  "session.live": (view, _data, event) => session(view, { state: "live", live_at: event.at }),
  "session.paused": (view, data) => session(view, { state: "paused", reason: data.reason }),
  "session.resumed": (view) => {
    const current = view.items.find((each) => each.id === view.current);
    const over = current && !OPEN.has(current.state);
    return { ...session(view, { state: "live", reason: null }), current: over ? null : view.current };
  },
  "session.closed": (view) => session(view, { state: "closed", reason: null }),

  "item.added": (view, data) => {
    const { item: id, position, audience, inside, case: of } = data;
    const added = { id, position, state: "queued", audience, inside, case: of, conclusion: null, answer_on: null, reason: null };
    return { ...view, items: [...view.items, added].sort((a, b) => a.position - b.position) };
  },
  "item.removed": (view, data, _event, you) => {
    const items = view.items.filter((each) => each.id !== data.item);
    const gone = { ...hideMatter(view, data.item), items };
    return you.staff ? gone : forget(gone, data.item);
  },
  "agenda.ordered": (view, data) => {
    const moved = view.items.map((each) => ({ ...each, position: data.items.indexOf(each.id) + 1 }));
    return { ...view, items: moved.sort((a, b) => a.position - b.position) };
  },
  "item.hearing": (view, data) => item(view, data.item, { state: "hearing" }),
  "item.shown": (view, data) => {
    const elsewhere = (each) => each.item !== data.item;
    const inOrder = (kept, shown) => [...kept.filter(elsewhere), ...shown].sort((a, b) => a.n - b.n);
    return {
      ...view,
      items: view.items.map((each) => (each.id === data.item ? data.view : each)),
      notes: inOrder(view.notes, data.notes),
      taken_up: inOrder(view.taken_up, data.taken_up),
      directives: inOrder(view.directives, data.directives),
      drafts: [...view.drafts.filter(elsewhere), ...data.drafts].sort(byItem),
      floor: data.floor,
      pinned: data.pinned ?? null,
    };
  },
  // Names were taken out of what was written before: nothing that is known from before may stay.
  "view.shown": (_view, data) => data.view,
  // Staff are inside always. Others get `item.shown` next; until then the narrower reading holds.
  "audience.set": (view, data, _event, you) => {
    const inside = you.staff || data.audience === "all";
    const set = item(view, data.item, { audience: data.audience, inside });
    const next = data.audience === "closed" ? hideMatter(set, data.item) : set;
    return inside ? next : forget(next, data.item);
  },
  "case.reclassified": (view, data) => ({
    ...view,
    items: view.items.map((each) =>
      each.id === data.item && each.case ? { ...each, case: { ...each.case, kind: data.kind } } : each,
    ),
  }),

  "point.joined": (view, data, event) => point(view, data.point, { state: "joined", at: event.at }),
  "point.left": (view, data, event) => point(view, data.point, { state: "left", at: event.at }),
  "desk.joined": (view, data, event) => desk(view, data.desk, { name: data.name, state: "joined", at: event.at }),
  "desk.left": (view, data, event) => desk(view, data.desk, { state: "left", at: event.at }),
  "hand.raised": (view, data, event) => ({ ...view, hands: [...view.hands, { point: data.point, at: event.at }] }),
  "hand.lowered": (view, data) => ({ ...view, hands: view.hands.filter((each) => each.point !== data.point) }),
  ...SPEAKING_STEPS,
  "source.started": (view, data) => ({ ...view, sources: { ...view.sources, [data.source]: { name: data.name } } }),
  "source.stopped": (view, data) => {
    const { [data.source]: _gone, ...sources } = view.sources;
    return { ...view, sources };
  },

  "note.added": (view, data, event) => {
    const { note, item: of, text, mark } = data;
    const added = {
      id: note,
      n: event.n,
      item: of,
      text,
      mark,
      by: event.by,
      at: event.at,
      media_ms: event.media_ms,
      removed: false,
      changed: false,
      version: event.n,
      conflict: false,
    };
    return { ...view, notes: [...view.notes, added] };
  },
  "note.changed": (view, data, event) =>
    note(view, data.note, { text: data.text, changed: true, version: event.n, conflict: data.conflict }),
  "note.removed": (view, data) => note(view, data.note, { removed: true }),
  "note.restored": (view, data) => note(view, data.note, { removed: false }),

  "directive.issued": (view, data, event) => {
    const { directive, item: of, lead, lead_name, supporting, text, due } = data;
    const issued = {
      id: directive,
      n: event.n,
      item: of,
      case: data.case,
      lead,
      lead_name,
      supporting,
      text,
      due,
      acknowledged: [],
      withdrawn: null,
      at: event.at,
      media_ms: event.media_ms,
    };
    return { ...view, directives: [...view.directives, issued] };
  },
  "directive.acknowledged": (view, data) => ({
    ...view,
    directives: view.directives.map((each) =>
      each.id === data.directive ? { ...each, acknowledged: [...each.acknowledged, data.unit] } : each,
    ),
  }),
  "case.taken_up": (view, data, event) => {
    const { item: of, unit, unit_name, leader } = data;
    const taken = { case: data.case, item: of, unit, unit_name, leader, at: event.at, media_ms: event.media_ms, n: event.n };
    return { ...view, taken_up: [...view.taken_up, taken] };
  },
  ...ROLL_STEPS,
  ...CLERK_STEPS,
};

function session(view, change) {
  return { ...view, session: { ...view.session, ...change } };
}

function item(view, id, change) {
  return { ...view, items: view.items.map((each) => (each.id === id ? { ...each, ...change } : each)) };
}

function note(view, id, change) {
  return { ...view, notes: view.notes.map((each) => (each.id === id ? { ...each, ...change } : each)) };
}

function point(view, id, presence) {
  return { ...view, points: { ...view.points, [id]: presence } };
}

function desk(view, id, change) {
  return { ...view, desks: { ...view.desks, [id]: { ...view.desks[id], ...change } } };
}

const byItem = (a, b) => (a.item < b.item ? -1 : 1);

/** What a participant outside an item no longer knows. In a related item the case's title stays. */
function forget(view, id) {
  const hidden = (each) => ({ ...each, case: each.audience === "closed" ? null : each.case, conclusion: null, answer_on: null });
  const elsewhere = (each) => each.item !== id;
  return {
    ...view,
    items: view.items.map((each) => (each.id === id ? hidden(each) : each)),
    notes: view.notes.filter(elsewhere),
    taken_up: view.taken_up.filter(elsewhere),
    directives: view.directives.filter(elsewhere),
    drafts: view.drafts.filter(elsewhere),
  };
}
