/**
 * The WebSocket of one participant: hello, resume, commands that survive a lost line, for ever.
 *
 * Events (CustomEvent, `detail`): `state` {state, tries, next} with state `connecting`, `open`, `waiting` or `ended`;
 * `welcome`, `event`, `head`, `wall`, `media` (media.offer, media.refused, media.lost), `program`, `done`, `refused`, each
 * with the message; `ended` {code}. A command is sent again after a reconnection until it is answered: the hub does it once.
 */
import { waitAfter } from "./backoff.js";
import { HubClock, steady } from "./hub-clock.js";

const PING_MS = 4_000;
/** Three answers missing: the hub is not there, whatever the network says. */
const SILENCE_MS = 12_000;
const HELLO_MS = 10_000;
/** After a sleep: an answer takes no longer where there is still a connection. */
const AWAKE_MS = 3_000;
/** Codes after which coming back would only be refused again. */
const SIGNED_OUT = 4401;
const FINAL = new Set([4400, SIGNED_OUT, 4404, 4409]);
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
  /** Why it ended, and whether it is being tried once more since. */
  #code = 0;
  #reviving = false;
  /** Who the hub says this is: what waits is never sent in another's name. */
  #who = null;

  /**
   * @param {{url: string, screen: string, head: () => number | null, media: () => string | null,
   *          socket?: (url: string) => WebSocket, random?: () => number, id?: () => string, clock?: HubClock}} options
   */
  constructor({ url, screen, head, media, socket, random, id, clock }) {
    super();
    this.url = url;
    this.screen = screen;
    this.head = head;
    this.media = media;
    this.makeSocket = socket ?? ((where) => new WebSocket(where));
    this.random = random ?? Math.random;
    this.newId = id ?? randomId;
    this.clock = clock ?? new HubClock();
    this.state = "connecting";
    /** When the next try is due (ms of `steady`), or null. */
    this.next = null;
  }

  get open() {
    return this.#welcomed;
  }

  /** How many commands wait for their answer. */
  get waiting() {
    return this.#pending.size;
  }

  /** The hub's time now, in milliseconds, as far as the last welcome tells. */
  now() {
    return this.clock.now();
  }

  /** How often the hub was tried since it was lost. */
  get tries() {
    return this.#tries;
  }

  /** Since when the line is gone (ms of `steady`), or null while it stands. */
  get lostSince() {
    return this.#since;
  }

  connect() {
    if (this.#ended) return;
    this.#clear();
    if (!this.#reviving) this.#announce("connecting");
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

  /** Whoever was signed out may have signed in again, in another tab: one try, and what waits is sent. */
  revive() {
    if (!this.#ended || this.#code !== SIGNED_OUT) return;
    this.#ended = false;
    this.#reviving = true;
    this.connect();
  }

  /** The page stood still for a while: what was heard before says nothing. Ask, and do not wait long for an answer. */
  wake() {
    if (this.state === "waiting") return this.connect();
    if (!this.#welcomed) return undefined;
    const asked = steady();
    this.send({ type: "ping", at: asked });
    return this.#after("ping", AWAKE_MS, () => (this.#heard < asked ? this.#drop() : this.#beat()));
  }

  close() {
    this.#ended = true;
    this.#code = 0;
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
    this.#heard = steady();
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
    if (this.#who !== null && message.you?.key !== this.#who) return this.#drop(SIGNED_OUT);
    this.#who = message.you?.key ?? null;
    this.#reviving = false;
    this.clock.set(message.now);
    this.#welcomed = true;
    this.#tries = 0;
    this.#since = null;
    this.#clear();
    this.#emit("welcome", message);
    this.#announce("open");
    for (const command of this.#pending.values()) this.send(command);
    return this.#beat();
  }

  #beat() {
    this.#after("ping", PING_MS, () => {
      if (steady() - this.#heard > SILENCE_MS) return this.#drop();
      this.send({ type: "ping", at: steady() });
      return this.#beat();
    });
  }

  /** The other side says nothing: do not wait for the network to notice. */
  #drop(code = 1006) {
    const socket = this.#socket;
    this.#socket = null;
    if (this.#welcomed) this.#since ??= this.#heard;
    socket?.close();
    this.#lost(code);
  }

  #lost(code) {
    this.#welcomed = false;
    this.#socket = null;
    this.#clear();
    this.#since ??= steady();
    if (FINAL.has(code) || this.#reviving) {
      this.#ended = true;
      this.#code = FINAL.has(code) ? code : SIGNED_OUT;
      this.#reviving = false;
      this.#announce("ended");
      this.#emit("ended", { code: this.#code });
      return;
    }
    this.#tries += 1;
    const wait = waitAfter(this.#tries, this.random());
    this.#after("retry", wait, () => this.connect());
    this.#announce("waiting", steady() + wait);
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
