/** What a room's screen was told of its cases goes from it with the view: a TV stands there for everybody to read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Node, page } from "./kit.mjs";
import { apply, emptyView } from "../../../web/static/js/session/reducer.js";

page(["reason.next_called", "room.missed.concluded", "room.missed.deferred", "room.missed.called", "room.missed.directive", "room.missed.when"]);
document.querySelector = () => null;
globalThis.addEventListener = () => {};
globalThis.setInterval = () => 0;
const { RoomTold } = await import("../../../web/static/js/elements/room-told.js");
const { RoomMemory } = await import("../../../web/static/js/elements/room-memory.js");

const AT = "2026-11-20T07:00:00.000Z";
const YOU = { staff: false, point: "p1" };
const ids = ["i1", "i2"];

/** A session of two cases of this room's unit. */
function began() {
  const items = ids.map((id, at) => ({
    ...{ id, position: at + 1, state: "hearing", audience: "all", inside: true, conclusion: null, reason: null },
    case: { id: `c${at}`, unit: "C11", unit_name: "Xã A", title: `Đất ${id}`, kind: "complaint" },
  }));
  const view = emptyView();
  return { ...view, n: 1, session: { ...view.session, state: "live" }, items, current: "i1" };
}

function after(view, kind, data) {
  return apply(view, { n: view.n + 1, kind, at: AT, media_ms: null, by: { key: "", name: "" }, data }, YOU);
}

const putOff = (view, item) => after(view, "item.deferred", { item, reason: `thiếu ${item}` });
const denounced = (view, item) => after(after(view, "audience.set", { item, audience: "closed" }), "case.reclassified", { item, kind: "denunciation" });

/** The banner's words, or null. */
function tv() {
  const shown = new Map();
  const banners = {
    show: (name) => shown.get(name) ?? shown.set(name, new Node()).get(name),
    hide: (name) => shown.delete(name),
    find: (name) => shown.get(name),
  };
  const told = new RoomTold({ banners, unit: "C11", ours: (code) => code === "C11" });
  return (view) => {
    told.render(view);
    const banner = shown.get("put-off");
    return banner ? ["title", "reason"].map((name) => banner.querySelector(`[data-slot="${name}"]`).textContent) : null;
  };
}

test("a case that was put off and became a denunciation is not on the TV any more", () => {
  const render = tv();
  let view = began();
  assert.equal(render(view), null);
  view = putOff(view, "i1");
  assert.deepEqual(render(view), ["Đất i1", "thiếu i1"]);
  view = putOff(view, "i2");
  assert.deepEqual(render(view), ["Đất i2", "thiếu i2"]);
  view = denounced(view, "i2");
  assert.equal(render(view), null, "though another is put off still");
  assert.equal(render(view), null);
});

test("a case that is taken up again is not said to be put off, whatever else is", () => {
  const render = tv();
  let view = putOff(began(), "i2");
  assert.equal(render(view), null, "before this screen came");
  view = putOff(view, "i1");
  assert.deepEqual(render(view), ["Đất i1", "thiếu i1"]);
  view = after(view, "item.reopened", { item: "i1", state: "queued" });
  assert.equal(render(view), null);
});

/** A room that was away while `happened`, and comes back. */
function away(happened) {
  const app = { unit: "C11", now: 0, store: { started: true, view: began() } };
  const memory = new RoomMemory(app);
  memory.root.contains = () => false;
  memory.root.hidden = true;
  memory.again.hidden = true;
  memory.away();
  app.now = 60_000;
  app.store.view = happened(app.store.view);
  memory.back(app.store.view.n);
  const said = () => [memory.root, memory.again].map((place) => place.querySelector('[data-slot="list"]').children.map((line) => line.textContent));
  return { app, memory, said };
}

test("what a room missed is told no longer than it may be known", () => {
  const directive = { directive: "d1", item: "i1", case: "c0", lead: "C11", lead_name: "Xã A", supporting: [], text: "Đo lại", due: "2026-12-01" };
  const { app, memory, said } = away((view) => {
    const concluded = after(view, "item.concluded", { item: "i1", text: "Trả lại đất", answer_on: null });
    return putOff(after(concluded, "directive.issued", directive), "i2");
  });
  memory.render();
  const [over, kept] = said();
  assert.equal(over.length, 3);
  assert.deepEqual(over, kept);
  app.store.view = denounced(app.store.view, "i1");
  memory.render();
  for (const place of said()) assert.deepEqual(place.length, 2, "the directive is gone, that the case was concluded is known");
  assert.equal(memory.again.hidden, false);
  app.store.view = { ...app.store.view, items: [] };
  memory.render();
  assert.deepEqual(said(), [[], []]);
  assert.deepEqual([memory.root.hidden, memory.again.hidden], [true, true]);
});
