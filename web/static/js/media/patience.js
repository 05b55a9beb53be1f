/**
 * How long voices wait for what comes late. On a lossy line the hub says each voice packet again, 80 and 160 ms
 * later; by itself a browser gives up waiting before the second copy comes.
 */

const WAIT_MS = 220;
const MADE_UP = 0.01; // share of the sound that the browser had to invent
const LOOKS = 24; // of 5 s each: then it is tried without

/** @returns {{samples: number, invented: number}} what voices played so far, and what of it never came in time */
export function heard(stats) {
  const sum = { samples: 0, invented: 0 };
  for (const entry of stats.values()) {
    if (entry.type !== "inbound-rtp" || entry.kind !== "audio") continue;
    sum.samples += entry.totalSamplesReceived ?? 0;
    sum.invented += (entry.concealedSamples ?? 0) - (entry.silentConcealedSamples ?? 0);
  }
  return sum;
}

/** Of one connection. Browsers without `jitterBufferTarget` go on as they are. */
export class Patience {
  #last = { samples: 0, invented: 0 };
  #left = 0;

  /** Called every 5 s with what getStats tells. */
  look(connection, stats) {
    const now = heard(stats);
    const samples = now.samples - this.#last.samples;
    const poor = samples > 0 && now.invented - this.#last.invented > samples * MADE_UP;
    this.#last = now;
    if (poor) this.#left = LOOKS;
    else if (this.#left > 0) this.#left -= 1;
    const target = this.#left > 0 ? WAIT_MS : null;
    for (const receiver of connection.getReceivers()) {
      const fits = receiver.track?.kind === "audio" && "jitterBufferTarget" in receiver;
      if (fits && receiver.jitterBufferTarget !== target) receiver.jitterBufferTarget = target;
    }
  }
}
