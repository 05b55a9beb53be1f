/** Tones that are counted: short, apart, all alike. A second's rest between two rows is left to the caller. */

const HZ = 880;
const ON_S = 0.26;
const EVERY_S = 0.62;
const LEAD_S = 0.15;
const LOUD = 0.35;
/** A ramp this long keeps a loudspeaker from clicking, which would be counted too. */
const RAMP_S = 0.02;

export class Beeps {
  #context = null;

  /** @returns {number} how long a row of `n` tones takes, in milliseconds */
  static length(n) {
    return (LEAD_S + n * EVERY_S) * 1000;
  }

  /** Sound `n` tones now. @returns {Promise<boolean>} false when the browser holds sound back until there is a press */
  async play(n) {
    this.#context ??= new AudioContext();
    if (this.#context.state !== "running") await Promise.race([this.#context.resume(), after(300)]);
    if (this.#context.state !== "running") return false;
    const begin = this.#context.currentTime + LEAD_S;
    for (let at = 0; at < n; at += 1) this.#tone(begin + at * EVERY_S);
    return true;
  }

  close() {
    this.#context?.close();
    this.#context = null;
  }

  #tone(at) {
    const tone = new OscillatorNode(this.#context, { frequency: HZ });
    const gain = new GainNode(this.#context, { gain: 0 });
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(LOUD, at + RAMP_S);
    gain.gain.setValueAtTime(LOUD, at + ON_S - RAMP_S);
    gain.gain.linearRampToValueAtTime(0, at + ON_S);
    tone.connect(gain).connect(this.#context.destination);
    tone.start(at);
    tone.stop(at + ON_S);
  }
}

function after(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
