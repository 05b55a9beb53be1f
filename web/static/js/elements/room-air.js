/**
 * The room's camera and microphone: opened when it is called (or its picture is pinned, or it is in a private talk), sent
 * when the countdown ends, closed after.
 */
import { canShare, captureBest, captureDocument, heardOnly, obtainable, onPermission, permission, plugged, release } from "../media/devices.js";
import { countdown, hasFloor } from "../session/room-state.js";
import { consented, talkOf } from "../session/speaking.js";
import { word } from "./dom.js";

/** While something is wrong it is looked again after so long, more or less: a program that lets a camera go tells nobody. */
const AGAIN_MS = 25_000;

export class RoomAir {
  #stream = null;
  #opening = null;
  /** What the session is sent of it: `air` both, `pin` the picture alone, null nothing. */
  #sent = null;
  #document = null;
  /** With the trouble the room can still be heard, or seen. */
  #partial = false;
  /** It was looked again since the room was called. */
  #lookedAgain = false;
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

  get sent() {
    return this.#sent;
  }

  get onAir() {
    return this.#sent === "air";
  }

  /** Whether the trouble leaves nothing to speak with. */
  get blocked() {
    return this.trouble !== null && !this.#partial;
  }

  get voiceOnly() {
    return this.onAir && !this.#stream?.getVideoTracks().length;
  }

  /** What is wrong, and what to do. */
  words() {
    const why = this.asking ? "asking" : (this.trouble ?? "busy");
    return { what: word(`room.trouble.${why}`), fix: word(`room.trouble.${why}.fix`) };
  }

  /** Look now, again whenever a device or the browser's leave changes, and now and then while something is wrong. */
  watch() {
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.#replugged());
    onPermission(() => this.look());
    this.#later();
    return this.look();
  }

  #later() {
    setTimeout(() => this.#retry().finally(() => this.#later()), AGAIN_MS * (0.8 + Math.random() * 0.4));
  }

  /** Whether what is lacking can be had by now. Asks nobody, and disturbs nothing that works. */
  async #retry() {
    if (!this.trouble || this.checking || this.#opening || this.#stream || this.app.over) return;
    if ((await permission()) !== "granted") return;
    const has = await plugged();
    const lacking = this.#lacking(has);
    if (has[lacking] && (await obtainable(lacking))) await this.look();
  }

  /** What keeps the room from more than it has. Without a voice it opens a picture only where no microphone is. */
  #lacking(has) {
    if (this.blocked) return has.microphone ? "microphone" : "camera";
    return this.found.microphone ? "camera" : "microphone";
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
      if (this.#called && !this.#stream && !this.#opening) this.#stream = stream;
      this.#became(missing, true);
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
    const use = this.#use(view);
    this.#meet(use);
    if (!use && (this.#stream || this.#sent)) return this.#stop();
    if (!this.#stream) return undefined;
    const counting = use === "air" && countdown(view, { point: this.app.point, now }) > 0;
    const send = use === "talk" || counting ? null : use;
    if (send !== this.#sent) this.#send(send);
    return undefined;
  }

  /** Devices are wanted: opened, or looked for once more. */
  #meet(use) {
    if (!use) this.#lookedAgain = false;
    if (!use || this.#stream || this.#opening) return;
    if (!this.blocked) this.#open();
    else if (!this.#lookedAgain && !this.checking) {
      this.#lookedAgain = true;
      this.look();
    }
  }

  /** What the room's devices are for now: the air before a pinned picture before a private talk. */
  #use(view) {
    const { point } = this.app;
    const live = view.session.state === "live";
    if (live && hasFloor(view, point)) return "air";
    if (!consented(view, point)) return null;
    if (live && view.pinned?.point === point && !view.floor) return "pin";
    return talkOf(view, { point }) ? "talk" : null;
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
      this.#became(error.why ?? "busy");
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
      if (!this.onAir) return release(stream);
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
    return this.#use(this.app.view) !== null;
  }

  async #open() {
    this.#opening = this.#asked();
    try {
      const { stream, missing } = await this.#opening;
      this.#stream = stream;
      this.found = { camera: stream.getVideoTracks().length > 0, microphone: stream.getAudioTracks().length > 0 };
      if (missing) this.app.notice(missing);
      this.app.talk?.give(stream);
      this.#became(missing, true);
    } catch (error) {
      this.#became(error.why ?? "busy");
    } finally {
      this.#opening = null;
      this.app.render();
    }
  }

  #send(use) {
    if (this.onAir && this.#document) this.#stopDocument();
    this.#sent = use;
    const [camera = null] = this.#stream.getVideoTracks();
    const [microphone = null] = this.#stream.getAudioTracks();
    this.self.querySelector("video").srcObject = this.#stream;
    this.self.hidden = !camera || !use;
    this.app.peer.publish("camera", use ? camera : null);
    this.app.peer.publish("microphone", use === "air" ? microphone : null);
    canShare().then((can) => (document.querySelector('[data-act="document"]').hidden = !can));
  }

  #stop() {
    this.#sent = null;
    if (this.#document) this.#stopDocument();
    release(this.#stream);
    this.#stream = null;
    this.self.hidden = true;
    this.self.querySelector("video").srcObject = null;
    this.app.peer.publish("camera", null);
    this.app.peer.publish("microphone", null);
  }

  #became(trouble, partial = false) {
    this.trouble = trouble;
    this.#partial = partial;
    this.app.render();
  }
}
