/** Loudness of the room's microphone and of the voices its page plays. Needs an audio clock the browser lets run. */
import { loudness } from "../media/health.js";

const SAMPLES = 2048; // 43 ms at 48 kHz: ten looks a second miss half of it, which is enough for loudness

export class Ears {
  #clock = null;
  #microphone = null;
  #voices = new Map();
  #samples = new Float32Array(SAMPLES);

  /** Listen to this stream's microphone from now on; null for none. */
  own(stream) {
    this.#microphone?.source.disconnect();
    this.#microphone = null;
    if (!stream?.getAudioTracks().length) return;
    this.#clock ??= new AudioContext({ latencyHint: "playback" });
    this.#microphone = this.#listen(stream);
  }

  /** @returns {{peak: number, rms: number} | null} null while it cannot be measured */
  hear() {
    if (!this.#microphone || !this.#running) return null;
    return this.#measure(this.#microphone);
  }

  /** Loudness of what the page plays. */
  played() {
    let sum = 0;
    for (const voice of document.querySelectorAll("#screens audio")) {
      if (voice.srcObject && !voice.muted && !voice.paused) sum += this.#measure(this.#of(voice)).rms;
    }
    return sum;
  }

  get #running() {
    if (this.#clock.state === "suspended") this.#clock.resume().catch(() => {});
    return this.#clock.state === "running";
  }

  #of(voice) {
    const known = this.#voices.get(voice);
    if (known?.stream === voice.srcObject) return known;
    known?.source.disconnect();
    const made = this.#listen(voice.srcObject);
    this.#voices.set(voice, made);
    return made;
  }

  #listen(stream) {
    const source = this.#clock.createMediaStreamSource(stream);
    const analyser = new AnalyserNode(this.#clock, { fftSize: SAMPLES });
    source.connect(analyser);
    return { stream, source, analyser };
  }

  #measure({ analyser }) {
    analyser.getFloatTimeDomainData(this.#samples);
    return loudness(this.#samples);
  }
}
