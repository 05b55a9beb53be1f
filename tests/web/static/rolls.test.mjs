/** Roll calls as screens read them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { apply, emptyView } from "../../../web/static/js/session/reducer.js";
import { predict } from "../../../web/static/js/session/predict.js";
import { FINDINGS, asking, leaderOf, leads, secondsLeft, toneOf, wrong } from "../../../web/static/js/session/rolls.js";

const AT = "2026-11-20T07:00:00.000Z";
const UNTIL = "2026-11-20T07:00:40.000Z";
const NOW = Date.parse(AT);
const ROOM = { key: "point:a", name: "Xã A", staff: false, point: "a" };
const BEGAN = { n: 1, kind: "roll.began", at: AT, media_ms: 0, by: {}, data: { roll: "r", until: UNTIL, tones: 3 } };

function began() {
  return apply(emptyView(), BEGAN, ROOM);
}

test("rooms are asked until the time is up or it is closed", () => {
  const view = began();
  assert.equal(asking(emptyView(), NOW), false);
  assert.equal(secondsLeft(view, NOW + 500), 40);
  assert.equal(asking(view, NOW + 40_000), false);
  const closed = apply(view, { ...BEGAN, n: 2, kind: "roll.closed", data: { roll: "r", results: {} } }, ROOM);
  assert.equal(secondsLeft(closed, NOW), 0);
});

test("an answer stands at once", () => {
  const pending = { id: "c", name: "roll.answer", data: { roll: "r", heard: 3 }, at: AT };
  assert.deepEqual(predict(began(), pending, ROOM).roll.answers, { a: { heard: 3, right: true, at: AT } });
});

test("the gravest comes first", () => {
  const results = { a: ["camera_off"], b: [], c: ["absent"], d: ["tv_muted", "camera_off"] };
  const view = apply(began(), { ...BEGAN, n: 2, kind: "roll.closed", data: { roll: "r", results } }, ROOM);
  assert.deepEqual(wrong(view).map((each) => each.point), ["c", "d", "a"]);
  assert.deepEqual(wrong(view).map((each) => each.tone), ["act", "attention", "attention"]);
  assert.equal(toneOf([]), "fine");
  assert.deepEqual(wrong(emptyView()), []);
  assert.equal(new Set(FINDINGS).size, 13);
});

test("who leads there", () => {
  const people = [{ name: "Bình", rank: "deputy_chairman" }, { name: "An", rank: "other" }];
  const view = apply(began(), { ...BEGAN, n: 2, kind: "point.present", data: { point: "a", people } }, ROOM);
  assert.equal(leaderOf(view, "a").name, "Bình");
  assert.equal(leaderOf(view, "b"), null);
  assert.ok(leads("deputy_chairman"));
  assert.ok(!leads("reception_officer"));
});
