/** The room's screen as a whole: it joins what the hub names, shows the state it is in, and keeps coming back. */
import { Peer } from "../media/peer.js";
import { Reporter } from "../media/report.js";
import { missed, remember } from "../session/missed.js";
import { Participant } from "../session/participant.js";
import { emptyView } from "../session/reducer.js";
import { countdown, hasFloor, LOST_MS, roomState } from "../session/room-state.js";
import { clockOf } from "../session/select.js";
import { Banners } from "./banners.js";
import { fill, setState, slot, word, write } from "./dom.js";
import { NextSession } from "./next-session.js";
import { RoomAir } from "./room-air.js";
import { RoomCover } from "./room-cover.js";
import { RoomFoot } from "./room-foot.js";
import { RoomPanel } from "./room-panel.js";
import { Screens } from "./screens.js";
import { dayOf, hourMinute } from "./time.js";

const TICK_MS = 250;
const SAY_MS = 8_000;
const AWAY_MS = 10_000;
/** How long the voices may take to come while camera and microphone are held open for them. */
const HEARD_MS = 8_000;
/** Reports (of 5 s) without a picture, but with sound, until the screen says "voice only". */
const STARVED_REPORTS = 2;
const MEMORY = "hub.seen";

export class Room {
  #media = { since: Date.now(), picture: false, starved: 0 };
  #voice = false;
  #ended = null;
  #troubleSeen = false;
  #before = null;

