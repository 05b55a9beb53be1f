/**
 * The WebSocket of one participant: hello, resume, commands that survive a lost line, for ever.
 *
 * Events (CustomEvent, `detail`): `state` {state, tries, next} with state `connecting`, `open`, `waiting` or `ended`;
 * `welcome`, `event`, `head`, `wall`, `media` (media.offer, media.refused, media.lost), `program`, `done`, `refused`, each
 * with the message; `ended` {code}. A command is sent again after a reconnection until it is answered: the hub does it once.
 */
import { waitAfter } from "./backoff.js";

const PING_MS = 4_000;
/** Three answers missing: the hub is not there, whatever the network says. */
const SILENCE_MS = 12_000;
const HELLO_MS = 10_000;
/** Codes after which coming back would only be refused again. */
const FINAL = new Set([4400, 4401, 4404, 4409]);
/** Commands kept while the line is gone. */
const PENDING_LIMIT = 200;

export class Channel extends EventTarget {
  #socket = null;
  #timers = new Map();
  #pending = new Map();
  #tries = 0;
  #heard = 0;
  #ended = false;
  #welcomed = false;
  #since = null;
  #offset = 0;

  /**
   * @param {{url: string, screen: string, head: () => number | null, media: () => string | null,
   *          socket?: (url: string) => WebSocket, random?: () => number, id?: () => string}} options
   */
  constructor({ url, screen, head, media, socket, random, id }) {
    super();
    this.url = url;
    this.screen = screen;
    this.head = head;
    this.media = media;
    this.makeSocket = socket ?? ((where) => new WebSocket(where));
    this.random = random ?? Math.random;
    this.newId = id ?? randomId;
    this.state = "connecting";
    /** When the next try is due (ms), or null. */
    this.next = null;
  }

  get open() {
    return this.#welcomed;
  }

  /** The hub's time now, in milliseconds, as far as the last welcome tells. */
  now() {
    return Date.now() + this.#offset;
  }

  /** How often the hub was tried since it was lost. */
  get tries() {
    return this.#tries;
  }

  /** Since when the line is gone (ms), or null while it stands. */
  get lostSince() {
    return this.#since;
  }

  connect() {
    if (this.#ended) return;
    this.#clear();
    this.#announce("connecting");
    const socket = this.makeSocket(this.url);
    this.#socket = socket;
    socket.onopen = () => this.#hello(socket);
    socket.onmessage = (message) => socket === this.#socket && this.#receive(JSON.parse(message.data));
    socket.onclose = (event) => socket === this.#socket && this.#lost(event.code);
    this.#after("silence", HELLO_MS, () => this.#drop());
  }

  /** Try at once: the network came back, or somebody pressed the button. */
  retry() {
    if (this.state === "waiting") this.connect();
  }

  close() {
    this.#ended = true;
    this.#clear();
    this.#socket?.close(1000);
    this.#socket = null;
  }

  /** @returns {string} the command's id; the answer comes as `done` or `refused` with it */
  command(name, data = {}) {
    const id = this.newId();
    const message = { type: "command", id, name, data };
    if (this.#pending.size < PENDING_LIMIT) this.#pending.set(id, message);
    if (this.#welcomed) this.send(message);
    return id;
  }

  /** Send now or not at all (reports, media). @returns {boolean} whether it left */
  send(message) {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #hello(socket) {
    const { screen } = this;
    socket.send(JSON.stringify({ type: "hello", version: 1, resume: this.head(), media: this.media(), screen }));
  }

  #receive(message) {
    this.#heard = Date.now();
    switch (message.type) {
      case "welcome":
        return this.#welcome(message);
      case "done":
      case "refused":
        this.#pending.delete(message.id);
        return this.#emit(message.type, message);
      case "media.offer":
      case "media.refused":
      case "media.lost":
        return this.#emit("media", message);
      case "media.program":
        return this.#emit("program", message);
      case "media.line":
        return this.#emit("line", message);
      case "error":
        return this.#emit("trouble", message);
      case "pong":
        return undefined;
      default:
        return this.#emit(message.type, message);
    }
  }

  #welcome(message) {
    this.#offset = Date.parse(message.now) - Date.now();
    this.#welcomed = true;
    this.#tries = 0;
    this.#since = null;
    this.#clear();
    this.#emit("welcome", message);
    this.#announce("open");
    for (const command of this.#pending.values()) this.send(command);
    this.#beat();
  }

  #beat() {
    this.#after("ping", PING_MS, () => {
      if (Date.now() - this.#heard > SILENCE_MS) return this.#drop();
      this.send({ type: "ping", at: Date.now() });
      return this.#beat();
    });
  }

  /** The other side says nothing: do not wait for the network to notice. */
  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    if (this.#welcomed) this.#since ??= this.#heard;
    socket?.close();
    this.#lost(1006);
  }

  #lost(code) {
    this.#welcomed = false;
    this.#socket = null;
    this.#clear();
    this.#since ??= Date.now();
    if (FINAL.has(code)) {
      this.#ended = true;
      this.#announce("ended");
      this.#emit("ended", { code });
      return;
    }
    this.#tries += 1;
    const wait = waitAfter(this.#tries, this.random());
    this.#after("retry", wait, () => this.connect());
    this.#announce("waiting", Date.now() + wait);
  }

  #announce(state, next = null) {
    this.state = state;
    this.next = next;
    this.#emit("state", { state, tries: this.#tries, next, since: this.#since });
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #after(name, ms, act) {
    clearTimeout(this.#timers.get(name));
    this.#timers.set(name, setTimeout(act, ms));
  }

  #clear() {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}

/** `crypto.randomUUID` exists on secure pages only; a room on plain HTTP needs ids too. */
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
