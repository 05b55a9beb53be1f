/** signaling/PROTOCOL.md's view, event by event. Run by tests/web/static/test_modules.py, or `node --test tests/web/static`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { advance, apply, emptyView } from "../../../web/static/js/session/reducer.js";

const STAFF = { staff: true, point: null };
const ROOM = { staff: false, point: "p1" };
const CASE = { id: "c1", number: "2026/0001", kind: "complaint", field: "land", unit: "90312", unit_name: "Xã A", title: "Đất" };
const AT = "2026-11-20T07:00:00.000Z";

function event(n, kind, data = {}) {
  return { n, kind, at: AT, media_ms: n * 1000, by: { key: "account:1", name: "Thư ký" }, data };
}

function fold(you, ...events) {
  return events.reduce((view, each) => apply(view, each, you), emptyView());
}

const added = event(1, "item.added", { item: "i1", position: 2, audience: "all", inside: true, case: CASE });
const note = event(2, "note.added", { note: "n1", item: "i1", text: "một", mark: "promise" });

test("items stand in the order of the agenda", () => {
  const second = event(2, "item.added", { item: "i0", position: 1, audience: "closed", inside: false, case: null });
  const view = fold(ROOM, added, second);
  assert.deepEqual(view.items.map((item) => item.id), ["i0", "i1"]);
  assert.deepEqual(view.items[0], { id: "i0", position: 1, state: "queued", audience: "closed", inside: false, case: null, conclusion: null, answer_on: null, reason: null });
});

test("an item that was taken off is remembered by staff only", () => {
  const removed = event(3, "item.removed", { item: "i1", reason: "" });
  assert.deepEqual(fold(ROOM, added, note, removed).notes, []);
  assert.equal(fold(STAFF, added, note, removed).notes.length, 1);
  assert.deepEqual(fold(STAFF, added, note, removed).items, []);
});

test("an event seen before changes nothing", () => {
  const view = fold(STAFF, added, note);
  assert.equal(apply(view, note, STAFF), view);
});

test("an unknown event only moves the number", () => {
  assert.deepEqual(fold(STAFF, event(7, "a.later.version")), { ...emptyView(), n: 7 });
});

test("a head moves the number forward, never back", () => {
  assert.equal(advance(emptyView(), 4).n, 4);
  assert.equal(advance({ ...emptyView(), n: 9 }, 4).n, 9);
});

test("a note keeps who, when and its number; removing keeps the text", () => {
  const view = fold(STAFF, added, note, event(3, "note.changed", { note: "n1", item: "i1", text: "hai", conflict: false }), event(4, "note.removed", { note: "n1", item: "i1" }));
  assert.deepEqual(view.notes, [
    { id: "n1", n: 2, item: "i1", text: "hai", mark: "promise", by: { key: "account:1", name: "Thư ký" }, at: AT, media_ms: 2000, removed: true, changed: true, version: 3, conflict: false },
  ]);
});

test("a conclusion is known to those inside only", () => {
  const related = event(2, "audience.set", { item: "i1", audience: "related" });
  const concluded = event(3, "item.concluded", { item: "i1", text: "" });
  assert.equal(fold(ROOM, added, related, concluded).items[0].conclusion, null);
  assert.equal(fold(STAFF, added, related, event(3, "item.concluded", { item: "i1", text: "xong" })).items[0].conclusion, "xong");
});

test("closing makes a room forget, and leaves staff everything", () => {
  const taken = event(3, "case.taken_up", { case: "c1", item: "i1", unit: "90312", unit_name: "Xã A", leader: "Ông B" });
  const closed = event(4, "audience.set", { item: "i1", audience: "closed" });
  const room = fold(ROOM, added, note, taken, closed);
  assert.deepEqual([room.items[0].case, room.items[0].inside, room.notes, room.taken_up], [null, false, [], []]);
  const staff = fold(STAFF, added, note, taken, closed);
  assert.deepEqual([staff.items[0].case, staff.items[0].inside, staff.notes.length, staff.taken_up.length], [CASE, true, 1, 1]);
});

test("item.shown carries the number of what caused it, and replaces all of the item", () => {
  const opened = event(5, "audience.set", { item: "i1", audience: "all" });
  const shown = event(5, "item.shown", {
    item: "i1",
    view: { id: "i1", position: 2, state: "hearing", audience: "all", inside: true, case: CASE, conclusion: null },
    notes: [{ id: "n2", n: 3, item: "i1", text: "ba" }],
    taken_up: [],
    directives: [],
    drafts: [],
    floor: { point: "p2", name: "Xã C", at: AT },
  });
  const view = fold(ROOM, added, note, opened, shown);
  assert.deepEqual(view.notes.map((each) => each.id), ["n2"]);
  assert.equal(view.items[0].state, "hearing");
  assert.equal(view.floor.point, "p2");
  assert.equal(view.n, 5);
});

test("view.shown replaces all that was known", () => {
  const before = fold(STAFF, added, note);
  const masked = { ...before, n: 5, notes: [{ ...before.notes[0], text: "•••" }] };
  const told = event(5, "timeline.masked", { events: 1 });
  const view = [told, event(5, "view.shown", { view: masked })].reduce((at, each) => apply(at, each, STAFF), before);
  assert.deepEqual(view, masked);
  assert.equal(apply(view, event(4, "view.shown", { view: before }), STAFF), view);
});

test("an ended item stays current until the session is resumed", () => {
  const ended = [added, event(2, "item.called", { item: "i1" }), event(3, "item.deferred", { item: "i1", reason: "" })];
  assert.equal(fold(STAFF, ...ended).current, "i1");
  assert.equal(fold(STAFF, ...ended, event(4, "session.resumed")).current, null);
  assert.equal(fold(STAFF, ...ended.slice(0, 2), event(3, "session.resumed")).current, "i1");
});

test("hands, floor, points and sources come and go", () => {
  const view = fold(
    STAFF,
    event(1, "hand.raised", { point: "p1" }),
    event(2, "hand.raised", { point: "p2" }),
    event(3, "hand.lowered", { point: "p1" }),
    event(4, "floor.given", { point: "p2", name: "Xã C", until: AT }),
    event(5, "source.started", { source: "hall", name: "Hội trường" }),
    event(6, "point.joined", { point: "p1" }),
    event(7, "point.left", { point: "p1", reason: "lost" }),
  );
  assert.deepEqual(view.hands, [{ point: "p2", at: AT }]);
  assert.deepEqual(view.floor, { point: "p2", name: "Xã C", at: AT, until: AT });
  assert.deepEqual(view.points, { p1: { state: "left", at: AT } });
  const later = apply(apply(view, event(8, "floor.ended", { point: "p2", reason: "ended" }), STAFF), event(9, "source.stopped", { source: "hall", name: "" }), STAFF);
  assert.deepEqual([later.floor, later.sources], [null, {}]);
});

test("a directive is issued and acknowledged", () => {
  const data = { directive: "d1", item: "i1", case: "c1", lead: "90312", lead_name: "Xã A", supporting: ["903"], text: "Đo lại", due: "2026-12-06" };
  const view = fold(STAFF, added, event(2, "directive.issued", data), event(3, "directive.acknowledged", { directive: "d1", unit: "903", unit_name: "H" }));
  assert.deepEqual(view.directives[0].acknowledged, ["903"]);
  assert.equal(view.directives[0].n, 2);
});

test("no event changes the view it was given", () => {
  const view = Object.freeze(fold(STAFF, added, note));
  const before = JSON.stringify(view);
  apply(view, event(3, "note.removed", { note: "n1", item: "i1" }), STAFF);
  assert.equal(JSON.stringify(view), before);
});
