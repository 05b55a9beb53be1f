/** The room's own ears and voice: what its microphone hears, and of what its loudspeakers play. */
import { levelOf } from "./level.js";
import { PITCHES, STEP_S, TONE_S, lasts, listen, pattern } from "./tones.js";

const QUIET_S = 1.2;
const LOUD = 0.3; // of full scale: a voice at a desk
const RAMP_S = 0.012;
/** How long an audio context may take to begin where it is allowed to. */
const BEGIN_MS = 1_500;

/** One AudioContext for a whole check; `close()` is the maker's. */
export class Sound {
  #context = new AudioContext();
  #ready = null;

  /** @returns {Promise<boolean>} whether the browser lets this page be heard; without a press some do not */
  async begin() {
    const context = this.#context;
    const waited = new Promise((resolve) => setTimeout(resolve, BEGIN_MS));
    await Promise.race([context.resume().catch(() => {}), waited]);
    return context.state === "running";
  }

  close() {
    return this.#context.close();
  }

  /**
   * The quiet room, then a pattern of tones, in one recording of one microphone.
   * @param {MediaStream} microphone @param {(level: number) => void} heard told how loud it is, dBFS, some times a second
   * @param {boolean} play whether to play anything
   */
  async hear(microphone, heard, play = true) {
    const recording = await this.#record(microphone, heard);
    const { sampleRate: rate } = this.#context;
    const tones = pattern(Math.random);
    try {
      await recording.until(QUIET_S * rate);
      // The recording is as old as its last block: the tones begin a little later than this says, never earlier.
      const start = recording.length / rate;
      if (play) this.#play(tones);
      await recording.until(recording.length + lasts(tones) * rate);
      const samples = recording.all();
      const quiet = samples.subarray(0, Math.floor(QUIET_S * rate));
      const { level_db } = levelOf(quiet);
      return { level_db, clipped: levelOf(samples).clipped, ...(play ? { tones: listen(samples, rate, start, tones) } : {}) };
    } finally {
      recording.stop();
    }
  }

  #play(tones) {
    const context = this.#context;
    const begin = context.currentTime + 0.05;
    for (const [n, pitch] of tones.entries()) {
      const at = begin + n * STEP_S;
      const tone = new OscillatorNode(context, { frequency: PITCHES[pitch] });
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(LOUD, at + RAMP_S);
      gain.gain.setValueAtTime(LOUD, at + TONE_S - RAMP_S);
      gain.gain.linearRampToValueAtTime(0, at + TONE_S);
      tone.connect(gain).connect(context.destination);
      tone.start(at);
      tone.stop(at + TONE_S);
    }
  }

  async #record(microphone, heard) {
    const context = this.#context;
    this.#ready ??= context.audioWorklet.addModule(new URL("./recorder.js", import.meta.url));
    await this.#ready;
    const source = context.createMediaStreamSource(microphone);
    const node = new AudioWorkletNode(context, "recorder", { numberOfOutputs: 1 });
    const recording = new Recording(() => {
      source.disconnect();
      node.disconnect();
    });
    node.port.onmessage = ({ data }) => {
      recording.add(data);
      heard(levelOf(data).level_db);
    };
    source.connect(node);
    node.connect(context.destination); // it puts nothing out; without a way to the end it would not run
    return recording;
  }
}

class Recording {
  #blocks = [];
  #waiting = null;
  length = 0;

  constructor(stop) {
    this.stop = stop;
  }

  add(block) {
    this.#blocks.push(block);
    this.length += block.length;
    if (this.#waiting && this.length >= this.#waiting.samples) this.#waiting.done();
  }

  /** @returns {Promise<void>} when so many samples are there; gives up when no more come for long */
  until(samples) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 8_000);
      const done = () => {
        clearTimeout(timer);
        this.#waiting = null;
        resolve();
      };
      this.#waiting = { samples, done };
      if (this.length >= samples) done();
    });
  }

  all() {
    const made = new Float32Array(this.length);
    let at = 0;
    for (const block of this.#blocks) {
      made.set(block, at);
      at += block.length;
    }
    return made;
  }
}
