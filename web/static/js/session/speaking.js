/** Who may speak and how it is shown: this part of the view, and what events make of it. Pure; a part of `reducer.js`. */

/** @returns {Record<string, any>} */
export function emptySpeaking() {
  return {
    floor: null,
    call: null,
    pinned: null,
    stage: { layout: "side_by_side", muted: false, duplex: "half" },
    consents: [],
    talks: [],
  };
}

export const SPEAKING_STEPS = {
  "room.consented": (view, { point }) => ({ ...view, consents: [...without(view.consents, point), point] }),
  "room.withdrew": (view, { point }) => ({ ...view, consents: without(view.consents, point) }),
  "floor.called": (view, { point, name, seconds }, event) => ({ ...view, call: { point, name, seconds, at: event.at } }),
  "floor.call_ended": (view) => ({ ...view, call: null }),
  "floor.given": (view, { point, name, until = null }, event) => ({ ...view, floor: { point, name, at: event.at, until } }),
  "floor.extended": (view, { until }) => ({ ...view, floor: view.floor && { ...view.floor, until } }),
  "floor.ended": (view) => ({ ...view, floor: null }),
  "stage.laid_out": (view, { layout }) => stage(view, { layout }),
  "stage.muted": (view) => stage(view, { muted: true }),
  "stage.unmuted": (view) => stage(view, { muted: false }),
  "stage.duplex_set": (view, { duplex }) => stage(view, { duplex }),
  "stage.pinned": (view, { point, name }, event) => ({ ...view, pinned: { point, name, at: event.at } }),
  "stage.unpinned": (view) => ({ ...view, pinned: null }),
  "talk.opened": (view, data, event) => ({ ...view, talks: [...view.talks, { ...data, at: event.at }] }),
  "talk.closed": (view, { talk }) => ({ ...view, talks: view.talks.filter((each) => each.talk !== talk) }),
};

/** What commands of this part will probably do, for `predict.js`. */
export const SPEAKING_GUESSES = {
  "floor.end": (data, view) => {
    const held = view.floor && (!data.point || view.floor.point === data.point);
    return [held ? "floor.ended" : "floor.call_ended", { point: data.point ?? "", reason: "ended" }];
  },
  "floor.extend": ({ seconds = 120 }, view) => ["floor.extended", { until: later(view.floor?.until, seconds) }],
  "room.consent": (_data, _view, _id, you) => ["room.consented", { point: you.point }],
  "room.withdraw": (_data, _view, _id, you) => ["room.withdrew", { point: you.point }],
  "stage.layout": (data) => ["stage.laid_out", data],
  "stage.mute": () => ["stage.muted", {}],
  "stage.unmute": () => ["stage.unmuted", {}],
  "stage.duplex": (data) => ["stage.duplex_set", data],
  "stage.unpin": () => ["stage.unpinned", {}],
  "talk.close": (_data, view, _id, you) => {
    const mine = talkOf(view, you);
    return ["talk.closed", { talk: mine?.talk ?? "" }];
  },
};

/** The private talk a participant is in. @param {{key?: string, point: string | null}} you */
export function talkOf(view, you) {
  return view.talks.find((talk) => (you.point ? talk.point === you.point : talk.staff === you.key)) ?? null;
}

/** What asks for this room's camera and microphone, or would use them: `call`, `talk` or `pin`; null when nothing does. */
export function askedFor(view, point) {
  if (view.call?.point === point) return "call";
  if (view.talks.some((talk) => talk.point === point)) return "talk";
  if (view.pinned?.point === point) return "pin";
  return null;
}

/** Whether the room's people have said yes. */
export function consented(view, point) {
  return view.consents.includes(point);
}

/** Who stands beside the hall now: the floor before a pinned picture. @returns {{point: string, name: string} | null} */
export function beside(view) {
  if (view.floor) return view.floor;
  return view.pinned;
}

function stage(view, change) {
  return { ...view, stage: { ...view.stage, ...change } };
}

function without(list, item) {
  return list.filter((each) => each !== item);
}

function later(until, seconds) {
  return until ? new Date(Date.parse(until) + seconds * 1000).toISOString() : null;
}
