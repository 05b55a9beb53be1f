/** A device that is pulled out in a private talk: taken off its connection at once, and given to it again when it is back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock, Node, page } from "./kit.mjs";
import { emptyView } from "../../../web/static/js/session/reducer.js";

page(["toast.camera.missing", "talk.on", "talk.waiting", "room.unplugged.fix", ...["camera", "microphone", "both"].map((each) => `room.unplugged.${each}`)]);
const clock = new Clock();
globalThis.sessionStorage = { getItem: () => "p1", setItem() {}, removeItem() {} };
const { RoomPlugs } = await import("../../../web/static/js/elements/room-plugs.js");
const { DeskTalk } = await import("../../../web/static/js/elements/desk-talk.js");

const AGAIN_MS = 3_000;

function streamOf(...kinds) {
  const track = (kind) => Object.assign(new EventTarget(), { kind, stop() { this.stopped = true; } });
  const tracks = kinds.map(track);
  return {
    getTracks: () => [...tracks],
    addTrack: (each) => tracks.push(each),
    removeTrack: (each) => tracks.splice(tracks.indexOf(each), 1),
  };
}

/** What is plugged in; `pull` ends what a stream has of it. */
function devices() {
  const kinds = ["video", "audio"];
  const media = Object.assign(new EventTarget(), {
    enumerateDevices: async () => kinds.map((kind) => ({ kind: `${kind}input` })),
    async getUserMedia({ video, audio }) {
      const wanted = [video && "video", audio && "audio"].filter(Boolean);
      if (!wanted.every((kind) => kinds.includes(kind))) throw Object.assign(new Error(), { name: "NotFoundError" });
      media.given = streamOf(...wanted);
      return media.given;
    },
  });
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { mediaDevices: media } });
  const pull = (kind, stream) => {
    kinds.splice(kinds.indexOf(kind), 1);
    stream.getTracks().find((each) => each.kind === kind).dispatchEvent(new Event("ended"));
  };
  return { media, pull, plug: (kind) => kinds.push(kind) };
}

/** A room with open devices that sends nothing to the session; `on` is what its talk's connection sends. */
function room(onAir = false) {
  const kit = devices();
  const on = { camera: "video", microphone: "audio" };
  const session = onAir ? { ...on } : { camera: null, microphone: null };
  const name = { video: "camera", audio: "microphone" };
  const app = {
    air: { stream: streamOf("video", "audio"), sent: onAir ? "air" : null, self: new Node() },
    peer: { sends: (kind) => session[kind] !== null, publish: (kind, track) => (session[kind] = track?.kind ?? null) },
    talk: {
      peer: { publish: (kind, track) => (on[kind] = track?.kind ?? null) },
      give: (stream) => stream.getTracks().forEach((each) => (on[name[each.kind]] = each.kind)),
    },
    banners: { said: null, show: () => (app.banners.said = new Node()), hide: () => (app.banners.said = null) },
  };
  const plugs = new RoomPlugs(app);
  plugs.follow();
  return { ...kit, app, plugs, on, session };
}

test("what a room loses in a private talk the talk gets again, and the session nothing", async () => {
  const { app, pull, plug, on, session } = room();
  pull("audio", app.air.stream);
  await clock.pass(AGAIN_MS);
  assert.deepEqual(on, { camera: "video", microphone: null });
  assert.notEqual(app.banners.said, null);
  plug("audio");
  await clock.pass(AGAIN_MS);
  assert.deepEqual(on, { camera: "video", microphone: "audio" });
  assert.deepEqual(session, { camera: null, microphone: null });
  assert.equal(app.banners.said, null);
});

test("what a room loses on the air is not for the session when it is found again in a private talk", async () => {
  const { app, pull, plug, on, session } = room(true);
  pull("audio", app.air.stream);
  app.air.sent = null;
  session.camera = null; // the floor ended, and a talk began
  plug("audio");
  await clock.pass(AGAIN_MS);
  assert.deepEqual(on, { camera: "video", microphone: "audio" });
  assert.deepEqual(session, { camera: null, microphone: null });
});

test("what a room loses on the air goes on the air again, with no talk too", async () => {
  const { app, pull, plug, session } = room(true);
  app.talk = undefined;
  pull("video", app.air.stream);
  await clock.pass(AGAIN_MS);
  assert.deepEqual([session, app.air.self.hidden], [{ camera: null, microphone: "audio" }, true]);
  plug("video");
  await clock.pass(AGAIN_MS);
  assert.deepEqual([session, app.air.self.hidden], [{ camera: "video", microphone: "audio" }, false]);
});

test("a device that comes back after the room closed its devices is closed again", async () => {
  const { app, media, plugs, pull, plug } = room();
  pull("video", app.air.stream);
  await clock.pass(0);
  plug("video");
  media.getUserMedia = ((ask) => async (wanted) => {
    app.air.stream = null;
    return ask(wanted);
  })(media.getUserMedia);
  await clock.pass(AGAIN_MS);
  assert.equal(media.given.getTracks()[0].stopped, true);
  plugs.follow();
  assert.equal(app.banners.said, null);
});

test("what a desk loses in a private talk is said, and the talk gets it again", async () => {
  const { media, pull, plug } = devices();
  const view = { ...emptyView(), consents: ["p1"], talks: [{ talk: "t", point: "p1", staff: "account:a", name: "", staff_name: "" }] };
  const app = {
    channel: Object.assign(new EventTarget(), { send() {}, open: true }),
    screens: { hush() {} },
    store: { you: { key: "account:a" }, shown: view },
    toasts: { shown: [], show: (text) => app.toasts.shown.push(text) },
  };
  const desk = new DeskTalk(app);
  desk.render(view);
  await clock.pass(0);
  const sends = () => ["camera", "microphone"].map((kind) => desk.talk.peer.sends(kind));
  assert.deepEqual(sends(), [true, true]);
  pull("video", media.given);
  await clock.pass(AGAIN_MS);
  assert.deepEqual(sends(), [false, true]);
  assert.equal(app.toasts.shown.length, 1);
  plug("video");
  await clock.pass(AGAIN_MS);
  assert.deepEqual(sends(), [true, true]);
  app.store.shown = emptyView();
  desk.render(emptyView());
  assert.equal(media.given.getTracks()[0].stopped, true, "the desk's devices are closed with the talk");
});
