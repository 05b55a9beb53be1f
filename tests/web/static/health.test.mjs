import assert from "node:assert/strict";
import { test } from "node:test";

import { alike, CameraJudge, Echo, FROZEN_MS, loudness, MicrophoneJudge, SILENT_MS, speaker } from "../../../web/static/js/media/health.js";

/** Repeatable noise: tests have no luck. */
function dice(seed) {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}

function picture(level, noise, random) {
  const pixels = new Uint8ClampedArray(160 * 90 * 4);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = level + (noise ? (random() - 0.5) * noise : 0);
  return pixels;
}

test("a lens with its noise is live for ever, at night too", () => {
  for (const level of [30, 120, 240]) {
    const judge = new CameraJudge();
    const random = dice(level);
    for (let now = 0; now <= 60_000; now += 500) assert.equal(judge.look(picture(level, 4, random), now), "live");
  }
});

test("one pixel that changes is enough", () => {
  const judge = new CameraJudge();
  for (let now = 0; now <= 60_000; now += 500) {
    const pixels = picture(120, 0);
    pixels[400] = (now / 500) % 2;
    assert.equal(judge.look(pixels, now), "live");
  }
});

test("a picture that stands still is frozen after ten seconds and live with the first that differs", () => {
  const judge = new CameraJudge();
  assert.equal(judge.look(picture(120, 0), 0), "live");
  assert.equal(judge.look(picture(120, 0), FROZEN_MS - 1), "live");
  assert.equal(judge.look(picture(120, 0), FROZEN_MS), "frozen");
  assert.equal(judge.look(picture(121, 0), FROZEN_MS + 500), "live");
});

test("a cap on the lens is black, whether it has noise or not; a frozen dark one is black too", () => {
  for (const noise of [0, 8]) {
    const judge = new CameraJudge();
    const random = dice(7);
    assert.equal(judge.look(picture(5, noise, random), 0), "live");
    assert.equal(judge.look(picture(5, noise, random), 3_000), "black");
    assert.equal(judge.look(picture(5, noise, random), 60_000), "black");
    assert.equal(judge.look(picture(90, 4, random), 60_500), "live");
  }
});

test("a small bright thing in the dark is a picture", () => {
  const judge = new CameraJudge();
  const random = dice(3);
  for (let now = 0; now <= 10_000; now += 500) {
    const pixels = picture(4, 4, random);
    pixels.fill(220, 0, 160 * 3 * 4);
    assert.equal(judge.look(pixels, now), "live");
  }
});

test("another camera begins anew", () => {
  const judge = new CameraJudge();
  judge.look(picture(120, 0), 0);
  assert.equal(judge.look(picture(120, 0), 20_000), "frozen");
  judge.forget();
  assert.equal(judge.look(picture(120, 0), 20_500), "live");
});

test("a microphone is silent when not even its noise comes for ten seconds", () => {
  const judge = new MicrophoneJudge();
  assert.equal(judge.hear(0, 0), "live");
  assert.equal(judge.hear(0.0001, SILENT_MS), "silent");
  assert.equal(judge.hear(0.001, SILENT_MS + 100), "live");
  assert.equal(judge.hear(0, 2 * SILENT_MS), "live");
});

test("loudness of samples", () => {
  assert.deepEqual(loudness(new Float32Array([0, 0])), { peak: 0, rms: 0 });
  const { peak, rms } = loudness(new Float32Array([0.5, -1, 0.5, 0]));
  assert.equal(peak, 1);
  assert.ok(Math.abs(rms - Math.sqrt(1.5 / 4)) < 1e-6);
});

/** Words with breaks between them. */
function speech(random, count) {
  const levels = [];
  while (levels.length < count) {
    const loud = random() < 0.55;
    const long = 2 + Math.floor(random() * 8);
    for (let at = 0; at < long; at += 1) levels.push(loud ? 0.05 + random() * 0.2 : 0.0005);
  }
  return levels.slice(0, count);
}

function windows(echo, count, { late, gain, seed }) {
  const random = dice(seed);
  let word = "unknown";
  for (let each = 0; each < count; each += 1) {
    const played = speech(random, 120);
    const own = speech(dice(seed + 1000 + each), 120);
    played.forEach((level, at) => echo.add(level, gain * (played[at - late] ?? 0) + (gain ? 0.002 : 0.3 * own[at]) * random() + 0.001));
    word = echo.judge();
  }
  return word;
}

test("a TV that the microphone hears is on, whatever its delay", () => {
  for (const late of [0, 2, 5]) {
    for (let seed = 1; seed <= 20; seed += 1) {
      assert.equal(windows(new Echo(), 1, { late, gain: 0.2, seed }), "on", `late ${late}, seed ${seed}`);
    }
  }
});

test("a room that only talks itself is never said to be muted", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    assert.notEqual(windows(new Echo(), 5, { late: 0, gain: 0, seed }), "muted", `seed ${seed}`);
  }
});

test("a TV that was heard and is not heard any more is muted, and on again when it is heard", () => {
  const echo = new Echo();
  assert.equal(windows(echo, 3, { late: 2, gain: 0.3, seed: 5 }), "on");
  assert.equal(windows(echo, 1, { late: 0, gain: 0, seed: 6 }), "on");
  assert.equal(windows(echo, 1, { late: 0, gain: 0, seed: 7 }), "muted");
  assert.equal(windows(echo, 1, { late: 2, gain: 0.3, seed: 8 }), "on");
});

test("silence in the hall proves nothing", () => {
  const echo = new Echo();
  windows(echo, 1, { late: 2, gain: 0.3, seed: 5 });
  for (let at = 0; at < 600; at += 1) echo.add(0, 0.001);
  assert.equal(echo.judge(), "on");
});

test("levels that never change are like nothing", () => {
  assert.equal(alike([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], [0.1, 0.2, 0.1, 0.2, 0.1, 0.2, 0.1, 0.2]), 0);
});

test("what the page itself holds back is muted, else the microphone has the word", () => {
  assert.equal(speaker({ voices: 3, held: 1, blocked: false, echo: "on" }), "muted");
  assert.equal(speaker({ voices: 0, held: 0, blocked: true, echo: "on" }), "muted");
  assert.equal(speaker({ voices: 0, held: 0, blocked: false, echo: "unknown" }), "unknown");
  assert.equal(speaker({ voices: 3, held: 0, blocked: false, echo: "on" }), "on");
});
