/** Roll calls and who sits where: what the events make of a view, and what screens ask of it. Pure. */

/** Findings of signaling/PROTOCOL.md, the gravest first. */
export const FINDINGS = [
  "absent",
  "dropped",
  "no_answer",
  "answer_wrong",
  "tv_muted",
  "picture_frozen",
  "sound_missing",
  "camera_frozen",
  "camera_black",
  "camera_off",
  "microphone_silent",
  "microphone_off",
  "voice_only",
];
/** A room that was not there when the roll call ended. */
const AWAY = new Set(["absent", "dropped"]);
const LEADERS = new Set(["secretary", "chairman", "deputy_secretary", "deputy_chairman"]);

/** @type {Record<string, (view: any, data: any, event: any) => any>} */
export const ROLL_STEPS = {
  "roll.began": (view, data, event) => ({
    ...view,
    roll: { id: data.roll, at: event.at, until: data.until, tones: data.tones, closed: null, answers: {}, results: {} },
  }),
  "roll.answered": (view, data, event) =>
    roll(view, {
      answers: { ...view.roll?.answers, [data.point]: { heard: data.heard, right: data.right, at: event.at } },
    }),
  "roll.stopped": (view, _data, event) => roll(view, { until: event.at }),
  "roll.closed": (view, data, event) => roll(view, { closed: event.at, results: data.results }),
  "point.present": (view, data, event) => ({
    ...view,
    present: { ...view.present, [data.point]: { people: data.people, by: event.by, at: event.at } },
  }),
};

function roll(view, change) {
  return view.roll ? { ...view, roll: { ...view.roll, ...change } } : view;
}

/** Whether rooms may still answer. */
export function asking(view, now) {
  return Boolean(view.roll) && view.roll.closed === null && now < Date.parse(view.roll.until);
}

/** Whole seconds left to answer. */
export function secondsLeft(view, now) {
  return asking(view, now) ? Math.ceil((Date.parse(view.roll.until) - now) / 1000) : 0;
}

/** What the last closed roll call found at a point: `act`, `attention` or `fine`. */
export function toneOf(findings) {
  if (findings.some((each) => AWAY.has(each))) return "act";
  return findings.length > 0 ? "attention" : "fine";
}

/**
 * The rooms of a closed roll call in which something is wrong, the gravest first.
 * @returns {{point: string, findings: string[], tone: string}[]}
 */
export function wrong(view) {
  const place = (findings) => Math.min(...findings.map((each) => FINDINGS.indexOf(each)));
  return Object.entries(view.roll?.results ?? {})
    .filter(([, findings]) => findings.length > 0)
    .map(([point, findings]) => ({ point, findings, tone: toneOf(findings) }))
    .sort((a, b) => place(a.findings) - place(b.findings));
}

/** Who leads at a point, as it was confirmed last; null when nobody did. */
export function leaderOf(view, point) {
  return view.present[point]?.people[0] ?? null;
}

/** Whether somebody sits there who may take a petition up. */
export function leads(rank) {
  return LEADERS.has(rank);
}
