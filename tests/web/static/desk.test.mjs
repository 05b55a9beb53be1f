/** A desk's states: why there is no programme, and where an adviser stands. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { places } from "../../../web/static/js/elements/agenda-order.js";
import { adviserState, coverOf } from "../../../web/static/js/session/desk-state.js";
import { ordered } from "../../../web/static/js/session/predict.js";
import { apply, emptyView } from "../../../web/static/js/session/reducer.js";

const AT = "2026-11-20T07:00:00.000Z";
const NOW = Date.parse(AT);
const ITEM = { id: "i1", position: 1, state: "hearing", audience: "all", inside: true, case: {}, conclusion: null };

function live(changes = {}) {
  const view = emptyView();
  return { ...view, n: 5, session: { ...view.session, state: "live" }, items: [ITEM], current: "i1", ...changes };
}

test("a desk is told why it sees nothing, by the record and not by the picture", () => {
  const outside = (audience) => live({ items: [{ ...ITEM, audience, inside: false }] });
  assert.equal(coverOf(live(), "d"), null);
  assert.equal(coverOf(outside("closed"), "d"), "closed");
  assert.equal(coverOf(outside("related"), null), "related");
  assert.equal(coverOf({ ...outside("closed"), floor: { point: "d", name: "", at: AT } }, "d"), null);
  assert.equal(coverOf({ ...outside("closed"), floor: { point: "x", name: "", at: AT } }, null), "closed");
  for (const [state, cover] of [["published", "waiting"], ["paused", "paused"], ["closed", "over"], ["cancelled", "over"]]) {
    assert.equal(coverOf(live({ session: { ...live().session, state } }), "d"), cover);
  }
});

test("an adviser listens, has a hand up, is called in 5-4-3, is on the air", () => {
  const floor = { point: "d", name: "Sở", at: AT };
  assert.deepEqual(adviserState(live(), "d", NOW), { state: "listening", seconds: 0 });
  assert.deepEqual(adviserState(live({ hands: [{ point: "d", at: AT }] }), "d", NOW), { state: "hand", seconds: 0 });
  assert.deepEqual(adviserState(live({ floor }), "d", NOW), { state: "called", seconds: 5 });
  assert.deepEqual(adviserState(live({ floor }), "d", NOW + 4_100), { state: "called", seconds: 1 });
  assert.deepEqual(adviserState(live({ floor }), "d", NOW + 5_000), { state: "air", seconds: 0 });
  assert.deepEqual(adviserState(live({ floor }), "other", NOW), { state: "listening", seconds: 0 });
});

test("one step up or down among those that wait", () => {
  const items = ["a", "b", "c", "d"].map((id, index) => ({ ...ITEM, id, position: index + 1, state: id === "a" ? "concluded" : "queued" }));
  const view = live({ items });
  assert.deepEqual(places(view, "b"), { up: undefined, down: "d" });
  assert.deepEqual(places(view, "c"), { up: "b", down: null });
  assert.deepEqual(places(view, "d"), { up: "c", down: undefined });
  assert.deepEqual(places(view, "a"), {});
  assert.deepEqual(ordered(view, { item: "d", before: "b" }), ["a", "d", "b", "c"]);
  const moved = apply(view, { n: 6, kind: "agenda.ordered", data: { items: ["a", "d", "b", "c"] } }, {});
  assert.deepEqual(moved.items.map((item) => [item.id, item.position]), [["a", 1], ["d", 2], ["b", 3], ["c", 4]]);
});
