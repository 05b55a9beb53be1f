/** The room's screen as a whole: it joins what the hub names, shows the state it is in, and keeps coming back. */
import { Peer } from "../media/peer.js";
import { Reporter } from "../media/report.js";
import { Awake } from "../net/awake.js";
import { HubClock, steady } from "../net/hub-clock.js";
import { Naps } from "../net/naps.js";
import { Participant } from "../session/participant.js";
import { emptyView } from "../session/reducer.js";
import { hasFloor, roomState } from "../session/room-state.js";
import { asksOften, belongsElsewhere } from "../session/refresh.js";
import { consented, talkOf } from "../session/speaking.js";
import { Banners } from "./banners.js";
import { fill, slot, word, write } from "./dom.js";
import { Letters } from "./letters.js";
import { NextSession } from "./next-session.js";
import { Remote } from "./remote.js";
import { PrivateTalk } from "./private-talk.js";
import { RoomAir } from "./room-air.js";
import { RoomCover } from "./room-cover.js";
import { RoomConsent } from "./room-consent.js";
import { RoomFloor } from "./room-floor.js";
import { RoomFoot } from "./room-foot.js";
import { RoomGate } from "./room-gate.js";
import { RoomHealth } from "./room-health.js";
import { RoomLine } from "./room-line.js";
import { RoomLobby } from "./room-lobby.js";
import { RoomMemory } from "./room-memory.js";
import { RoomPanel } from "./room-panel.js";
import { RoomPicture } from "./room-picture.js";
import { RoomRoll } from "./room-roll.js";
import { RoomPlugs } from "./room-plugs.js";
import { RoomRefresh } from "./room-refresh.js";
import { RoomTold } from "./room-told.js";
import { RoomTime } from "./room-time.js";
import { RoomVoice } from "./room-voice.js";
import { Screens } from "./screens.js";
import { hourMinute } from "./time.js";

const TICK_MS = 250;
const SAY_MS = 8_000;
/** How loud the session is in a room while somebody talks with it privately, 0–1. */
const QUIET = 0.15;
/** How often the hub is asked where this room belongs: while it waits, in a pause too, and in the midst of a session. */
const ASK_WAITING_MS = 12_000;
const ASK_LIVE_MS = 240_000;
/** Another screen has to be gone for so many answers before this one takes the room back. */
const ALONE_ANSWERS = 2;
const ON = new Set(["live", "paused"]);
const BACK = new Set(["GoBack", "BrowserBack", "XF86Back"]);

export class Room {
  #ended = null;
  #alone = 0;
  #moves = true;
  #naps = new Naps();
  #awake = new Awake(navigator.wakeLock);
  #troubleSeen = false;

  constructor(root) {
    const { point, unit, unitName, codes, session, starts, title, now, version } = root.dataset;
    Object.assign(this, { root, point, unit, unitName, version, startsAt: starts });
    this.clock = new HubClock();
    this.clock.set(now);
    this.codes = new Set(codes.split(" "));
    this.next = session ? { id: session, starts_at: starts, title } : null;
    this.stage = document.getElementById("stage");
    this.banners = new Banners();
    this.cover = new RoomCover(this);
    this.foot = new RoomFoot(this);
    this.panel = new RoomPanel(this);
    this.lobby = new RoomLobby(this);
    this.told = new RoomTold(this);
    this.roll = new RoomRoll(this);
    this.picture = new RoomPicture(this);
    this.line = new RoomLine(this);
    this.memory = new RoomMemory(this);
    this.air = new RoomAir(this);
    this.floor = new RoomFloor(this);
    this.consent = new RoomConsent(this);
    this.gate = new RoomGate(this);
    this.health = new RoomHealth(this);
    this.plugs = new RoomPlugs(this);
    this.voice = new RoomVoice(this);
    this.refresh = new RoomRefresh(this);
    this.time = new RoomTime(this);
    this.asker = new NextSession({
      found: (answer) => this.#found(answer),
      lost: () => this.#finish(4401),
      every: () => (this.#mayMove ? ASK_WAITING_MS : ASK_LIVE_MS),
    });
  }

  get view() {
    return this.store?.shown ?? emptyView();
  }

  /** The hub's time, in ms. */
  get now() {
    return this.clock.now();
  }

  /** Somebody chose to hear only. */
  get listening() {
    return this.voice.on;
  }

  /** Whether this screen is done: another one has taken its place, or it may not be here. */
  get over() {
    return this.#ended !== null;
  }

  get #mayMove() {
    return this.over || asksOften(this.view, { startsAt: this.startsAt, now: this.now });
  }

