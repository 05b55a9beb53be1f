/**
 * The one media connection of a screen: the hub offers, the browser answers, and nothing is negotiated again.
 * Slots are known by mid (signaling/PROTOCOL.md): 0 main, 1 second, 2 document, 3–5 voices in; 6 camera, 7 microphone,
 * 8 screen out.
 *
 * Events: `track` {slot, track}; `state` {state} (`none`, `connecting`, `connected`, `lost`). The owner asks again
 * with `open()` after `lost`; waits grow and are jittered.
 */
import { waitAfter } from "../net/backoff.js";
import { shape } from "./layers.js";

const SLOTS = { 0: "main", 1: "second", 2: "document", 3: "voice1", 4: "voice2", 5: "voice3" };
const OUT = { 6: "camera", 7: "microphone", 8: "screen" };
const CONNECT_MS = 8_000;
/** `disconnected` heals by itself when the line does; after this it is given up. */
const HEAL_MS = 4_000;

export class Peer extends EventTarget {
  #channel;
  #publish;
  #line;
  #hear;
  #connection = null;
  #senders = {};
  #wanted = { camera: null, microphone: null, screen: null };
  #timer = null;
  #tries = 0;
  id = null;
  state = "none";

  /** @param {import("../net/channel.js").Channel} channel @param {{publish: boolean, line?: "stage" | "talk"}} options */
  constructor(channel, { publish, line = "stage" }) {
    super();
    this.#channel = channel;
    this.#publish = publish;
    this.#line = line;
    this.#hear = (event) => this.#receive(event.detail);
    channel.addEventListener("media", this.#hear);
  }

  get connection() {
    return this.#connection;
  }

  /** Ask the hub for a media connection. */
  open() {
    this.#drop();
    this.#become("connecting");
    this.#channel.send({ type: "media.open", publish: this.#publish, line: this.#line });
    this.#after(CONNECT_MS, () => this.#retry());
  }

  /** After a welcome: keep what the hub kept, else begin anew. */
  resume(kept) {
    const alive = this.#connection && ["connected", "connecting"].includes(this.#connection.connectionState);
    if (!kept || !alive) this.open();
  }

  close() {
    this.#channel.send({ type: "media.close", line: this.#line });
    this.#drop();
    this.#become("none");
    if (this.#line === "talk") this.#channel.removeEventListener("media", this.#hear); // a talk has one of its own each
  }

  /** Put a track on the air, or take it off with null. Takes effect at once, and again after a reconnection. */
  async publish(kind, track) {
    if (track && kind === "screen") track.contentHint = "detail";
    this.#wanted[kind] = track;
    await this.#give(kind, this.#senders[kind]);
  }

  /** Whether a track is on the air. @param {"camera" | "microphone" | "screen"} kind */
  sends(kind) {
    return this.#wanted[kind] !== null;
  }

  async #give(kind, sender) {
    const track = this.#wanted[kind];
    await sender?.replaceTrack(track);
    if (sender) await shape(sender, kind, track);
  }

  async #receive(message) {
    if ((message.line ?? this.#line) !== this.#line) return undefined;
    if (message.type === "media.offer") return this.#answer(message);
    if (message.type === "media.lost" && message.peer !== this.id) return undefined;
    return this.#retry(message.type === "media.lost" ? 0 : undefined);
  }

  async #answer({ peer, sdp, ice = [] }) {
    this.#drop();
    const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: ice });
    this.#connection = connection;
    this.id = peer;
    connection.ontrack = ({ track, transceiver }) => this.#track(transceiver, track);
    connection.onconnectionstatechange = () => this.#changed(connection);
    try {
      await connection.setRemoteDescription({ type: "offer", sdp });
      await this.#takeSenders(connection);
      const answer = await connection.createAnswer();
      await connection.setLocalDescription(answer);
      if (connection !== this.#connection) return;
      this.#channel.send({ type: "media.answer", peer, sdp: connection.localDescription.sdp });
      this.#after(CONNECT_MS, () => this.#retry());
    } catch (error) {
      console.error("media answer", error);
      if (connection === this.#connection) this.#retry();
    }
  }

  async #takeSenders(connection) {
    this.#senders = {};
    for (const transceiver of connection.getTransceivers()) {
      const kind = OUT[transceiver.mid];
      if (!kind) continue;
      transceiver.direction = "sendonly";
      this.#senders[kind] = transceiver.sender;
      await this.#give(kind, transceiver.sender);
    }
  }

  #track(transceiver, track) {
    const slot = SLOTS[transceiver.mid];
    if (slot) this.#emit("track", { slot, track, receiver: transceiver.receiver });
  }

  #changed(connection) {
    if (connection !== this.#connection) return;
    const state = connection.connectionState;
    if (state === "connected") {
      this.#tries = 0;
      this.#clear();
      this.#become("connected");
    } else if (state === "disconnected") {
      this.#after(HEAL_MS, () => this.#retry(0));
    } else if (state === "failed") {
      this.#retry(0);
    }
  }

  #retry(wait) {
    this.#drop();
    this.#become("lost");
    this.#tries += 1;
    this.#after(wait ?? waitAfter(this.#tries, Math.random()), () => this.#channel.open && this.open());
  }

  #drop() {
    this.#clear();
    const connection = this.#connection;
    this.#connection = null;
    this.#senders = {};
    this.id = null;
    if (connection) {
      connection.ontrack = connection.onconnectionstatechange = null;
      connection.close();
    }
  }

  #become(state) {
    this.state = state;
    this.#emit("state", { state });
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #after(ms, act) {
    this.#clear();
    this.#timer = setTimeout(act, ms);
  }

  #clear() {
    clearTimeout(this.#timer);
  }
}
