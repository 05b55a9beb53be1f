/** The room on the air: camera and microphone are opened when it is called, sent when the countdown ends, closed after. */
import { capture, captureBest, permission, plugged, release } from "../media/devices.js";
import { countdown, hasFloor } from "../session/room-state.js";

export class RoomAir {
  #stream = null;
  #opening = null;
  #sent = false;
  /** Why there is no camera or microphone: `denied`, `missing`, `busy`, `insecure`, or null. */
  trouble = null;
  /** What the last check found: true, false, or null for not looked. */
  found = { camera: null, microphone: null };
  checking = false;

  constructor(app) {
    this.app = app;
    this.self = document.getElementById("self");
  }

  get stream() {
    return this.#stream;
  }

  get onAir() {
    return this.#sent;
  }

  get voiceOnly() {
    return this.#sent && !this.#stream?.getVideoTracks().length;
  }

  /** Look without asking: what is plugged in and whether the browser would allow it. */
  async look() {
    const may = await permission();
    if (may === "denied" || may === "insecure") return this.#became(may);
    const has = await plugged();
    if (!has.camera) return this.#became("missing");
    if (may === "granted") return this.check();
    return undefined;
  }

  /**
   * Open camera and microphone for a moment; the browser asks for leave when it must. While they are open browsers let
   * a page be heard without a press, so that is when the voices are started: a room that was allowed once needs no hand.
   */
  async check() {
    if (this.#stream) return;
    this.checking = true;
    try {
      const { stream, missing } = await captureBest();
      await this.app.beHeard();
      this.found = { camera: stream.getVideoTracks().length > 0, microphone: stream.getAudioTracks().length > 0 };
      if (!hasFloor(this.app.store.shown, this.app.point)) release(stream);
      else this.#stream = stream;
      this.#became(missing);
    } catch (error) {
      this.found = { camera: false, microphone: false };
      this.#became(error.why ?? "busy");
    } finally {
      this.checking = false;
    }
    if (!this.app.screens?.playing) this.app.beSilent();
  }

  /** Follow the floor. Called with every change and every tick. */
  follow(view, now) {
    const speaking = hasFloor(view, this.app.point) && view.session.state === "live";
    if (speaking && !this.#stream && !this.#opening && !this.trouble) this.#open();
    if (speaking && this.#stream && !this.#sent && countdown(view, { point: this.app.point, now }) === 0) this.#send();
    if (!speaking && (this.#stream || this.#sent)) this.#stop();
  }

  /** Somebody pressed "try again". */
  async again() {
    this.trouble = null;
    await this.check();
    this.app.render();
  }

  /** Somebody chose to go on without what is missing. */
  async skip() {
    this.trouble = null;
    try {
      this.#stream = await capture({ camera: false, microphone: true });
    } catch {
      this.#stream = new MediaStream();
    }
    this.app.render();
  }

  async #open() {
    this.#opening = captureBest();
    try {
      const { stream, missing } = await this.#opening;
      this.#stream = stream;
      this.found = { camera: stream.getVideoTracks().length > 0, microphone: true };
      if (missing) this.app.notice(missing);
    } catch (error) {
      this.#became(error.why ?? "busy");
    } finally {
      this.#opening = null;
      this.app.render();
    }
  }

  #send() {
    this.#sent = true;
    const [camera = null] = this.#stream.getVideoTracks();
    const [microphone = null] = this.#stream.getAudioTracks();
    this.self.querySelector("video").srcObject = this.#stream;
    this.self.hidden = !camera;
    this.app.peer.publish("camera", camera);
    this.app.peer.publish("microphone", microphone);
  }

  #stop() {
    this.#sent = false;
    release(this.#stream);
    this.#stream = null;
    this.self.hidden = true;
    this.self.querySelector("video").srcObject = null;
    this.app.peer.publish("camera", null);
    this.app.peer.publish("microphone", null);
  }

  #became(trouble) {
    this.trouble = trouble;
    this.app.render();
  }
}