  /** Whether a unit is this room's own, or below it. */
  ours(code) {
    return this.codes.has(code);
  }

  begin() {
    this.root.addEventListener("click", (event) => this.#press(event.target.closest("button")?.dataset.act));
    document.addEventListener("keydown", (event) => this.#key(event));
    addEventListener("online", () => this.channel?.retry());
    setInterval(() => this.#tick(), TICK_MS);
    for (const keys of document.querySelectorAll("[data-letters]")) this.letters = new Letters(keys);
    this.remote = new Remote({ field: (input) => this.foot.field(input) });
    if (this.next) this.#join(this.next.id);
    this.asker.start();
    this.refresh.start();
    this.air.watch();
    this.render();
  }

  /** Run a command; a refusal is said over the picture. */
  async run(name, data) {
    const outcome = await this.me.run(name, data);
    if (!outcome.ok) this.say(outcome.text);
    return outcome;
  }

  say(text) {
    this.banners.hide("word");
    const banner = this.banners.show("word");
    fill(banner, { text });
    setTimeout(() => banner.remove(), SAY_MS);
  }

  /** Something about the devices that does not stop the room. */
  notice(why) {
    this.say(word(`room.trouble.${why}`));
  }

  #join(session) {
    this.joined = session;
    this.me = new Participant({ session, screen: "room", media: () => this.peer.id, clock: this.clock });
    ({ store: this.store, channel: this.channel } = this.me);
    this.peer = new Peer(this.channel, { publish: true });
    this.screens = new Screens(document.getElementById("screens"), this.peer, this.channel, {
      seen: (name, on) => this.picture.seen(name, on),
      refused: () => this.#refused(),
      line: () => this.picture.judge(),
    });
    this.talk = new PrivateTalk({
      channel: this.channel,
      side: "room",
      stream: () => this.air.stream,
      hush: (on) => this.screens.hush(on && QUIET),
      close: () => this.run("talk.close"),
    });
    this.screens.listenOnly(this.listening);
    this.screens.sound(true);
    this.reporter = new Reporter(this.peer, this.channel, (report) => this.picture.reported(report), () => this.health.now());
    this.reporter.start();
    this.memory.recall(session);
    this.channel.addEventListener("welcome", ({ detail }) => this.#welcome(detail));
    this.channel.addEventListener("ended", ({ detail }) => this.#finish(detail.code));
    this.channel.addEventListener("state", ({ detail }) => detail.state === "waiting" && this.memory.away());
    this.peer.addEventListener("state", ({ detail }) => this.picture.connection(detail.state));
    this.store.subscribe(() => this.render());
    this.channel.connect();
  }

  #welcome(message) {
    this.peer.resume(message.media === "kept");
    this.memory.back(message.head);
    this.panel.back();
  }

  #tick() {
    if (this.#naps.look(Date.now(), steady())) this.#woke();
    this.#awake.keep(ON.has(this.view.session.state) && !this.over, steady());
    this.render();
  }

  /** The computer slept, the page stood still, or somebody set the clock: what was true may not be any more. */
  #woke() {
    this.channel?.wake();
    this.asker.ask();
    this.air.look();
  }

  #finish(code) {
    if (this.#ended === 4401) return;
    this.#ended = code;
    this.reporter?.stop();
    this.peer?.close(); // another screen speaks and listens for this room now, or none does
    this.gate.close();
    this.foot.root.inert = true;
    this.asker.soon();
    this.render();
  }

  /** The hub answered. A session that this screen is not in is gone to by loading the page for it. */
  #found({ now, page, taken, session }) {
    this.clock.set(now);
    this.refresh.stale = page !== this.version;
    this.next = session;
    this.#alone = taken ? 0 : this.#alone + 1;
    const facts = { joined: this.joined, startsAt: this.startsAt, now: this.now, point: this.point, speaking: this.air.onAir };
    const elsewhere = belongsElsewhere(this.view, session, facts);
    const back = this.#ended === 4409 ? this.#alone >= ALONE_ANSWERS : this.#ended !== null;
    if (this.over ? back : elsewhere) location.reload();
  }

  render() {
    const { view } = this;
    const { now } = this;
    this.air.follow(this.over ? emptyView() : view, now);
    const state = roomState(this.#facts(view, now));
    this.plugs.follow();
    this.memory.render();
    this.time.render();
    this.cover.render(state, view, now);
    this.foot.render(view);
    this.panel.render(view);
    this.lobby.render(view);
    this.told.render(view);
    this.roll.render(view, now);
    this.#top(view, now);
    this.#troubleBanner(state);
    this.line.render(state);
    if (this.#moves !== (this.#moves = this.#mayMove)) this.asker.soon();
  }

  #facts(view, now) {
    return {
      view,
      now,
      point: this.point,
      started: this.store?.started ?? false,
      ended: this.#ended,
      lostMs: this.line.lostMs,
      media: this.peer?.state ?? "none",
      voice: this.listening,
      trouble: (this.air.blocked || this.air.asking) && !this.air.stream,
      ...this.picture.facts(),
    };
  }

  #top(view, now) {
    const live = document.getElementById("live");
    write(document.getElementById("clock"), hourMinute(now));
    const lost = this.cover.shown === "lost";
    if (lost) this.picture.judge(true);
    live.hidden = lost || view.session.state !== "live";
    live.className = `live-mark ${view.session.state}`;
    this.floor.render(view, now);
    this.consent.render(view, now);
    this.talk?.follow(this.over ? null : talkOf(view, { point: this.point }), consented(view, this.point));
  }

  #troubleBanner(state) {
    const wrong = (this.air.trouble || this.air.asking) && !this.air.stream; // with what is open nothing is tried again
    if (wrong && state !== "trouble" && !this.#troubleSeen && !this.over) fill(this.banners.show("trouble"), this.air.words());
    else this.banners.hide("trouble");
  }

  #refused() {
    if (!this.air.checking || this.air.asking) this.gate.ask();
  }

