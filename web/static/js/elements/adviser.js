/** An adviser's own strip: their hand, their call, and what goes out from their desk while they have the floor. */
import { capture, captureBest, captureDocument, release } from "../media/devices.js";
import { adviserState } from "../session/desk-state.js";
import { setState, slot, word, write } from "./dom.js";

const TICK_MS = 250;
const AGAIN_MS = 3_000;
const TONES = { air: "act", called: "act", hand: "attention", listening: "fine" };
const KINDS = { camera: "video", microphone: "audio" };

export class Adviser {
  #stream = null;
  #opening = false;
  #sent = false;
  #document = null;
  #off = new Set();
  #trouble = "";
  /** What was pulled out of the stream while it was open: `camera`, `microphone`. */
  #lost = new Set();
  #finding = false;
  #timer = null;
  #state = "";

  constructor(app) {
    this.app = app;
    this.root = document.getElementById("me");
    this.self = document.getElementById("self");
    this.root.addEventListener("click", (event) => this.press(event.target.closest("button")?.dataset.act));
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.#speaking && this.#again());
    setInterval(() => this.render(app.store.shown), TICK_MS);
  }

  render(view) {
    const { you, started } = this.app.store;
    if (!started) return;
    const { state, seconds } = adviserState(view, you.point, this.app.channel.now());
    this.#follow(state);
    this.root.classList.toggle("called", state === "called");
    this.root.classList.toggle("on-air", state === "air");
    const said = state === "air" && !this.#stream ? "mute" : state;
    setState(slot(this.root, "state"), TONES[state], word(`desk.state.${said}`));
    write(slot(this.root, "hint"), this.#trouble ? word(`toast.camera.${this.#trouble}`) : word(`desk.hint.${state}`));
    const count = slot(this.root, "count");
    count.hidden = state !== "called";
    write(count, seconds || "");
    this.#buttons(view, state);
  }

  press(act) {
    const acts = {
      hand: () => this.app.run(this.#up ? "hand.lower" : "hand.raise"),
      return: () => this.#speaking && this.app.run("floor.end"),
      ready: () => this.#ready(),
      camera: () => this.#toggle("camera"),
      microphone: () => this.#toggle("microphone"),
      document: () => this.#share(),
    };
    return acts[act]?.();
  }

  get #up() {
    return this.app.store.shown.hands.some((hand) => hand.point === this.app.store.you.point);
  }

  get #speaking() {
    return this.app.store.shown.floor?.point === this.app.store.you.point;
  }

