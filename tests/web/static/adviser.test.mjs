/** An adviser's strip where a device is missing: it says so, and whoever is called is heard as far as there is a device. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyView } from "../../../web/static/js/session/reducer.js";
import { page } from "./kit.mjs";

const WORDS = [
  ...["listening", "hand", "called", "air", "mute"].map((each) => `desk.state.${each}`),
  ...["listening", "hand", "called", "air"].map((each) => `desk.hint.${each}`),
  ...["denied", "missing", "busy", "insecure"].map((each) => `toast.camera.${each}`),
  ...["desk.ready.ok", "desk.ready.part", "room.hand", "room.hand.up"],
];
const AT = "2026-11-20T07:00:00.000Z";
page(WORDS);
globalThis.setInterval = () => 0;
globalThis.setTimeout = (act) => setImmediate(act);
const { Adviser } = await import("../../../web/static/js/elements/adviser.js");

/** @param {string[]} kinds of the devices that are plugged in */
function strip(...kinds) {
  const track = (kind) => ({ kind, stop() {}, enabled: true });
  const mediaDevices = {
    enumerateDevices: async () => kinds.map((kind) => ({ kind })),
    async getUserMedia({ video, audio }) {
      const wanted = [video && "video", audio && "audio"].filter(Boolean);
      if (wanted.some((kind) => !kinds.includes(`${kind}input`))) throw Object.assign(new Error(), { name: "NotFoundError" });
      const of = (kind) => (wanted.includes(kind) ? [track(kind)] : []);
      return { getVideoTracks: () => of("video"), getAudioTracks: () => of("audio"), getTracks: () => wanted.map(track) };
    },
  };
  Object.defineProperty(globalThis, "navigator", { value: { mediaDevices }, configurable: true });
  page(WORDS);
  const sent = [];
  const store = { you: { point: "d" }, started: true, shown: { ...emptyView(), session: { state: "live" } } };
  const app = {
    store,
    channel: { now: () => Date.parse(AT) + 60_000 },
    peer: { publish: async (kind, what) => sent.push([kind, what?.kind ?? null]) },
    toasts: { shown: [], show: (text) => app.toasts.shown.push(text) },
  };
  const adviser = new Adviser(app);
  const called = (on) => adviser.render((store.shown = { ...store.shown, floor: on ? { point: "d", name: "", at: AT } : null }));
  return { adviser, app, sent, called, hint: () => adviser.root.querySelector('[data-slot="hint"]').textContent };
}

const breath = async () => {
  for (let n = 0; n < 10; n += 1) await new Promise((resolve) => setImmediate(resolve));
};

test("without any device the strip says what is missing, and goes on being drawn", async () => {
  const { adviser, called, hint } = strip();
  called(true);
  await breath();
  called(true);
  assert.match(hint(), /toast\.camera\.missing/);
  assert.equal(adviser.root.querySelector('[data-act="return"]').hidden, false);
});

test("with a microphone alone one is ready, and is heard when called", async () => {
  const { adviser, app, sent, called } = strip("audioinput");
  adviser.press("ready");
  await breath();
  assert.match(app.toasts.shown[0], /desk\.ready\.part/);
  called(false);
  called(true);
  await breath();
  called(true);
  assert.deepEqual(sent.find(([kind]) => kind === "microphone"), ["microphone", "audio"]);
});
