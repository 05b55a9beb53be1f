/** A room's camera and microphone, when another program has them and lets them go: nobody presses anything in a room. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock, Node, page } from "./kit.mjs";
import { emptyView } from "../../../web/static/js/session/reducer.js";

page([]);
document.querySelector = () => new Node();
const clock = new Clock();
const { RoomAir } = await import("../../../web/static/js/elements/room-air.js");
const { standby } = await import("../../../web/static/js/media/devices.js");

const AGAIN_MS = 30_000;
/** Rooms of other tests: they are done, and ask for nothing. */
const rooms = [];

class Stream {
  constructor(kinds) {
    this.tracks = kinds.map((kind) => ({ kind, stop() { this.stopped = true; }, addEventListener() {} }));
  }

  getTracks() {
    return this.tracks;
  }

  getVideoTracks() {
    return this.tracks.filter((each) => each.kind === "video");
  }

  getAudioTracks() {
    return this.tracks.filter((each) => each.kind === "audio");
  }
}

/** A room whose devices are as `devices` says: `busy` ones are another program's. */
async function room(devices) {
  for (const each of rooms) each.over = true;
  const seen = { asked: [], sent: {}, yields: 0 };
  const state = { leave: "granted", plugged: ["video", "audio"], busy: [], ...devices };
  const getUserMedia = async ({ video, audio }) => {
    const kinds = [video && "video", audio && "audio"].filter(Boolean);
    seen.asked.push(kinds.join("+"));
    if (!kinds.every((kind) => state.plugged.includes(kind))) throw Object.assign(new Error(), { name: "NotFoundError" });
    if (kinds.some((kind) => state.busy.includes(kind))) throw Object.assign(new Error(), { name: "NotReadableError" });
    return new Stream(kinds);
  };
  const enumerateDevices = async () => state.plugged.map((kind) => ({ kind: `${kind}input` }));
  const query = async () => ({ state: state.leave, addEventListener() {} });
  const media = { getUserMedia, enumerateDevices, addEventListener() {} };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { mediaDevices: media, permissions: { query } } });
  standby.release = () => (seen.yields += 1);
  const app = {
    point: "p1",
    over: false,
    view: emptyView(),
    gate: { open: async () => {}, ask() {} },
    peer: { publish: (source, track) => (seen.sent[source] = track?.kind ?? null) },
    notice() {},
    render: () => app.air?.follow(app.view, Date.parse("2026-11-20T07:01:00.000Z")),
  };
  rooms.push(app);
  app.air = new RoomAir(app);
  const call = async (on = true) => {
    const floor = on ? { point: "p1", name: "", at: "2026-11-20T07:00:00.000Z", until: null } : null;
    app.view = { ...emptyView(), session: { ...emptyView().session, state: "live" }, floor };
    for (let tick = 0; tick < 8; tick += 1) {
      app.render();
      await clock.pass(250);
    }
  };
  app.air.watch();
  await clock.pass(0);
  return { app, air: app.air, state, seen, call };
}

test("a camera that is another program's takes no voice away", async () => {
  const { air, seen, call } = await room({ busy: ["video"] });
  assert.deepEqual([air.trouble, air.blocked, air.found], ["busy", false, { camera: false, microphone: true }]);
  await call();
  assert.equal(air.onAir, true);
  assert.deepEqual(seen.sent, { camera: null, microphone: "audio" });
});

test("it is found once the other program let it go, and nothing that works is disturbed before", async () => {
  const { air, state, seen } = await room({ busy: ["video"] });
  const { yields } = seen;
  seen.asked.length = 0;
  await clock.pass(4 * AGAIN_MS);
  assert.ok(seen.asked.length >= 4 && seen.asked.every((kinds) => kinds === "video"));
  assert.equal(seen.yields, yields, "whoever looks after the microphone goes on");
  state.busy = [];
  await clock.pass(AGAIN_MS);
  assert.deepEqual([air.trouble, air.blocked, air.found], [null, false, { camera: true, microphone: true }]);
  seen.asked.length = 0;
  await clock.pass(4 * AGAIN_MS);
  assert.deepEqual(seen.asked, [], "nothing is wrong any more");
});

test("a room that could open nothing is looked at by itself, and once when it is called", async () => {
  const { air, state, seen, call } = await room({ busy: ["video", "audio"] });
  assert.deepEqual([air.trouble, air.blocked], ["busy", true]);
  seen.asked.length = 0;
  await call();
  assert.deepEqual(seen.asked, ["video+audio", "audio"], "once, not with every tick");
  assert.equal(air.onAir, false);
  await call(false);
  state.busy = ["video"];
  await call();
  assert.equal(air.onAir, true);
  assert.deepEqual(seen.sent, { camera: null, microphone: "audio" });
  seen.asked.length = 0;
  await clock.pass(4 * AGAIN_MS);
  assert.deepEqual(seen.asked, [], "not while it is on the air");
  state.busy = [];
  await call(false);
  await clock.pass(AGAIN_MS);
  assert.deepEqual(air.found, { camera: true, microphone: true });
  assert.equal(air.trouble, null);
});

test("a microphone that was let go is found without a call", async () => {
  const { air, state } = await room({ busy: ["audio"] });
  assert.equal(air.blocked, true);
  state.busy = [];
  await clock.pass(AGAIN_MS);
  assert.deepEqual([air.trouble, air.found], [null, { camera: true, microphone: true }]);
});

test("a camera alone is not opened again and again for want of a microphone", async () => {
  const { air, seen } = await room({ plugged: ["video"] });
  assert.deepEqual([air.trouble, air.blocked], ["mute", false]);
  seen.asked.length = 0;
  await clock.pass(4 * AGAIN_MS);
  assert.deepEqual(seen.asked, []);
});

test("nobody is asked by a clock", async () => {
  const { air, state, seen } = await room({ busy: ["video", "audio"] });
  state.leave = "prompt";
  seen.asked.length = 0;
  await clock.pass(4 * AGAIN_MS);
  assert.deepEqual(seen.asked, []);
  assert.equal(air.trouble, "busy");
});
