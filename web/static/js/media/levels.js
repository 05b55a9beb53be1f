/** How loud some tracks are together, without touching what is played or sent of them. */

const SAMPLES = 512;

export class Levels {
  #context = null;
  #analyser = null;
  #parts = new Map();
  #buffer = new Float32Array(SAMPLES);

  /** Measure these tracks from now on; clones, so that a track that is switched off is still heard here. */
  follow(tracks) {
    const live = tracks.filter((track) => track?.readyState === "live");
    for (const [track, part] of this.#parts) {
      if (live.includes(track)) continue;
      part.source.disconnect();
      part.clone.stop();
      this.#parts.delete(track);
    }
    for (const track of live) if (!this.#parts.has(track)) this.#add(track);
  }

  /** RMS of the last hundredth of a second, 0–1; null when this browser does not let it be measured. */
  get level() {
    if (this.#context?.state !== "running") return null;
    this.#analyser.getFloatTimeDomainData(this.#buffer);
    return Math.sqrt(this.#buffer.reduce((sum, value) => sum + value * value, 0) / SAMPLES);
  }

  close() {
    this.follow([]);
    this.#context?.close();
    this.#context = null;
  }

  #add(track) {
    if (!this.#context) {
      this.#context = new AudioContext();
      this.#analyser = new AnalyserNode(this.#context, { fftSize: SAMPLES });
    }
    this.#context.resume().catch(() => {});
    const clone = track.clone();
    const source = this.#context.createMediaStreamSource(new MediaStream([clone]));
    source.connect(this.#analyser);
    this.#parts.set(track, { source, clone });
  }
}
