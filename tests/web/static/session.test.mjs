/** Prediction and rollback, the room's states, what was missed, and small questions. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { emptyView } from "../../../web/static/js/session/reducer.js";
import { missed, remember, retold } from "../../../web/static/js/session/missed.js";
import { countdown, lineLevel, roomState } from "../../../web/static/js/session/room-state.js";
import { clockOf, daysLeft, dueState, endsClosedHearing, ills, meant, tileState } from "../../../web/static/js/session/select.js";
import { Store } from "../../../web/static/js/session/store.js";
import { difference, totals } from "../../../web/static/js/media/report.js";
import { FIRST_MS, LONGEST_MS, waitAfter } from "../../../web/static/js/net/backoff.js";

const AT = "2026-11-20T07:00:00.000Z";
const NOW = Date.parse(AT);
const YOU = { key: "account:1", name: "Thư ký", staff: true, point: null };
const ITEM = { id: "i1", position: 1, state: "hearing", audience: "all", inside: true, case: { unit_name: "Xã A" }, conclusion: null };

function live(changes = {}) {
  const view = emptyView();
  return { ...view, n: 5, session: { ...view.session, id: "s", state: "live" }, items: [ITEM], current: "i1", ...changes };
}

function facts(view, changes = {}) {
  const calm = { started: true, ended: null, lostMs: 0, media: "connected", mediaMs: 9000, picture: true, starved: false, voice: false, trouble: false };
  return { view, point: "p1", now: NOW, ...calm, ...changes };
}

function store() {
  const made = new Store();
  made.welcome(YOU, live());
  return made;
}

test("a note stands at once, and is the hub's own when it comes", () => {
  const desk = store();
  desk.sent("c1", "note.add", { text: "một", mark: null }, AT);
  assert.deepEqual(desk.shown.notes.map((note) => note.id), ["pending-c1"]);
  desk.done("c1", 6);
  assert.equal(desk.shown.notes.length, 1, "nothing flickers between the answer and the event");
  desk.event({ n: 6, kind: "note.added", at: AT, media_ms: 1, by: YOU, data: { note: "n1", item: "i1", text: "một", mark: null } });
  assert.deepEqual(desk.shown.notes.map((note) => note.id), ["n1"]);
  assert.equal(desk.waiting, 0);
});

test("a command about the current item says which one is meant", () => {
  const items = [ITEM, { ...ITEM, id: "i2", audience: "closed" }];
  assert.deepEqual(meant(live({ items, current: "i2" })), { item: "i2", audience: "closed" });
  assert.deepEqual(meant(live({ items, current: null })), {});
  const desk = new Store();
  desk.welcome(YOU, live({ items, current: "i2" }));
  desk.sent("c1", "note.add", { text: "một", mark: null, item: "i1" }, AT);
  desk.sent("c2", "audience.set", { audience: "related", item: "i1" }, AT);
  assert.equal(desk.shown.notes.at(-1).item, "i1");
  assert.deepEqual(desk.shown.items.map((item) => item.audience), ["related", "closed"]);
});

test("a refusal takes the prediction back", () => {
  const desk = store();
  desk.sent("c1", "audience.set", { audience: "closed" }, AT);
  assert.equal(desk.shown.items[0].audience, "closed");
  desk.refused("c1");
  assert.deepEqual(desk.shown, desk.view);
});

test("a command nobody can foresee changes nothing yet", () => {
  const desk = store();
  desk.sent("c1", "directive.issue", {}, AT);
  assert.equal(desk.shown, desk.view);
});

test("listeners are told what is shown, until they stop", () => {
  const desk = store();
  const heard = [];
  const stop = desk.subscribe((view) => heard.push(view.n));
  desk.head(8);
  stop();
  desk.head(9);
  assert.deepEqual(heard, [8]);
});

const STATES = [
  ["live", live(), {}],
  ["replaced", live(), { ended: 4409 }],
  ["gone", live(), { ended: 4401 }],
  ["waiting", live(), { ended: 4404 }],
  ["connecting", live(), { ended: 4400 }],
  ["lost", live(), { lostMs: 4000, media: "lost" }],
  ["live", live(), { lostMs: 4000 }],
  ["waiting", emptyView(), { started: false, media: "none" }],
  ["lost", emptyView(), { started: false, media: "none", lostMs: 4000 }],
  ["waiting", live({ session: { state: "scheduled" } }), {}],
  ["paused", live({ session: { state: "paused" } }), {}],
  ["over", live({ session: { state: "closed" } }), {}],
  ["closed", live({ items: [{ ...ITEM, audience: "closed", inside: false, case: null }] }), {}],
  ["related", live({ items: [{ ...ITEM, audience: "related", inside: false }] }), {}],
  ["called", live({ floor: { point: "p1", name: "", at: AT } }), {}],
  ["trouble", live({ floor: { point: "p1", name: "", at: AT } }), { trouble: true }],
  ["live", live({ floor: { point: "p1", name: "", at: AT } }), { now: NOW + 5000 }],
  ["live", live({ floor: { point: "p2", name: "", at: AT } }), { trouble: true }],
  ["connecting", live(), { media: "connecting", mediaMs: 3000, picture: false }],
  ["live", live(), { media: "connecting", mediaMs: 1000, picture: false }],
  ["no-source", live(), { picture: false }],
  ["voice", live(), { starved: true }],
  ["voice-chosen", live(), { voice: true }],
];

for (const [state, view, changes] of STATES) {
  test(`a room is ${state}: ${JSON.stringify(changes)} ${view.session.state}`, () => {
    assert.equal(roomState(facts(view, changes)), state);
  });
}

test("the countdown goes 5 4 3 2 1 0", () => {
  const view = live({ floor: { point: "p1", name: "", at: AT } });
  const seen = [0, 1000, 2500, 3999, 4999, 5000, 60_000].map((ms) => countdown(view, { point: "p1", now: NOW + ms }));
  assert.deepEqual(seen, [5, 4, 3, 2, 1, 0, 0]);
});

test("what a room missed is told in the order of the agenda", () => {
  const before = remember(live());
  const concluded = { ...ITEM, state: "concluded", conclusion: "Xong" };
  const next = { ...ITEM, id: "i2", position: 2, state: "called" };
  const directive = { id: "d1", lead: "1", lead_name: "Xã A", supporting: [], text: "Đo lại" };
  const view = live({ items: [concluded, next], current: "i2", directives: [directive], notes: [{ id: "n1" }, { id: "n2", removed: true }] });
  const found = missed(before, view, "1");
  assert.deepEqual(found.map((each) => each.what), ["concluded", "called", "notes", "directive"]);
  assert.equal(found[2].n, 1);
  assert.deepEqual(missed(remember(view), view, "1"), []);
});

test("what was told is said anew from the view of now, and nothing is added to it", () => {
  const before = remember(live());
  const closed = { ...ITEM, state: "concluded", conclusion: "Xong", case: { unit_name: "Xã A" } };
  const directive = { id: "d1", lead: "1", lead_name: "Xã A", supporting: [], text: "Đo lại" };
  const then = live({ items: [closed], directives: [directive], notes: [{ id: "n1" }] });
  const told = missed(before, then, "1");
  const words = (view) => retold(told, view).map(({ what, text, n, case: of }) => [what, of, text ?? n]);
  assert.deepEqual(words(then), [["concluded", "Xã A", "Xong"], ["notes", undefined, 1], ["directive", undefined, "Đo lại"]]);
  const more = { ...then, directives: [directive, { ...directive, id: "d2" }], notes: [{ id: "n1" }, { id: "n2" }] };
  assert.deepEqual(words(more), words(then));
  const forgotten = { ...then, items: [{ ...closed, audience: "closed", inside: false, case: null, conclusion: null }], directives: [], notes: [] };
  assert.deepEqual(words(forgotten), [["concluded", "", ""]]);
  assert.deepEqual(words({ ...forgotten, items: [ITEM] }), [], "taken back");
});

test("a tile says live, voice, silent or missing", () => {
  const joined = { state: "joined" };
  assert.equal(tileState(undefined, undefined), "missing");
  assert.equal(tileState({ state: "left" }, { link: "up", picture: true }), "missing");
  assert.equal(tileState(joined, undefined), "silent");
  assert.equal(tileState(joined, { link: "up", picture: true, sound: true }), "live");
  assert.equal(tileState(joined, { link: "up", picture: false, sound: true }), "voice");
  assert.equal(tileState(joined, { link: "up", picture: true, sound: true, sent: "few" }), "live");
  assert.equal(tileState(joined, { link: "up", picture: true, sound: true, sent: "none" }), "voice");
  assert.equal(tileState(joined, { link: "up", picture: false, sound: false }), "silent");
  assert.equal(tileState(joined, { link: "down", picture: true }), "missing");
});

test("a tile says in the browser what the hub says of it (signaling/tile_state.py)", async () => {
  const cases = JSON.parse(await readFile(new URL("../../signaling/tile_states.json", import.meta.url), "utf8"));
  for (const each of cases) {
    const presence = each.joined ? { state: "joined" } : undefined;
    assert.equal(tileState(presence, each.tile ?? undefined), each.state, JSON.stringify(each));
    assert.deepEqual(ills(each.tile), each.ills);
  }
});

test("days are counted by the calendar", () => {
  const evening = new Date(2026, 10, 20, 23, 59);
  assert.equal(daysLeft("2026-11-21", evening), 1);
  assert.equal(daysLeft("2026-11-20", evening), 0);
  assert.equal(daysLeft("2026-11-19", evening), -1);
  assert.deepEqual([12, 3, 0, -1].map(dueState), ["fine", "attention", "attention", "act"]);
});

test("clocks read as people read them", () => {
  assert.deepEqual([-5, 0, 65_000, 3_723_000].map(clockOf), ["00:00", "00:00", "01:05", "1:02:03"]);
});

test("waits grow, are jittered, and are bounded", () => {
  assert.equal(waitAfter(1, 0), FIRST_MS / 2);
  assert.ok(waitAfter(3, 0.5) > waitAfter(2, 0.5));
  assert.ok(waitAfter(1000, 0.999) <= LONGEST_MS);
});

test("a report is what came between two looks", () => {
  const inbound = (framesDecoded, totalAudioEnergy, packetsReceived, packetsLost) => ({ type: "inbound-rtp", framesDecoded, totalAudioEnergy, packetsReceived, packetsLost });
  const before = totals(new Map([["a", inbound(10, 0.5, 100, 0)], ["b", { type: "codec" }]]));
  const after = totals(new Map([["a", inbound(85, 0.9, 190, 10)]]));
  assert.deepEqual(difference(before, after), { decoding: true, frames: 75, sound: true, loss: 0.1 });
  assert.deepEqual(difference(after, after), { decoding: false, frames: 0, sound: false, loss: 0 });
});

test("the foot says how good the line is, the hub's word before the browser's", () => {
  const fine = { decoding: true, frames: 120, sound: true, loss: 0 };
  const still = { ...fine, decoding: false, frames: 0 };
  const lossy = { ...fine, loss: 0.05 };
  const none = { starved: false, voice: false };
  for (const [report, sent, state, level] of [
    [null, "high", none, ""],
    [fine, "high", none, "good"],
    [lossy, "high", none, "weak"],
    [{ ...fine, frames: 10 }, "high", none, "weak"],
    [still, "high", none, "bad"],
    [fine, "low", none, "weak"],
    [fine, "few", none, "few"],
    [null, "few", none, "few"],
    [still, "high", { starved: true, voice: false }, "voice"],
    [still, "high", { starved: false, voice: true }, "good"],
    [{ ...still, loss: 0.05 }, "high", { starved: false, voice: true }, "weak"],
    [still, "high", { ...none, due: false }, ""],
  ]) {
    assert.equal(lineLevel(report, sent, state), level);
  }
});

test("a closed hearing is left on purpose only: what would end it is known before it is sent", () => {
  const closed = { ...ITEM, audience: "closed" };
  const items = [closed, { ...ITEM, id: "i2", state: "queued" }, { ...ITEM, id: "i3", state: "queued", audience: "closed" }];
  const view = live({ items });
  assert.ok(endsClosedHearing(view, "audience.set", { audience: "related" }));
  assert.ok(!endsClosedHearing(view, "audience.set", { audience: "closed" }));
  assert.ok(endsClosedHearing(view, "item.call", { item: "i2" }));
  assert.ok(!endsClosedHearing(view, "item.call", { item: "i3" }));
  assert.ok(!endsClosedHearing(view, "session.resume", {}), "it goes on as it was");
  assert.ok(endsClosedHearing(live({ items: [{ ...closed, state: "concluded" }] }), "session.resume", {}));
  assert.ok(!endsClosedHearing(view, "note.add", { text: "x", mark: null }));
  assert.ok(!endsClosedHearing(live(), "item.call", { item: "i2" }), "nothing is closed");
});
