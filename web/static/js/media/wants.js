/**
 * Tells the hub how large this screen shows each picture, so that it is sent no more than there is room for
 * (`media.want`). Said when it has settled, and again to every new media peer.
 */

/** The small layer is 320 pixels wide; blown up to more than this it is seen to be. */
const SMALL_PX = 480;
const SETTLE_MS = 400;
const PICTURES = ["main", "second", "document"];

/** @param {number} pixels device pixels of the picture's width, 0 while it is not laid out */
export function wantFor(pixels) {
  return pixels > 0 && pixels <= SMALL_PX ? "low" : "high";
}

export class Wants {
  #peer;
  #channel;
  #widths = {};
  #off = false;
  #said = "";
  #timer = null;

  constructor(peer, channel) {
    this.#peer = peer;
    this.#channel = channel;
    peer.addEventListener("state", ({ detail }) => {
      this.#said = "";
      if (detail.state === "connected") this.#say();
    });
    // A hub that was started anew knows nothing of it, though the media connection goes on.
    channel.addEventListener("welcome", () => {
      this.#said = "";
      this.#later();
    });
  }

  /** A picture is shown this wide now, in device pixels. */
  shows(slot, pixels) {
    this.#widths[slot] = pixels;
    this.#later();
  }

  /** No pictures at all, please: nobody looks, or somebody chose to listen only. */
  off(on) {
    if (this.#off === on) return;
    this.#off = on;
    this.#later();
  }

  /** @returns {Record<string, "high" | "low" | "none">} */
  get slots() {
    const wants = PICTURES.map((slot) => [slot, this.#off ? "none" : wantFor(this.#widths[slot] ?? 0)]);
    return Object.fromEntries(wants);
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#say(), SETTLE_MS);
  }

  #say() {
    const { slots } = this;
    const text = JSON.stringify(slots);
    if (text === this.#said || this.#peer.state !== "connected" || !this.#channel.open) return;
    if (this.#channel.send({ type: "media.want", slots }) !== false) this.#said = text;
  }
}
