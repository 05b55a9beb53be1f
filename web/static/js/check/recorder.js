/** Runs beside the page, in the audio thread: hands every sample it hears to whoever listens. */

class Recorder extends AudioWorkletProcessor {
  #block = new Float32Array(2_048);
  #filled = 0;

  process([[channel]]) {
    if (!channel) return true;
    this.#block.set(channel, this.#filled);
    this.#filled += channel.length;
    if (this.#filled >= this.#block.length) {
      this.port.postMessage(this.#block.slice());
      this.#filled = 0;
    }
    return true;
  }
}

registerProcessor("recorder", Recorder);
