import assert from "node:assert/strict";
import { test } from "node:test";

import { shape, shaped } from "../../../web/static/js/media/layers.js";
import { Patience } from "../../../web/static/js/media/patience.js";
import { wantFor, Wants } from "../../../web/static/js/media/wants.js";

const encodings = () => ({ encodings: [{ rid: "h" }, { rid: "l" }] });

test("a camera has a whole and a small size, and a small camera is only halved", () => {
  const [high, low] = shaped(encodings(), "camera", 1280, true).encodings;
  assert.equal(high.scaleResolutionDownBy, 1);
  assert.equal(low.scaleResolutionDownBy, 4);
  assert.ok(high.maxBitrate >= 1_500_000 && low.maxBitrate <= 200_000);
  assert.equal(shaped(encodings(), "camera", 640, true).encodings[1].scaleResolutionDownBy, 2);
});

test("a document keeps its size, a voice gets neither", () => {
  const screen = shaped({ encodings: [{}] }, "screen", 1920, true);
  assert.equal(screen.degradationPreference, "maintain-resolution");
  assert.equal(screen.encodings[0].scaleResolutionDownBy, undefined);
  const voice = shaped({ encodings: [{}] }, "microphone", 0, true);
  assert.equal(voice.degradationPreference, undefined);
  assert.equal(voice.encodings[0].scalabilityMode, undefined);
});

test("a browser that does not know a setting goes without it", async () => {
  const taken = [];
  const sender = {
    getParameters: encodings,
    async setParameters(parameters) {
      if (parameters.encodings[0].scalabilityMode) throw new Error("unknown");
      taken.push(parameters);
    },
  };
  await shape(sender, "camera", { getSettings: () => ({ width: 1280 }) });
  assert.equal(taken.length, 1);
  assert.equal(taken[0].encodings[1].maxBitrate, 200_000);
});

test("small pictures want the small layer, what has no place yet wants all", () => {
  assert.deepEqual([0, 100, 480, 481, 1920].map(wantFor), ["high", "low", "low", "high", "high"]);
});

class Line extends EventTarget {
  sent = [];
  open = true;
  send(message) {
    this.sent.push(message);
    return true;
  }
}

function peerThatIs(state) {
  return Object.assign(new EventTarget(), { state });
}

function become(peer, state) {
  peer.state = state;
  peer.dispatchEvent(new CustomEvent("state", { detail: { state } }));
}

test("wants are said to each new peer once, and again only when they changed", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const [peer, line] = [peerThatIs("connecting"), new Line()];
  const wants = new Wants(peer, line);
  wants.shows("main", 1600);
  wants.shows("second", 300);
  t.mock.timers.tick(1_000);
  assert.equal(line.sent.length, 0);
  become(peer, "connected");
  assert.deepEqual(line.sent, [{ type: "media.want", slots: { main: "high", second: "low", document: "high" } }]);
  wants.shows("second", 310);
  t.mock.timers.tick(1_000);
  assert.equal(line.sent.length, 1);
  wants.off(true);
  t.mock.timers.tick(1_000);
  assert.deepEqual(line.sent[1].slots, { main: "none", second: "none", document: "none" });
  become(peer, "lost");
  become(peer, "connected");
  assert.equal(line.sent.length, 3);
  line.dispatchEvent(new Event("welcome"));
  t.mock.timers.tick(1_000);
  assert.equal(line.sent.length, 4, "a hub that was started anew is told again");
});

test("voices wait longer while the browser has to invent sound, and are tried without later", () => {
  const receivers = [
    { track: { kind: "audio" }, jitterBufferTarget: null },
    { track: { kind: "video" }, jitterBufferTarget: null },
    { track: { kind: "audio" } },
  ];
  const connection = { getReceivers: () => receivers };
  const entry = { type: "inbound-rtp", kind: "audio", totalSamplesReceived: 0, concealedSamples: 0 };
  const patience = new Patience();
  const look = (invented, silent = 0) => {
    entry.totalSamplesReceived += 240_000;
    entry.concealedSamples += invented + silent;
    entry.silentConcealedSamples = (entry.silentConcealedSamples ?? 0) + silent;
    patience.look(connection, new Map([["a", entry]]));
    return receivers[0].jitterBufferTarget;
  };
  assert.equal(look(1_000, 100_000), null);
  assert.equal(look(10_000), 220);
  assert.equal(receivers[1].jitterBufferTarget, null);
  assert.ok(!("jitterBufferTarget" in receivers[2]));
  for (let index = 0; index < 23; index += 1) assert.equal(look(0), 220);
  assert.equal(look(0), null);
});
