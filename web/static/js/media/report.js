/** What a screen really decodes, counted between two looks at getStats. */

import { Patience } from "./patience.js";

const EVERY_MS = 5_000;

/** @returns {{frames: number, energy: number, received: number, lost: number}} totals so far */
export function totals(stats) {
  const sum = { frames: 0, energy: 0, received: 0, lost: 0 };
  for (const entry of stats.values()) {
    if (entry.type !== "inbound-rtp") continue;
    sum.frames += entry.framesDecoded ?? 0;
    sum.energy += entry.totalAudioEnergy ?? 0;
    sum.received += entry.packetsReceived ?? 0;
    sum.lost += Math.max(0, entry.packetsLost ?? 0);
  }
  return sum;
}

/** @returns {{decoding: boolean, frames: number, sound: boolean, loss: number}} the body of `media.report` */
export function difference(before, after) {
  const frames = Math.max(0, after.frames - before.frames);
  const received = Math.max(0, after.received - before.received);
  const lost = Math.max(0, after.lost - before.lost);
  const loss = received + lost > 0 ? lost / (received + lost) : 0;
  return { decoding: frames > 0, frames, sound: after.energy > before.energy, loss: Math.round(loss * 1000) / 1000 };
}

/** Reports to the hub every 5 s while there is a connection. `seen` gets each report too. */
export class Reporter {
  #peer;
  #channel;
  #seen;
  #health;
  #last = { frames: 0, energy: 0, received: 0, lost: 0 };
  #connection = null;
  #patience = new Patience();
  #timer = null;

  /** @param {() => object | null} health how the room's own devices are, null where nobody asks */
  constructor(peer, channel, seen = () => {}, health = () => null) {
    this.#peer = peer;
    this.#channel = channel;
    this.#seen = seen;
    this.#health = health;
  }

  start() {
    this.#timer ??= setInterval(() => this.#look(), EVERY_MS);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  async #look() {
    const { connection } = this.#peer;
    if (connection !== this.#connection) {
      this.#last = totals(new Map());
      this.#patience = new Patience();
    }
    this.#connection = connection;
    if (!connection) return;
    const stats = await connection.getStats();
    this.#patience.look(connection, stats);
    if (!this.#channel.open) return;
    const now = totals(stats);
    const report = difference(this.#last, now);
    this.#last = now;
    const health = this.#health();
    this.#channel.send({ type: "media.report", ...report, ...(health && { health }) });
    this.#seen(report);
  }
}