  constructor(root) {
    const { point, unit, unitName, codes, session, starts, title } = root.dataset;
    Object.assign(this, { root, point, unit, unitName });
    this.codes = new Set(codes.split(" "));
    this.next = session ? { id: session, starts_at: starts, title } : null;
    this.stage = document.getElementById("stage");
    this.gate = document.getElementById("sound-gate");
    this.banners = new Banners();
    this.cover = new RoomCover();
    this.foot = new RoomFoot(this);
    this.panel = new RoomPanel(this);
    this.air = new RoomAir(this);
    this.asker = new NextSession((found) => this.#found(found), () => this.#finish(4401));
  }

  get view() {
    return this.store?.shown ?? emptyView();
  }

  /** Whether a unit is this room's own, or below it. */
  ours(code) {
    return this.codes.has(code);
  }

  begin() {
    this.root.addEventListener("click", (event) => this.#press(event.target.closest("button")?.dataset.act));
    // One press anywhere: the gate covers the picture only, and a remote control's Enter goes to whatever has the focus.
    document.addEventListener("click", () => this.#firstPress(), { capture: true });
    document.addEventListener("keydown", (event) => this.#key(event));
    addEventListener("online", () => this.channel?.retry());
    addEventListener("pagehide", () => this.#keep());
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
    const told = { seen: (name, on) => this.#picture(name, on), refused: () => this.#blocked() };
    this.screens = new Screens(document.getElementById("screens"), this.peer, this.channel, told);
    this.screens.listenOnly(this.#voice);
    this.screens.sound(true);
    this.reporter = new Reporter(this.peer, this.channel, (report) => this.#reported(report));
    this.reporter.start();
    this.#before = this.#remembered(session);
    this.channel.addEventListener("welcome", ({ detail }) => this.#welcome(detail));
    this.channel.addEventListener("ended", ({ detail }) => this.#finish(detail.code));
    this.channel.addEventListener("state", ({ detail }) => this.#line(detail));
    this.peer.addEventListener("state", () => this.#mediaChanged());
    this.store.subscribe(() => this.render());
    this.channel.connect();
  }

  #welcome(message) {
    this.peer.resume(message.media === "kept");
    if (this.#before) this.#tellMissed(this.#before);
    this.#before = null;
  }

  #line({ state }) {
    if (state === "waiting" && this.store.started && !this.#before) {
      this.#before = { at: Date.now(), seen: remember(this.store.view) };
    }
  }

  #finish(code) {
    this.#ended = code;
    this.asker.stop();
    this.reporter?.stop();
    this.peer?.close(); // another screen speaks and listens for this room now, or none does
    this.gate.hidden = true;
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
    this.air.follow(this.#ended === null ? view : emptyView(), now);
    const state = roomState(this.#facts(view, now));
    this.cover.show(state);
    this.#fillCover(state, view, now);
    this.foot.render(view);
    this.panel.render(view);
    this.#top(view, now);
    this.#troubleBanner(state);
    this.#lineBanner(state);
    if (view.session.state === "closed") this.asker.start();
  }

  #facts(view, now) {
    const since = this.channel?.lostSince ?? null;
    return {
      view,
      now,
      point: this.point,
      started: this.store?.started ?? false,
      ended: this.#ended,
      lostMs: since === null ? 0 : Date.now() - since,
      media: this.peer?.state ?? "none",
      mediaMs: Date.now() - this.#media.since,
      picture: this.#media.picture,
      starved: this.#media.starved >= STARVED_REPORTS,
      voice: this.#voice,
      trouble: (this.air.blocked || this.air.asking) && !this.air.stream,
    };
  }

  #fillCover(state, view, now) {
    if (state === "waiting") this.#fillWaiting(view);
    else if (state === "called") this.#fillCalled(view, now);
    else if (state === "lost") this.#fillLost();
    else if (state === "related") {
      const item = view.items.find((each) => each.id === view.current);
      this.cover.fill({ case: item?.case ? `${item.case.unit_name} · ${item.case.title}` : "" });
    } else if (state === "trouble") this.cover.fill(this.#troubleWords());
  }

  #fillWaiting(view) {
    const title = view.session.title || this.next?.title || "";
    slot(this.cover.root, "next-part").hidden = !this.next;
    slot(this.cover.root, "none").hidden = Boolean(this.next);
    if (this.next) {
      const at = { day: dayOf(this.next.starts_at), time: hourMinute(this.next.starts_at) };
      this.cover.fill({ title, at: word("room.waiting.at", at) });
    }
    this.#check("line", !this.channel || this.channel.open);
    this.#check("camera", this.air.found.camera);
    this.#check("microphone", this.air.found.microphone);
  }

  #check(name, good) {
    const key = good === null ? "wait" : good ? "ok" : "bad";
    setState(this.cover.slot(name), { wait: "", ok: "fine", bad: "act" }[key], word(`room.check.${key}`));
  }

  #fillCalled(view, now) {
    this.cover.fill({ seconds: countdown(view, { point: this.point, now }) });
    this.cover.self(this.air.stream);
  }

  #fillLost() {
    const waits = this.channel.next ? Math.max(0, Math.ceil((this.channel.next - Date.now()) / 1000)) : 0;
    this.cover.fill({ for: this.#lostFor(), try: word("room.lost.try", { tries: this.channel.tries, seconds: waits }) });
  }

  #lostFor() {
    return word("room.lost.for", { time: clockOf(Date.now() - this.channel.lostSince) });
  }

  /** The hub does not answer, but the picture goes on. */
  #lineBanner(state) {
    const since = this.channel?.lostSince ?? null;
    const lost = since !== null && Date.now() - since > LOST_MS && state !== "lost" && this.#ended === null;
    if (lost) fill(this.banners.show("line"), { for: this.#lostFor() });
    else this.banners.hide("line");
  }

  #top(view, now) {
    const live = document.getElementById("live");
    write(document.getElementById("clock"), hourMinute(now));
    const lost = this.cover.shown === "lost";
    if (lost) this.foot.quality("bad");
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

  #troubleWords() {
    const why = this.air.asking ? "asking" : (this.air.trouble ?? "busy");
    return { what: word(`room.trouble.${why}`), fix: word(`room.trouble.${why}.fix`) };
  }

  #troubleBanner(state) {
    const wanted = (this.air.trouble || this.air.asking) && state !== "trouble" && !this.#troubleSeen && this.#ended === null;
    if (wanted) fill(this.banners.show("trouble"), this.#troubleWords());
    else this.banners.hide("trouble");
  }

  #picture(name, on) {
    if (name !== "main") return;
    this.#media.picture = on;
    if (on) this.#media.starved = 0;
    this.render();
  }

  #mediaChanged() {
    this.#media.since = Date.now();
    this.#media.starved = 0;
    if (this.peer.state !== "connected") this.#media.picture = false;
    this.render();
  }

  #reported(report) {
    const expected = this.#media.picture && !this.#voice;
    this.#media.starved = expected && !report.decoding && report.sound ? this.#media.starved + 1 : 0;
    const weak = report.loss > 0.03 || (report.decoding && report.frames < 25);
    this.foot.quality(!report.decoding ? "bad" : weak ? "weak" : "good");
  }

  #blocked() {
    if (!this.air.checking || this.air.asking) this.beSilent();
  }

  /** The browser holds the voices back: one press is needed, anywhere. */
  beSilent() {
    if (!this.screens || this.screens.playing || !this.gate.hidden || this.#ended !== null) return;
    this.gate.hidden = false;
    this.gate.focus();
  }

  /** Start the voices as soon as they are here. @returns {Promise<void>} when they play, or were waited for long enough */
  async beHeard() {
    const end = Date.now() + HEARD_MS;
    while (Date.now() < end && !this.screens?.playing) {
      await this.screens?.sound(true);
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    if (this.screens?.playing) this.gate.hidden = true;
  }

  /** The one press: sound, and leave for camera and microphone while we are at it. */
  async #firstPress() {
    if (this.gate.hidden) return;
    this.gate.hidden = true;
    await this.screens?.sound(true);
    if (this.air.found.camera === null && !this.air.trouble) this.air.check();
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
    this.#voice = !this.#voice;
    const button = this.panel.root.querySelector('[data-act="voice"]');
    button.setAttribute("aria-pressed", String(this.#voice));
    write(slot(button, "voice"), word(this.#voice ? "room.voice.off" : "room.voice.on"));
    this.screens?.listenOnly(this.#voice);
    this.render();
  }

  /** A remote control has Enter and arrows; a keyboard in the room has these too. */
  #key(event) {
    if (!this.gate.hidden && ["Enter", " "].includes(event.key)) {
      event.preventDefault();
      this.#firstPress();
      return;
    }
    if (event.target.closest("input, dialog[open]") || event.ctrlKey || event.altKey || event.metaKey) return;
    const key = event.key.toLowerCase();
    if (key === "t") event.preventDefault(); // or the letter lands in the field that opens
    if (key === "h") this.foot.press("hand");
    else if (key === "t") document.querySelector('[data-act="take-up"]:not([hidden]):not(:disabled)')?.click();
    else if (key === "p") this.panel.toggle();
    else if (key === "escape") this.panel.toggle(false);
  }

  #tellMissed({ at, seen }) {
    if (Date.now() - at < AWAY_MS) return;
    const found = missed(seen, this.store.view, this.unit);
    if (found.length === 0) return;
    this.banners.hide("missed");
    const list = slot(this.banners.show("missed"), "list");
    for (const each of found.slice(0, 6)) {
      const line = document.createElement("li");
      line.textContent = word(`room.missed.${each.what}`, each);
      list.append(line);
    }
  }

  #keep() {
    if (!this.store?.started) return;
    const { session } = this.store.view;
    localStorage.setItem(MEMORY, JSON.stringify({ session: session.id, at: Date.now(), seen: remember(this.store.view) }));
  }

  #remembered(session) {
    try {
      const kept = JSON.parse(localStorage.getItem(MEMORY));
      return kept?.session === session ? kept : null;
    } catch {
      return null;
    }
  }
}