  #buttons(view, state) {
    const speaking = state === "air" || state === "called";
    const over = !["live", "paused"].includes(view.session.state);
    for (const act of ["return", "microphone", "camera", "document"]) this.#button(act).hidden = !speaking;
    // With the floor and without a device somebody has to be able to try again, not only before the call.
    const ready = this.#button("ready");
    ready.hidden = speaking && (this.#opening || (Boolean(this.#stream) && !this.#trouble));
    write(slot(ready, "ready"), word(speaking ? "room.trouble.again" : "desk.ready"));
    const hand = this.#button("hand");
    hand.hidden = speaking;
    hand.disabled = over;
    hand.setAttribute("aria-pressed", String(this.#up));
    write(slot(hand, "hand"), word(this.#up ? "room.hand.up" : "room.hand"));
    for (const kind of Object.keys(KINDS)) this.#button(kind).setAttribute("aria-pressed", String(!this.#off.has(kind)));
  }

  /** Devices open with the call and are sent when the countdown is over; nothing leaves the desk before or after. */
  #follow(state) {
    if (state === "called" && this.#state !== "called") this.#trouble = ""; // what was missing may be plugged in by now
    this.#state = state;
    if (state === "called" || state === "air") {
      if (!this.#stream && !this.#opening && !this.#trouble) this.#open();
      if (state === "air" && this.#stream && !this.#sent) this.#send();
    } else if (this.#stream && !this.#opening) this.#stop();
  }

  async #open() {
    this.#opening = true;
    try {
      const { stream } = await captureBest();
      if (this.#speaking) this.#take(stream);
      else release(stream);
    } catch (error) {
      this.#trouble = troubleOf(error);
    } finally {
      this.#opening = false;
    }
  }

  /** Before any call: see oneself for a moment, and have the browser's question answered. */
  async #ready() {
    if (this.#speaking) return this.#again();
    if (this.#opening || this.#stream) return;
    this.#opening = true;
    this.#trouble = "";
    try {
      const { stream, missing } = await captureBest();
      this.#take(stream);
      this.app.toasts.show(word(missing ? "desk.ready.part" : "desk.ready.ok"), missing ? "attention" : "fine");
      await new Promise((resolve) => setTimeout(resolve, 4_000));
    } catch (error) {
      this.#trouble = troubleOf(error);
    } finally {
      this.#opening = false;
      this.render(this.app.store.shown);
    }
    return undefined;
  }

  /** With the floor: what is missing is looked for now. */
  #again() {
    if (this.#lost.size > 0) return this.#find();
    if (this.#stream || this.#opening) return undefined;
    this.#trouble = "";
    return this.#open();
  }

  #take(stream) {
    for (const track of stream.getTracks()) this.#watch(stream, track);
    this.#show(stream);
  }

  /** Tracks that the desk stops itself end without an event: this one was pulled out, or its driver died. */
  #watch(stream, track) {
    track.addEventListener("ended", () => this.#ended(stream, track));
    if (track.readyState === "ended") this.#ended(stream, track);
  }

  #ended(stream, track) {
    if (stream !== this.#stream || !stream.getTracks().includes(track)) return;
    const kind = track.kind === KINDS.camera ? "camera" : "microphone";
    stream.removeTrack(track);
    this.#lost.add(kind);
    this.#trouble = "missing";
    if (this.#sent) this.#publish(kind);
    this.#show(stream);
    this.#find();
  }

  /** The same device, or another: looked for until it is there, or nobody needs it any more. */
  async #find() {
    clearTimeout(this.#timer);
    if (this.#finding) return;
    this.#finding = true;
    const stream = this.#stream;
    for (const kind of [...this.#lost]) await this.#replace(stream, kind);
    this.#finding = false;
    if (this.#lost.size > 0) this.#timer = setTimeout(() => this.#find(), AGAIN_MS);
    else if (stream && stream === this.#stream) this.#trouble = "";
    this.render(this.app.store.shown);
  }

  async #replace(stream, kind) {
    const found = await capture({ camera: kind === "camera", microphone: kind === "microphone" }).catch(() => null);
    const [track] = found?.getTracks() ?? [];
    if (!track) return;
    if (stream !== this.#stream || !this.#lost.delete(kind)) return track.stop();
    stream.addTrack(track);
    this.#watch(stream, track);
    this.#show(stream);
    if (this.#sent) this.#publish(kind);
    return undefined;
  }

  #show(stream) {
    this.#stream = stream;
    this.self.querySelector("video").srcObject = stream;
    this.self.classList.toggle("has-picture", Boolean(stream?.getVideoTracks().length));
    this.self.classList.toggle("on-air", Boolean(stream) && this.#speaking);
  }

  #send() {
    this.#sent = true;
    for (const kind of Object.keys(KINDS)) this.#publish(kind);
  }

  #publish(kind) {
    const [track = null] = (KINDS[kind] === "video" ? this.#stream?.getVideoTracks() : this.#stream?.getAudioTracks()) ?? [];
    return this.app.peer.publish(kind, this.#off.has(kind) ? null : track);
  }

  #toggle(kind) {
    if (!this.#speaking) return;
    if (!this.#off.delete(kind)) this.#off.add(kind);
    if (this.#sent) this.#publish(kind);
    this.render(this.app.store.shown);
  }

  async #share() {
    if (this.#document) return this.#unshare();
    if (!this.#sent) return undefined;
    try {
      const stream = await captureDocument(null, false);
      if (!stream) return undefined;
      if (!this.#sent) return release(stream);
      this.#document = stream;
      const [track] = stream.getVideoTracks();
      track.addEventListener("ended", () => this.#unshare());
      this.#button("document").setAttribute("aria-pressed", "true");
      await this.app.peer.publish("screen", track);
    } catch (error) {
      this.app.toasts.show(word(`toast.camera.${troubleOf(error)}`));
    }
    return undefined;
  }

  async #unshare() {
    release(this.#document);
    this.#document = null;
    this.#button("document").setAttribute("aria-pressed", "false");
    await this.app.peer.publish("screen", null);
  }

  #stop() {
    if (this.#document) this.#unshare();
    if (this.#sent) for (const kind of Object.keys(KINDS)) this.app.peer.publish(kind, null);
    this.#sent = false;
    this.#off.clear();
    this.#lost.clear();
    clearTimeout(this.#timer);
    release(this.#stream);
    this.#show(null);
  }

  #button(act) {
    return this.root.querySelector(`[data-act="${act}"]`);
  }
}

/** In the words that the page carries: neither camera nor microphone is "missing", too. */
function troubleOf(error) {
  return error.why === "none" ? "missing" : (error.why ?? "busy");
}
