/** The room on the air: camera and microphone are opened when it is called, sent when the countdown ends, closed after. */
import { canShare, captureBest, captureDocument, heardOnly, onPermission, permission, plugged, release } from "../media/devices.js";
import { countdown, hasFloor } from "../session/room-state.js";
import { word } from "./dom.js";

/** Troubles with which a room can still be heard, or seen. */
const PARTIAL = new Set(["missing", "mute"]);

export class RoomAir {
  #stream = null;
  #opening = null;
  #sent = false;
  #document = null;
  /** Why there is no camera or microphone: `denied`, `missing`, `mute`, `none`, `busy`, `insecure`, or null. */
  trouble = null;
  /** The browser may be asking somebody right now. */
  asking = false;
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

  /** Whether the trouble leaves nothing to speak with. */
  get blocked() {
    return this.trouble !== null && !PARTIAL.has(this.trouble);
  }

  get voiceOnly() {
    return this.#sent && !this.#stream?.getVideoTracks().length;
  }

  /** What is wrong, and what to do. */
  words() {
    const why = this.asking ? "asking" : (this.trouble ?? "busy");
    return { what: word(`room.trouble.${why}`), fix: word(`room.trouble.${why}.fix`) };
  }

  /** Look now, and again whenever a device or the browser's leave changes. */
  watch() {
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.#replugged());
    onPermission(() => this.look());
    return this.look();
  }

  /** What is plugged in, and whether the browser allows it. A browser that wants to ask is let ask: one press, once. */
  async look() {
    if (this.checking || this.#opening || this.#stream) return undefined;
    const may = await permission();
    if (may === "insecure") return this.#became(may);
    const has = await plugged();
    if (!has.camera && !has.microphone) return this.#became("none");
    if (may === "denied") return this.#became(may);
    return this.check();
  }

  async #replugged() {
    const has = await plugged();
    const gone = (this.found.camera && !has.camera) || (this.found.microphone && !has.microphone);
    if (this.trouble || gone) await this.look();
  }

  /**
   * Open camera and microphone for a moment; the browser asks for leave when it must. While they are open browsers let
   * a page be heard without a press, so that is when the voices are started: a room that was allowed once needs no hand.
   */
  async check() {
    if (this.#stream || this.checking) return;
    this.checking = true;
    try {
      const { stream, missing } = await this.#asked();
      this.found = { camera: stream.getVideoTracks().length > 0, microphone: stream.getAudioTracks().length > 0 };
      if (this.#called) this.#stream = stream;
      this.#became(missing);
      await this.app.gate.open();
      if (stream !== this.#stream) release(stream);
    } catch (error) {
      this.found = { camera: false, microphone: false };
      this.#became(error.why ?? "busy");
    } finally {
      this.checking = false;
    }
    if (this.app.screens && !(await this.app.screens.sound(true))) this.app.gate.ask();
  }

  /** Follow the floor. Called with every change and every tick. */
  follow(view, now) {
    const speaking = hasFloor(view, this.app.point) && view.session.state === "live";
    if (speaking && !this.#stream && !this.#opening && !this.blocked) this.#open();
    if (speaking && this.#stream && !this.#sent && countdown(view, { point: this.app.point, now }) === 0) this.#send();
    if (!speaking && (this.#stream || this.#sent)) this.#stop();
  }

  /** Somebody pressed "try again", or something changed. What is wrong stands until it is known to be right. */
  async again() {
    await this.check();
    this.app.render();
  }

  /** Somebody chose to speak without a picture. Without a microphone too there is nothing to go on with. */
  async skip() {
    try {
      const stream = await heardOnly();
      if (this.#called && !this.#stream) this.#stream = stream;
      else release(stream);
    } catch (error) {
      this.trouble = error.why ?? "busy";
      this.app.notice("unheard");
    }
    this.app.render();
  }

  /** Show what the document camera sees, or a screen that somebody picks; or stop it. */
  async toggleDocument() {
    if (this.#document) return this.#stopDocument();
    try {
      const [camera = null] = this.#stream?.getVideoTracks() ?? [];
      const stream = await captureDocument(camera);
      if (!stream) return undefined;
      if (!this.#sent) return release(stream);
      this.#document = stream;
      const [track] = stream.getVideoTracks();
      track.addEventListener("ended", () => this.#stopDocument());
      this.#pressed(true);
      await this.app.peer.publish("screen", track);
    } catch (error) {
      this.app.notice(error.why ?? "busy");
    }
    return undefined;
  }

  async #stopDocument() {
    release(this.#document);
    this.#document = null;
    this.#pressed(false);
    await this.app.peer.publish("screen", null);
  }

  #pressed(on) {
    document.querySelector('[data-act="document"]').setAttribute("aria-pressed", String(on));
  }

  /** Capture; while the browser may be asking somebody, the screen says where to press. */
  async #asked() {
    this.asking = (await permission()) === "prompt";
    this.app.render();
    try {
      return await captureBest();
    } finally {
      this.asking = false;
    }
  }

  get #called() {
    return hasFloor(this.app.view, this.app.point);
  }

  async #open() {
    this.#opening = this.#asked();
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
    canShare().then((can) => (document.querySelector('[data-act="document"]').hidden = !can));
  }

  #stop() {
    this.#sent = false;
    if (this.#document) this.#stopDocument();
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
