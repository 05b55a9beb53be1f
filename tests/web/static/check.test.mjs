import assert from "node:assert/strict";
import { test } from "node:test";

import { levelOf } from "../../../web/static/js/check/level.js";
import { gray, lookAt } from "../../../web/static/js/check/picture.js";
import { waitFor } from "../../../web/static/js/check/turn.js";
import { look, measure } from "../../../web/static/js/check/speed.js";
import { Node, page } from "./kit.mjs";
import { PITCHES, STEP_S, TONES, TONE_S, lasts, listen, pattern } from "../../../web/static/js/check/tones.js";

const RATE = 48_000;
const START = 1.2;

/** A small generator, so that a failure can be repeated. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

/** A room: noise, a hum of the mains, and a pattern that comes `late` seconds late at `loud`. */
function recording(tones, { loud = 0.05, late = 0.1, noise = 0.003, random = seeded(7), hum = 0.01 } = {}) {
  const samples = new Float32Array(Math.round((START + lasts(tones)) * RATE));
  for (let n = 0; n < samples.length; n += 1) {
    samples[n] = (random() * 2 - 1) * noise + hum * Math.sin((2 * Math.PI * 50 * n) / RATE);
  }
  tones.forEach((pitch, k) => {
    const first = Math.round((START + late + k * STEP_S) * RATE);
    for (let n = 0; n < TONE_S * RATE && first + n < samples.length; n += 1) {
      samples[first + n] += loud * Math.sin((2 * Math.PI * PITCHES[pitch] * n) / RATE);
    }
  });
  return samples;
}

test("no two tones after each other are the same", () => {
  for (let seed = 1; seed < 200; seed += 1) {
    const tones = pattern(seeded(seed));
    assert.equal(tones.length, TONES);
    assert.ok(tones.every((each, n) => n === 0 || each !== tones[n - 1]));
  }
});

test("a pattern is found however late it comes, and how loud it was", () => {
  for (const late of [0, 0.03, 0.12, 0.45, 0.7]) {
    const tones = pattern(seeded(11));
    const found = listen(recording(tones, { late }), RATE, START, tones);
    assert.equal(found.matched, TONES, `late by ${late}`);
    assert.ok(Math.abs(found.late_ms / 1000 - late) < 0.06);
    assert.ok(found.level_db > 20);
  }
});

test("a computer short of breath stretches the pattern, and it is found all the same", () => {
  const tones = pattern(seeded(5));
  const samples = recording(tones, { late: 0.1 });
  const torn = new Float32Array(samples.length + 0.3 * RATE);
  const gaps = [1.5, 1.9, 2.3, 2.7, 3.1].map((at) => at * RATE);
  let to = 0;
  for (let n = 0; n < samples.length; n += 1) {
    if (gaps.includes(n)) to += 0.04 * RATE;
    torn[to] = samples[n];
    to += 1;
  }
  assert.ok(listen(torn, RATE, START, tones).matched >= TONES * 0.8);
});

test("a room without the tones has none, for any order and any noise", () => {
  let most = 0;
  for (let seed = 1; seed < 60; seed += 1) {
    const tones = pattern(seeded(seed));
    const silent = recording(tones, { loud: 0, noise: 0.05, random: seeded(seed * 31) });
    most = Math.max(most, listen(silent, RATE, START, tones).matched);
  }
  assert.ok(most < TONES * 0.75, `chance matched ${most}`);
});

test("another room's pattern, or a beep that goes on, does not pass", () => {
  let passed = 0;
  for (let seed = 1; seed < 60; seed += 1) {
    const [own, other] = [pattern(seeded(seed)), pattern(seeded(seed + 1_000))];
    if (own.join() === other.join()) continue;
    const found = listen(recording(other), RATE, START, own);
    if (found.matched >= TONES * 0.75) passed += 1;
    const beep = listen(recording(Array(TONES).fill(0)), RATE, START, own);
    assert.ok(beep.matched < TONES * 0.75);
  }
  assert.ok(passed <= 1, `${passed} of 59 foreign patterns passed`);
});

test("a level is in decibels of full scale", () => {
  const sine = Float32Array.from({ length: 4_800 }, (_each, n) => Math.sin((2 * Math.PI * 1_000 * n) / RATE));
  assert.ok(Math.abs(levelOf(sine).level_db + 3) < 0.1);
  assert.ok(levelOf(sine).clipped > 0.05);
  assert.deepEqual(levelOf(new Float32Array(100)), { level_db: -120, clipped: 0 });
});

