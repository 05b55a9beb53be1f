/** The desk of chair and clerk: one session, wired. */
import { Agenda } from "../elements/agenda.js";
import { AgendaOrder } from "../elements/agenda-order.js";
import { ask } from "../elements/ask.js";
import { Bar } from "../elements/bar.js";
import { CasePanel } from "../elements/case-panel.js";
import { Compose } from "../elements/compose.js";
import { DeskApp } from "../elements/desk-app.js";
import { DeskTalk } from "../elements/desk-talk.js";
import { DeskMedia } from "../elements/desk-media.js";
import { Desks } from "../elements/desks.js";
import { slot, word, write } from "../elements/dom.js";
import { Floor } from "../elements/floor.js";
import { Keys } from "../elements/keys.js";
import { Lobby } from "../elements/lobby.js";
import { Notes } from "../elements/notes.js";
import { Roll } from "../elements/roll.js";
import { Screens } from "../elements/screens.js";
import { Wall } from "../elements/wall.js";
import { beside } from "../session/speaking.js";
import { endsClosedHearing } from "../session/select.js";

const desk = document.getElementById("main");
const watching = document.body.classList.contains("watching");

class Console extends DeskApp {
  /** Run a command and say so when it is refused. One that would end a closed hearing is asked about first. */
  async run(name, data = {}) {
    if (!data.confirm && endsClosedHearing(this.store.shown, name, data)) return this.confirmed(name, data);
    const outcome = await this.send(name, data);
    if (outcome.code === "confirm_needed" && !data.confirm) return this.confirmed(name, data);
    return this.told(outcome);
  }

  /** Ask whether the points may see and hear again, then run it; nothing is done when they may not. */
  async confirmed(name, data) {
    const { value } = await ask("ask-leave");
    return value ? this.run(name, { ...data, confirm: true }) : { ok: false, code: "confirm_needed", text: "" };
  }

  nameOf(point) {
    return this.store.shown.desks[point]?.name ?? wall.name(point);
  }

  tileOf(point) {
    return wall.byPoint.get(point);
  }

  roomOf(unit) {
    return unit ? wall.roomOf(unit) : null;
  }

  /** Words about an item that lost their place go where notes are written. */
  keep(text, item) {
    compose?.keep(text, item);
  }

  /** Mark a note, or unmark it. */
  mark(id, mark) {
    const note = this.store.shown.notes.find((each) => each.id === id);
    if (note) this.run("note.mark", { note: id, mark: note.mark === mark ? null : mark });
  }

  giveFloor(point) {
    return floor.give(point);
  }

  /** Begin a private talk with a room; this screen's camera and microphone are asked for at once. */
  openTalk(point) {
    return talk?.begin(point);
  }
}

const app = new Console(desk, { screen: "console", publish: !watching });
const { channel, peer } = app;

const screens = new Screens(document.getElementById("screens"), peer, channel);
app.screens = screens;
const wall = new Wall(app);
const roll = new Roll(app);
const floor = new Floor(app);
const bar = new Bar(app);
const agenda = new Agenda(app);
const compose = watching ? null : new Compose(app);
if (compose) app.unsent = () => compose.unsent;
const lobby = watching ? null : new Lobby(app);
const notes = new Notes(app);
const media = new DeskMedia(app);
const talk = watching ? null : new DeskTalk(app);
const parts = [bar, agenda, new CasePanel(app), notes, floor, wall, roll, compose, lobby, new Desks(app)].filter(Boolean);
if (!watching) parts.push(new AgendaOrder(app));

function render(view) {
  for (const part of parts) part.render(view);
  write(slot(document.getElementById("on-air"), "sources"), onAir(view));
  const shown = beside(view);
  const second = screens.second(shown?.name);
  screens.layOut(view.stage.layout);
  talk?.render(view);
  write(slot(second, "name"), shown?.name ?? word("program.second"));
  write(slot(second, "none"), word(view.floor ? "program.second.silent" : "program.second.none", { name: view.floor?.name }));
}

/** Who the rooms see and hear. A room that sends is on air while it has the floor, no longer. */
function onAir(view) {
  const closed = view.items.find((item) => item.id === view.current)?.audience === "closed";
  if (view.session.state !== "live") return word("program.not_live");
  if (closed && !view.floor) return word("program.closed");
  const sent = Object.entries(view.sources).filter(([id]) => !id.startsWith("point:") || id === `point:${view.floor?.point}`);
  const names = sent.map(([id, source]) => (id === "hall" ? word("program.main") : source.name));
  return names.join(" · ") || word("program.nobody");
}

channel.addEventListener("welcome", () => wall.forget());
channel.addEventListener("wall", ({ detail }) => wall.reports(detail.points));

const staffKeys = {
  F9: () => bar.toggleClosed(),
  n: () => compose.write("note"),
  d: () => compose.write("directive"),
  k: () => compose.write("conclude"),
  1: () => compose.mark("promise"),
  2: () => compose.mark("question"),
  3: () => compose.mark("evidence"),
  "+": () => lobby.open(),
  g: () => agenda.callNext(),
  b: () => document.querySelector('#case [data-act="hear"]:not([hidden])')?.click(),
  f: () => floor.giveFirst(),
  t: () => floor.takeBack(),
  e: () => floor.extend(),
  x: () => floor.muteAll(),
  l: () => floor.nextLayout(),
  c: () => media.toggle("camera"),
  m: () => media.toggle("microphone"),
  p: () => media.toggle("screen"),
};
new Keys({
  ...(watching ? {} : staffKeys),
  "?": () => document.getElementById("help").showModal(),
  s: () => media.toggle("sound"),
  w: () => wall.full(),
  r: () => roll.open(),
  "/": () => wall.find.focus(),
  Escape: () => wall.full(false),
});

app.begin(render);
