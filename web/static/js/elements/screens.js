/** The programme as the rooms have it: pictures and voices by slot, with a word where there is none. */

export class Screens {
  #streams = new Map();

  /** @param {HTMLElement} root @param {import("../media/peer.js").Peer} peer @param {(slot: string, on: boolean) => void} seen */
  constructor(root, peer, seen = () => {}) {
    this.root = root;
    this.seen = seen;
    peer.addEventListener("track", ({ detail }) => this.#track(detail));
  }

  /** The element of a slot: a figure's video, or an audio. */
  media(slot) {
    const place = this.root.querySelector(`[data-slot-name="${slot}"]`);
    return place.matches("audio") ? place : place.querySelector("video");
  }

  /** @returns {Promise<boolean>} whether the browser lets the voices be heard */
  async sound(on) {
    const voices = [...this.root.querySelectorAll("audio")];
    for (const voice of voices) voice.muted = !on;
    if (!on) return true;
    const played = await Promise.allSettled(voices.filter((voice) => voice.srcObject).map((voice) => voice.play()));
    const blocked = played.some((each) => each.status === "rejected" && each.reason.name === "NotAllowedError");
    return !blocked;
  }

  #track({ slot, track }) {
    const element = this.media(slot);
    const stream = new MediaStream([track]);
    this.#streams.set(slot, stream);
    element.srcObject = stream;
    element.play().catch(() => {}); // muted pictures always play; voices are asked for by `sound`
    if (track.kind !== "video") return;
    const figure = element.closest(".picture");
    const show = (on) => {
      if (this.#streams.get(slot) !== stream) return;
      figure.classList.toggle("has-picture", on);
      this.seen(slot, on);
    };
    track.addEventListener("mute", () => show(false));
    track.addEventListener("unmute", () => show(true));
    element.addEventListener("resize", () => show(!track.muted && element.videoWidth > 0));
    show(!track.muted && element.videoWidth > 0);
  }
}