test("a picture that never changes does not move, a dark one that stirs does", () => {
  const still = gray(new Uint8ClampedArray(4 * 16).fill(120));
  assert.deepEqual(lookAt([still, still, still]), { brightness: 0.471, moved: false });
  const dark = [3, 6, 3].map((each) => new Uint8Array(16).fill(each));
  const { brightness, moved } = lookAt(dark);
  assert.ok(brightness < 0.04 && moved);
  assert.deepEqual(lookAt([]), { brightness: 0, moved: false });
});

const stats = (sent, received, lost, more = {}) =>
  new Map([
    ["o", { type: "outbound-rtp", bytesSent: sent, framesEncoded: sent / 4_000, ...more }],
    ["i", { type: "inbound-rtp", bytesReceived: received, packetsReceived: received / 1_000, packetsLost: lost }],
    ["p", { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.03 }],
  ]);

test("a speed is that of the best two seconds", () => {
  const looks = [];
  let [sent, received] = [0, 0];
  for (let at = 0; at <= 8_000; at += 250) {
    const fast = at > 4_000;
    sent += fast ? 50_000 : 12_500;
    received += 37_500;
    looks.push(look(stats(sent, received, at / 80), at));
  }
  const found = measure(looks);
  assert.equal(found.up_bits, 1_600_000);
  assert.equal(found.down_bits, 1_200_000);
  assert.equal(found.rtt_ms, 30);
  assert.ok(found.down_loss > 0.05 && found.down_loss < 0.1);
  assert.equal(found.limit, "none");
});

test("who could not make pictures says nothing of the line", () => {
  const slow = [];
  for (let at = 0; at <= 8_000; at += 250) slow.push(look(stats(at, at, 0, { framesEncoded: at / 1_000 }), at));
  assert.equal(measure(slow).limit, "cpu");
});

test("rooms spread themselves, and hurry when asked or late", () => {
  assert.equal(waitFor({ due: false, asked: false, leftS: 3_600, random: 0.5 }), null);
  assert.equal(waitFor({ due: true, asked: false, leftS: 3_600, random: 1 }), 602_000);
  assert.ok(waitFor({ due: true, asked: true, leftS: 3_600, random: 1 }) <= 6_000);
  assert.ok(waitFor({ due: true, asked: false, leftS: 60, random: 1 }) <= 17_000);
  assert.ok(waitFor({ due: true, asked: false, leftS: -60, random: 1 }) <= 12_000);
});

/** A list of lines, and the hub's answers to it, one after the other. */
async function list(lines, answers) {
  page([]);
  const { CheckList } = await import("../../../web/static/js/check/list.js");
  const shown = new Map(lines.map((line) => [line.dataset.point, line]));
  const root = new Node();
  root.dataset = { seen: "t0", rows: "/rows" };
  root.querySelectorAll = (selector) => (selector.startsWith("tr") ? [...shown.values()] : []);
  const { querySelector } = root;
  root.querySelector = (selector) => (selector.startsWith("tr") ? shown.get(selector.split('"')[1]) : querySelector.call(root, selector));
  for (const line of lines) placed(line, shown);
  document.adoptNode = (node) => placed(node, shown);
  globalThis.DOMParser = class {
    parseFromString = (text) => ({
      querySelectorAll: () => answers[text].lines,
      querySelector: () => ({ dataset: { seen: answers[text].seen } }),
    });
  };
  const asked = [];
  globalThis.fetch = async (path) => {
    asked.push(path.split("after=")[1]);
    return { ok: true, text: async () => String(asked.length - 1) };
  };
  let look = () => {};
  globalThis.setInterval = (act) => (look = act);
  new CheckList(root).begin();
  return { shown, asked, look: () => look() };
}

function placed(line, shown) {
  line.replaceWith = (other) => shown.set(line.dataset.point, other);
  line.contains = (node) => node !== null && node === line.button;
  return line;
}

function line(point, need) {
  return Object.assign(new Node(), { dataset: { point, need, folded: point }, button: new Node() });
}

test("a line in which somebody is just now is asked for again until it has changed", async () => {
  const lines = [line("p1", "go"), line("p2", "go")];
  const changed = () => [line("p1", "none"), line("p2", "none")];
  const answers = [
    { lines: changed(), seen: "t1" },
    { lines: changed(), seen: "t2" },
    { lines: [line("gone", "none")], seen: "t3" },
    { lines: [], seen: "t4" },
  ];
  const { shown, asked, look } = await list(lines, answers);
  lines[0].button.focus();
  await look();
  assert.deepEqual([...shown.values()].map((each) => each.dataset.need), ["go", "none"]);
  document.activeElement = null;
  await look();
  assert.deepEqual([...shown.values()].map((each) => each.dataset.need), ["none", "none"]);
  await look();
  await look();
  assert.deepEqual(asked, ["t0", "t0", "t2", "t3"], "a line that is not in the list holds nothing up");
});