  #press(act) {
    const acts = {
      retry: () => this.channel.retry(),
      reload: () => location.reload(),
      voice: () => this.voice.toggle(),
      check: () => this.air.again(),
      "end-floor": () => this.run("floor.end"),
      document: () => this.air.toggleDocument(),
      "trouble-again": () => this.air.again(),
      "trouble-skip": () => this.#skipTrouble(),
      "missed-close": () => this.memory.close(),
    };
    acts[act]?.();
  }

  #skipTrouble() {
    this.#troubleSeen = true;
    if (hasFloor(this.view, this.point)) this.air.skip();
    this.render();
  }

  /** What a keyboard in the room has beside arrows and Enter; BACK is what remote controls send. */
  #key(event) {
    if (this.gate.key(event)) return;
    if (BACK.has(event.key)) event.preventDefault(); // or the browser leaves the page
    if (event.target.closest("input, dialog[open]") || event.ctrlKey || event.altKey || event.metaKey) {
      if (BACK.has(event.key)) event.target.closest("dialog")?.close("");
      return;
    }
    const key = event.key.toLowerCase();
    if (key === "t") event.preventDefault(); // or the letter lands in the field that opens
    if (key === "h") this.foot.press("hand");
    else if (key === "t") document.querySelector('[data-act="take-up"]:not([hidden]):not(:disabled)')?.click();
    else if (key === "p") this.panel.toggle();
    else if (key === "v") this.voice.toggle();
    else if (key === "escape" || BACK.has(event.key)) this.#back();
  }

  #back() {
    if (!this.memory.root.hidden) this.memory.close();
    else if (this.panel.open) this.panel.toggle(false);
  }
}
