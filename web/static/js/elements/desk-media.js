/** The desk's own camera, microphone and loudspeaker. */
import { capture, captureDocument, release } from "../media/devices.js";
import { word } from "./dom.js";

export class DeskMedia {
  #streams = { camera: null, microphone: null, screen: null };

  constructor(app) {
    this.app = app;
    this.root = document.getElementById("on-air");
    this.self = document.getElementById("self");
    this.root.addEventListener("click", (event) => this.toggle(event.target.closest("button")?.dataset.act));
  }

  toggle(act) {
    if (act === "sound") this.#sound();
    else if (act in this.#streams) this.#device(act);
  }

  async #sound() {
    const button = this.#button("sound");
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    const heard = await this.app.screens.sound(on);
    if (!heard) button.setAttribute("aria-pressed", "false");
  }

  async #device(kind) {
    const button = this.#button(kind);
    if (!button || button.classList.contains("waiting")) return;
    const on = !this.#streams[kind];
    button.setAttribute("aria-pressed", String(on)); // the press is answered before the device is
    button.classList.add("waiting");
    try {
      if (on) await this.#start(kind);
      else await this.#stop(kind);
    } catch (error) {
      button.setAttribute("aria-pressed", "false");
      this.app.toasts.show(word(`toast.camera.${error.why ?? "busy"}`));
    } finally {
      button.classList.remove("waiting");
    }
  }

  async #start(kind) {
    const stream = await this.#open(kind);
    if (!stream) {
      this.#button(kind).setAttribute("aria-pressed", "false");
      return;
    }
    const [track] = stream.getTracks();
    this.#streams[kind] = stream;
    track.addEventListener("ended", () => this.#stop(kind)); // unplugged
    if (kind === "camera") this.#show(stream);
    await this.app.peer.publish(kind, track);
  }

  /** The desk shares a screen; its document camera, if it has one, is a window of that. */
  #open(kind) {
    if (kind === "screen") return captureDocument(null, false);
    return capture({ camera: kind === "camera", microphone: kind === "microphone" });
  }

  async #stop(kind) {
    release(this.#streams[kind]);
    this.#streams[kind] = null;
    this.#button(kind).setAttribute("aria-pressed", "false");
    if (kind === "camera") this.#show(null);
    await this.app.peer.publish(kind, null);
  }

  #show(stream) {
    this.self.querySelector("video").srcObject = stream;
    this.self.classList.toggle("has-picture", Boolean(stream));
    this.self.classList.toggle("on-air", Boolean(stream));
  }

  #button(act) {
    return this.root.querySelector(`[data-act="${act}"]`);
  }
}
