/** The room's screen as a whole: it joins what the hub names, shows the state it is in, and keeps coming back. */
import { Peer } from "../media/peer.js";
import { Reporter } from "../media/report.js";
import { Participant } from "../session/participant.js";
import { emptyView } from "../session/reducer.js";
import { hasFloor, roomState } from "../session/room-state.js";
import { Banners } from "./banners.js";
import { fill, slot, word, write } from "./dom.js";
import { NextSession } from "./next-session.js";
import { RoomAir } from "./room-air.js";
import { RoomCover } from "./room-cover.js";
import { RoomFoot } from "./room-foot.js";
import { RoomGate } from "./room-gate.js";
import { RoomLine } from "./room-line.js";
import { RoomMemory } from "./room-memory.js";
import { RoomPanel } from "./room-panel.js";
import { RoomPicture } from "./room-picture.js";
import { Screens } from "./screens.js";
import { hourMinute } from "./time.js";

const TICK_MS = 250;
const SAY_MS = 8_000;

export class Room {
  /** Somebody chose to hear only. */
  listening = false;
  #ended = null;
  #troubleSeen = false;

  constructor(root) {
    const { point, unit, unitName, codes, session, starts, title } = root.dataset;
    Object.assign(this, { root, point, unit, unitName });
    this.codes = new Set(codes.split(" "));
    this.next = session ? { id: session, starts_at: starts, title } : null;
    this.stage = document.getElementById("stage");
    this.banners = new Banners();
    this.cover = new RoomCover(this);
    this.foot = new RoomFoot(this);
    this.panel = new RoomPanel(this);
    this.picture = new RoomPicture(this);
    this.line = new RoomLine(this);
    this.memory = new RoomMemory(this);
    this.air = new RoomAir(this);
    this.gate = new RoomGate(this);
    this.asker = new NextSession((found) => this.#found(found), () => this.#finish(4401));
  }

  get view() {
    return this.store?.shown ?? emptyView();
  }

  /** Whether this screen is done: another one has taken its place, or it may not be here. */
  get over() {
    return this.#ended !== null;
  }

  /** Whether a unit is this room's own, or below it. */
  ours(code) {
    return this.codes.has(code);
  }

  begin() {
    this.root.addEventListener("click", (event) => this.#press(event.target.closest("button")?.dataset.act));
    document.addEventListener("keydown", (event) => this.#key(event));
    addEventListener("online", () => this.channel?.retry());
    setInterval(() => this.render(), TICK_MS);
    if (this.next) this.#join(this.next.id);
    else this.asker.start();
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
    this.me = new Participant({ session, screen: "room", media: () => this.peer.id });
    ({ store: this.store, channel: this.channel } = this.me);
    this.peer = new Peer(this.channel, { publish: true });
    this.screens = new Screens(document.getElementById("screens"), this.peer, this.channel, {
      seen: (name, on) => this.picture.seen(name, on),
      refused: () => this.#refused(),
      line: () => this.picture.judge(),
    });
    this.screens.listenOnly(this.listening);
    this.screens.sound(true);
    this.reporter = new Reporter(this.peer, this.channel, (report) => this.picture.reported(report));
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
    this.memory.back();
  }

  #finish(code) {
    this.#ended = code;
    this.asker.stop();
    this.reporter?.stop();
    this.peer?.close(); // another screen speaks and listens for this room now, or none does
    this.gate.close();
    this.foot.root.inert = true;
    this.render();
  }

  /** The hub named a session while this room had none, or one that is over. */
  #found(session) {
    this.next = session;
    if (session && session.id !== this.joined) location.reload();
  }

  render() {
    const { view } = this;
    const now = this.channel?.now() ?? Date.now();
    this.air.follow(this.over ? emptyView() : view, now);
    const state = roomState(this.#facts(view, now));
    this.cover.render(state, view, now);
    this.foot.render(view);
    this.panel.render(view);
    this.#top(view, now);
    this.#troubleBanner(state);
    this.line.render(state);
    if (view.session.state === "closed") this.asker.start();
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
    const speaking = hasFloor(view, this.point) && this.air.onAir;
    this.stage.classList.toggle("on-air", speaking);
    const mark = document.getElementById("on-air");
    mark.hidden = !speaking;
    if (speaking) write(slot(mark, "text"), word(this.air.voiceOnly ? "room.on_air.voice" : "room.on_air"));
    const other = view.floor && view.floor.point !== this.point ? view.floor.name : "";
    const second = this.screens?.second(other);
    if (second) write(slot(second, "name"), other);
  }

  #troubleBanner(state) {
    const wanted = (this.air.trouble || this.air.asking) && state !== "trouble" && !this.#troubleSeen && !this.over;
    if (wanted) fill(this.banners.show("trouble"), this.air.words());
    else this.banners.hide("trouble");
  }

  #refused() {
    if (!this.air.checking || this.air.asking) this.gate.ask();
  }

  #press(act) {
    const acts = {
      retry: () => this.channel.retry(),
      reload: () => location.reload(),
      voice: () => this.#toggleVoice(),
      check: () => this.air.again(),
      "end-floor": () => this.run("floor.end"),
      document: () => this.air.toggleDocument(),
      "trouble-again": () => this.air.again(),
      "trouble-skip": () => this.#skipTrouble(),
      "missed-close": () => this.banners.hide("missed"),
    };
    acts[act]?.();
  }

  #skipTrouble() {
    this.#troubleSeen = true;
    if (hasFloor(this.view, this.point)) this.air.skip();
    this.render();
  }

  #toggleVoice() {
    this.listening = !this.listening;
    const button = this.panel.root.querySelector('[data-act="voice"]');
    button.setAttribute("aria-pressed", String(this.listening));
    write(slot(button, "voice"), word(this.listening ? "room.voice.off" : "room.voice.on"));
    this.screens?.listenOnly(this.listening);
    this.render();
  }

  /** A remote control has Enter and arrows; a keyboard in the room has these too. */
  #key(event) {
    if (this.gate.key(event)) return;
    if (event.target.closest("input, dialog[open]") || event.ctrlKey || event.altKey || event.metaKey) return;
    const key = event.key.toLowerCase();
    if (key === "t") event.preventDefault(); // or the letter lands in the field that opens
    if (key === "h") this.foot.press("hand");
    else if (key === "t") document.querySelector('[data-act="take-up"]:not([hidden]):not(:disabled)')?.click();
    else if (key === "p") this.panel.toggle();
    else if (key === "escape") this.panel.toggle(false);
  }
}
