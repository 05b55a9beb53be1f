/** An adviser's strip where a device is missing: it says so, and whoever is called is heard as far as there is a device. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyView } from "../../../web/static/js/session/reducer.js";
import { page } from "./kit.mjs";

const WORDS = [
  ...["listening", "hand", "called", "air", "mute"].map((each) => `desk.state.${each}`),
  ...["listening", "hand", "called", "air"].map((each) => `desk.hint.${each}`),
  ...["denied", "missing", "busy", "insecure"].map((each) => `toast.camera.${each}`),
  ...["desk.ready", "desk.ready.ok", "desk.ready.part", "room.trouble.again", "room.hand", "room.hand.up"],
];
const AT = "2026-11-20T07:00:00.000Z";
page(WORDS);
globalThis.setInterval = () => 0;
globalThis.setTimeout = (act) => setImmediate(act);
const { Adviser } = await import("../../../web/static/js/elements/adviser.js");

/** @param {string[]} kinds of the devices that are plugged in */
function strip(...kinds) {
  const captured = [];
  const track = (kind) => Object.assign(new EventTarget(), { kind, stop() {}, enabled: true });
  const mediaDevices = Object.assign(new EventTarget(), {
    enumerateDevices: async () => kinds.map((kind) => ({ kind })),
    async getUserMedia({ video, audio }) {
      const wanted = [video && "video", audio && "audio"].filter(Boolean);
      if (wanted.some((kind) => !kinds.includes(`${kind}input`))) throw Object.assign(new Error(), { name: "NotFoundError" });
      captured.push(streamOf(wanted.map(track)));
      return captured.at(-1);
    },
  });
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
  const button = (act) => adviser.root.querySelector(`[data-act="${act}"]`);
  const hint = () => adviser.root.querySelector('[data-slot="hint"]').textContent;
  const plug = (kind) => (kinds.push(kind), mediaDevices.dispatchEvent(new Event("devicechange")));
  const pull = (kind) => {
    kinds.splice(kinds.indexOf(`${kind}input`), 1);
    captured[0].getTracks().find((each) => each.kind === kind).dispatchEvent(new Event("ended"));
  };
  return { adviser, app, sent, called, button, plug, pull, hint };
}

function streamOf(tracks) {
  const of = (kind) => tracks.filter((each) => each.kind === kind);
  return {
    getTracks: () => [...tracks],
    getVideoTracks: () => of("video"),
    getAudioTracks: () => of("audio"),
    addTrack: (track) => tracks.push(track),
    removeTrack: (track) => tracks.splice(tracks.indexOf(track), 1),
  };
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

test("whoever has the floor and no device can try again, and is heard when one is plugged in", async () => {
  const { called, button, plug, hint, sent, adviser } = strip();
  called(true);
  assert.ok(button("ready").hidden, "they are being opened");
  await breath();
  called(true);
  assert.ok(!button("ready").hidden);
  assert.match(button("ready").querySelector('[data-slot="ready"]').textContent, /room\.trouble\.again/);
  adviser.press("ready");
  await breath();
  called(true);
  assert.match(hint(), /toast\.camera\.missing/, "still none");
  plug("audioinput");
  await breath();
  called(true);
  assert.deepEqual(sent.find(([kind]) => kind === "microphone"), ["microphone", "audio"]);
  assert.ok(button("ready").hidden);
});

test("a camera that is pulled out on the air is said, and sent again when it is back", async () => {
  const { called, button, plug, pull, hint, sent } = strip("videoinput", "audioinput");
  called(true);
  await breath();
  called(true);
  pull("video");
  called(true);
  assert.deepEqual(sent.at(-1), ["camera", null]);
  assert.match(hint(), /toast\.camera\.missing/);
  assert.ok(!button("ready").hidden);
  plug("videoinput");
  await breath();
  called(true);
  assert.deepEqual(sent.at(-1), ["camera", "video"]);
  assert.match(hint(), /desk\.hint\.air/);
  assert.ok(button("ready").hidden);
});

test("what was pulled out is not looked for when the floor is over", async () => {
  const { called, plug, pull, sent } = strip("videoinput", "audioinput");
  called(true);
  await breath();
  called(true);
  pull("audio");
  called(false);
  await breath();
  const before = sent.length;
  plug("audioinput");
  await breath();
  assert.equal(sent.length, before);
});
