/** The state that needs the whole stage: cloned from its template when it begins, its slots kept up to date. */
import { cloneAll, fill, slot } from "./dom.js";

export class RoomCover {
  #shown = "live";

  constructor() {
    this.root = document.getElementById("cover");
  }

  get shown() {
    return this.#shown;
  }

  /** @param {string} state a name of session/room-state.js @returns {boolean} whether it has just begun */
  show(state) {
    if (state === this.#shown) return false;
    this.#shown = state;
    this.root.hidden = state === "live";
    this.root.dataset.state = state;
    this.root.replaceChildren(...(state === "live" ? [] : [cloneAll(`cover-${state}`)]));
    return true;
  }

  fill(texts) {
    fill(this.root, texts);
  }

  slot(name) {
    return slot(this.root, name);
  }

  /** Show the room's own picture where the state has a place for it. */
  self(stream) {
    const video = this.root.querySelector("video[data-self]");
    if (video && video.srcObject !== stream) video.srcObject = stream;
  }
}
