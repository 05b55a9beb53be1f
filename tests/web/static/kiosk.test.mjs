/** What lets a room run by itself, where it is pure: the hub's time, naps, when to load anew, arrows, keys on the screen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { marked, written } from "../../../web/static/js/elements/letters.js";
import { nearest } from "../../../web/static/js/elements/remote.js";
import { Awake } from "../../../web/static/js/net/awake.js";
import { HubClock } from "../../../web/static/js/net/hub-clock.js";
import { Naps } from "../../../web/static/js/net/naps.js";
import { emptyView } from "../../../web/static/js/session/reducer.js";
import { asksOften, belongsElsewhere, LIMITS, mayRefresh, reason } from "../../../web/static/js/session/refresh.js";

const HOUR = 3_600_000;

test("the hub's time holds whatever happens to the computer's clock", (t) => {
  const clock = new HubClock();
  clock.set(new Date(Date.now() + 5 * HOUR).toISOString());
  const before = clock.now();
  assert.ok(Math.abs(before - Date.now() - 5 * HOUR) < 1_000);
  assert.ok(Math.abs(clock.ahead + 5 * HOUR) < 1_000);
  const real = Date.now;
  t.mock.method(Date, "now", () => real() + 3 * HOUR);
  assert.ok(Math.abs(clock.now() - before) < 1_000);
  assert.ok(Math.abs(clock.ahead + 2 * HOUR) < 1_000);
  clock.set("nonsense");
  assert.ok(Math.abs(clock.now() - before) < 1_000);
});

test("a nap is a long gap, or a clock that jumped", () => {
  const naps = new Naps();
  assert.equal(naps.look(1_000, 10), false);
  assert.equal(naps.look(1_250, 260), false);
  assert.equal(naps.look(9_250, 8_260), true, "the page stood still");
  assert.equal(naps.look(9_500, 8_510), false);
  assert.equal(naps.look(69_500, 8_760), true, "the computer slept, and its steady clock with it");
  assert.equal(naps.look(9_000, 9_010), true, "somebody put the clock back");
  assert.equal(naps.look(9_250, 9_260), false);
});

test("a screen is kept awake while it is wanted, and asked for again when the browser let it go", async () => {
  const locks = [];
  let refuses = true;
  const settled = () => new Promise((done) => setImmediate(done));
  const awake = new Awake({
    async request(kind) {
      locks.push(kind);
      if (refuses) throw new Error("hidden");
      const lock = new EventTarget();
      lock.release = () => lock.dispatchEvent(new Event("release"));
      locks.held = lock;
      return lock;
    },
  });
  awake.keep(false, 0);
  awake.keep(true, 0);
  awake.keep(true, 10);
  await settled();
  awake.keep(true, 20);
  assert.equal(locks.length, 1, "refused: asked again later, not at once");
  refuses = false;
  awake.keep(true, 60_000);
  await settled();
  awake.keep(true, 60_250);
  assert.equal(locks.length, 2, "held");
  locks.held.release();
  awake.keep(true, 60_500);
  await settled();
  assert.equal(locks.length, 3, "the page was hidden meanwhile");
  awake.keep(false, 60_750);
  awake.keep(false, 61_000);
  new Awake(undefined).keep(true, 0);
});

test("a page is loaded anew for memory, age or another version, and never twice in a row", () => {
  const calm = { heap: 50e6, most: 4e9, uptimeMs: HOUR, stale: false };
  assert.equal(reason(calm), null);
  assert.equal(reason({ ...calm, heap: LIMITS.heap + 1 }), "memory");
  assert.equal(reason({ ...calm, heap: 3.9e9 }), "urgent");
  assert.equal(reason({ ...calm, stale: true }), "version");
  assert.equal(reason({ ...calm, uptimeMs: 13 * HOUR }), "uptime");
  assert.equal(reason({ ...calm, uptimeMs: 60_000, heap: 3.9e9, stale: true }), null);
});

test("it is loaded anew between cases only, and never while the room is called, speaks or does something", () => {
  const quiet = { point: "p1", speaking: false, busy: false, urgent: false };
  const item = { id: "i1", position: 1, state: "hearing", audience: "all", inside: true, case: null };
  const live = { ...emptyView(), session: { id: "s", state: "live" }, items: [item], current: "i1" };
  assert.equal(mayRefresh(live, quiet), false);
  assert.equal(mayRefresh(live, { ...quiet, urgent: true }), true);
  const between = { ...live, items: [{ ...item, state: "concluded" }] };
  assert.equal(mayRefresh(between, quiet), true);
  for (const change of [{ speaking: true }, { busy: true }]) assert.equal(mayRefresh(between, { ...quiet, ...change, urgent: true }), false);
  for (const change of [{ floor: { point: "p1" } }, { call: { point: "p1" } }, { talks: [{ point: "p1" }] }, { hands: [{ point: "p1" }] }]) {
    assert.equal(mayRefresh({ ...between, ...change }, { ...quiet, urgent: true }), false);
  }
  assert.equal(mayRefresh({ ...between, floor: { point: "p2" } }, quiet), true);
  assert.equal(mayRefresh({ ...live, session: { state: "paused" } }, quiet), true);
});

const box = (left, top, width = 100, height = 40) => ({ left, top, right: left + width, bottom: top + height });
const LEFT = [-1, 0];
const RIGHT = [1, 0];
const UP = [0, -1];
const DOWN = [0, 1];

test("an arrow goes to what lies that way, along the row first", () => {
  const row = [box(0, 1000), box(120, 1000), box(240, 1000)];
  assert.equal(nearest(row[0], row.slice(1), RIGHT), 0);
  assert.equal(nearest(row[2], row.slice(0, 2), LEFT), 1);
  assert.equal(nearest(row[0], row.slice(1), LEFT), -1);
  const above = box(500, 200);
  assert.equal(nearest(row[1], [row[0], row[2], above], UP), 2);
  assert.equal(nearest(above, row, DOWN), 2, "the nearest of the row below");
  assert.equal(nearest(row[1], [box(300, 700), row[2]], RIGHT), 1, "what stands in the row wins over what is far aside");
});

test("names are written with tones, by keys on the screen", () => {
  const typed = (...signs) =>
    signs.reduce((text, sign) => (sign.length > 1 && sign !== "erase" ? marked(text, sign) : written(text, sign, true)), "");
  assert.equal(typed("n", "g", "u", "y", "e", "circumflex", "tilde", "n"), "Nguy\u1ec5n");
  assert.equal(typed("d", "stroke", "a", "o", " ", "t", "h", "i", "dot"), "\u0110ao Th\u1ecb");
  assert.equal(typed("h", "u", "horn", "n", "g", "erase"), "H\u01b0n");
  assert.equal(marked("a\u0301".normalize("NFC"), "grave"), "\u00e0", "a tone takes the other's place");
  assert.equal(marked("Anh b", "acute"), "Anh b", "no vowel yet");
  assert.equal(marked("", "stroke"), "");
});

test("a room leaves a session that was forgotten for one that goes on and began later", () => {
  const view = (state, changes = {}) => ({ ...emptyView(), ...changes, session: { ...emptyView().session, state } });
  const startsAt = "2026-07-14T01:00:00.000Z";
  const facts = { joined: "old", startsAt, now: Date.parse(startsAt) + HOUR, point: "p1", speaking: false };
  const named = { id: "new", state: "live", starts_at: "2026-07-15T01:00:00.000Z" };
  assert.ok(belongsElsewhere(view("live"), named, facts));
  assert.ok(belongsElsewhere(view("paused"), { ...named, state: "paused" }, facts));
  assert.ok(belongsElsewhere(view("closed"), { ...named, state: "scheduled" }, facts), "its own is over");
  assert.ok(!belongsElsewhere(view("live"), null, facts));
  assert.ok(!belongsElsewhere(view("live"), { ...named, id: "old" }, facts));
  assert.ok(!belongsElsewhere(view("live"), { ...named, state: "scheduled" }, facts), "what goes on comes first");
  assert.ok(!belongsElsewhere(view("live"), { ...named, starts_at: "2026-07-13T01:00:00.000Z" }, facts));
  assert.ok(!belongsElsewhere(view("live"), named, { ...facts, speaking: true }));
  assert.ok(!belongsElsewhere(view("live", { call: { point: "p1" } }), named, facts));
  assert.ok(!belongsElsewhere(view("live", { floor: { point: "p1" } }), named, facts));
});

test("a room leaves a session that was never ended for one that is to come, and asks often enough to be there", () => {
  const startsAt = "2026-06-15T01:00:00.000Z";
  const view = (state, changes = {}) => ({ ...emptyView(), ...changes, session: { ...emptyView().session, state, live_at: startsAt } });
  const facts = { joined: "old", startsAt, now: Date.parse("2026-07-15T00:00:00.000Z"), point: "p1", speaking: false };
  const today = { id: "new", state: "published", starts_at: "2026-07-15T01:00:00.000Z" };
  for (const state of ["live", "paused"]) {
    assert.ok(belongsElsewhere(view(state), today, facts));
    assert.ok(belongsElsewhere(view(state), { ...today, state: "live", starts_at: "2026-05-01T01:00:00.000Z" }, facts), "held two months late");
    assert.ok(!belongsElsewhere(view(state), today, { ...facts, now: Date.parse(startsAt) + 11 * HOUR }));
    assert.ok(!belongsElsewhere(view(state), today, { ...facts, startsAt: "2026-07-14T23:00:00.000Z" }), "gone live early");
    assert.ok(!belongsElsewhere(view(state), today, { ...facts, speaking: true }));
    assert.ok(!belongsElsewhere(view(state, { floor: { point: "p1" } }), today, facts));
    assert.ok(!belongsElsewhere(view(state), { ...today, id: "old" }, facts));
  }
  const begun = { startsAt, now: Date.parse(startsAt) + HOUR };
  assert.equal(asksOften(view("live"), begun), false);
  for (const state of ["scheduled", "published", "paused", "closed"]) assert.ok(asksOften(view(state), begun));
  assert.ok(asksOften(view("live"), facts), "its own was forgotten");
});
