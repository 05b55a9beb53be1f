/** Hearing only, because somebody chose it: kept on this device until somebody chooses otherwise. */
import { slot, word, write } from "./dom.js";

const KEPT = "hub.voice";

export class RoomVoice {
  constructor(app) {
    this.app = app;
    this.on = localStorage.getItem(KEPT) === "on";
    this.#show();
  }

  toggle() {
    this.on = !this.on;
    localStorage.setItem(KEPT, this.on ? "on" : "off");
    this.#show();
    this.app.screens?.listenOnly(this.on);
    this.app.render();
  }

  #show() {
    const button = this.app.panel.root.querySelector('[data-act="voice"]');
    button.setAttribute("aria-pressed", String(this.on));
    write(slot(button, "voice"), word(this.on ? "room.voice.off" : "room.voice.on"));
  }
}
