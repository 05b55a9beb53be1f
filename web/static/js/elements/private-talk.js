/**
 * A private talk between the office and a room: a media connection of its own, the other side's picture in a small
 * frame, the session's voices turned down meanwhile. The same on both sides.
 */
import { Peer } from "../media/peer.js";
import { slot, word, write } from "./dom.js";

/** The mids of the other side's picture and voice: the office is sent the room's, the room the office's. */
const OTHER = { console: ["second", "voice2"], room: ["main", "voice1"] };

export class PrivateTalk {
  #peer = null;
  #talk = null;

  /**
   * @param {{channel: any, side: "console" | "room", stream: () => Promise<MediaStream> | MediaStream | null,
   *          hush: (on: boolean) => void, close: () => void}} app
   */
  constructor(app) {
    this.app = app;
    this.root = document.getElementById("talk");
    this.root.querySelector('[data-act="talk-close"]').addEventListener("click", () => this.app.close());
    app.channel.addEventListener("welcome", () => this.#peer?.open());
  }

  get open() {
    return this.#talk !== null;
  }

  get peer() {
    return this.#peer;
  }

  /** @param {Record<string, any> | null} talk the one this screen is in @param {boolean} may whether the room has consented */
  follow(talk, may) {
    this.root.hidden = !talk;
    if (talk) {
      write(slot(this.root, "name"), this.app.side === "room" ? talk.staff_name : talk.name);
      write(slot(this.root, "state"), word(may ? "talk.on" : "talk.waiting"));
    }
    const key = talk && may ? talk.talk : null;
    if (key === this.#talk) return;
    this.#end();
    this.#talk = key;
    if (key) this.#begin(key);
  }

  async #begin(key) {
    this.app.hush(true);
    const peer = new Peer(this.app.channel, { publish: true, line: "talk" });
    this.#peer = peer;
    peer.addEventListener("track", ({ detail }) => this.#track(detail));
    peer.open();
    const stream = await this.app.stream();
    if (this.#talk !== key || !stream) return;
    for (const track of stream.getTracks()) peer.publish(track.kind === "video" ? "camera" : "microphone", track);
  }

  /** The room's devices were opened after the talk began, or changed. */
  give(stream) {
    for (const track of stream?.getTracks() ?? []) this.#peer?.publish(track.kind === "video" ? "camera" : "microphone", track);
  }

  #end() {
    if (!this.#peer) return;
    this.app.hush(false);
    this.#peer.close();
    this.#peer = null;
    for (const media of this.root.querySelectorAll("video, audio")) media.srcObject = null;
  }

  #track({ slot: name, track }) {
    if (!OTHER[this.app.side].includes(name)) return;
    const media = this.root.querySelector(track.kind);
    media.srcObject = new MediaStream([track]);
    media.play().catch(() => {}); // a picture that has not come yet
  }
}
