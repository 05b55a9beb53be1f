/** The desk of chair and clerk: one session, wired. */
import { Agenda } from "../elements/agenda.js";
import { Bar } from "../elements/bar.js";
import { CasePanel } from "../elements/case-panel.js";
import { Compose } from "../elements/compose.js";
import { DeskMedia } from "../elements/desk-media.js";
import { slot, word, write } from "../elements/dom.js";
import { Floor } from "../elements/floor.js";
import { Keys } from "../elements/keys.js";
import { Line } from "../elements/line.js";
import { Notes } from "../elements/notes.js";
import { Screens } from "../elements/screens.js";
import { Toasts } from "../elements/toasts.js";
import { Wall } from "../elements/wall.js";
import { Peer } from "../media/peer.js";
import { Reporter } from "../media/report.js";
import { Participant } from "../session/participant.js";
import { currentItem } from "../session/select.js";

const desk = document.getElementById("main");
const watching = document.body.classList.contains("watching");
const me = new Participant({ session: desk.dataset.session, screen: "console", media: () => peer.id });
const { channel, store } = me;
const peer = new Peer(channel, { publish: !watching });

/** What the parts share. */
const app = {
  store,
  channel,
  peer,
  toasts: new Toasts(document.getElementById("toasts")),
  looking: null,
  /** Run a command and say so when it is refused. */
  async run(name, data) {
    const outcome = await me.run(name, data);
    if (!outcome.ok) app.toasts.show(`${word("toast.refused")} ${outcome.text}`);
    return outcome;
  },
  /** Look at an item without calling it; calling another one ends the look. */
  look(id) {
    app.looking = { id, current: store.shown.current };
    render(store.shown);
  },
  looked(view) {
    if (app.looking && app.looking.current === view.current) return view.items.find((item) => item.id === app.looking.id) ?? null;
    return currentItem(view);
  },
  nameOf: (point) => wall.name(point),
  roomOf: (unit) => (unit ? wall.roomOf(unit) : null),
  giveFloor: (point) => floor.give(point),
};

const screens = new Screens(document.getElementById("screens"), peer, channel);
app.screens = screens;
const wall = new Wall(app);
const floor = new Floor(app);
const bar = new Bar(app);
const agenda = new Agenda(app);
const compose = watching ? null : new Compose(app);
const media = new DeskMedia(app);
const parts = [bar, agenda, new CasePanel(app), new Notes(app), floor, wall, compose].filter(Boolean);

function render(view) {
  for (const part of parts) part.render(view);
  write(slot(document.getElementById("on-air"), "sources"), onAir(view));
  const second = screens.second(view.floor?.name);
  write(slot(second, "name"), view.floor?.name ?? word("program.second"));
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

store.subscribe(render);
new Line(app, desk.dataset.signIn);
new Reporter(peer, channel).start();
channel.addEventListener("welcome", ({ detail }) => {
  wall.forget();
  peer.resume(detail.media === "kept");
});
channel.addEventListener("wall", ({ detail }) => wall.reports(detail.points));
addEventListener("online", () => channel.retry());

const staffKeys = {
  F9: () => bar.toggleClosed(),
  n: () => compose.write("note"),
  d: () => compose.write("directive"),
  k: () => compose.write("conclude"),
  g: () => agenda.callNext(),
  b: () => document.querySelector('#case [data-act="hear"]:not([hidden])')?.click(),
  f: () => floor.giveFirst(),
  t: () => floor.takeBack(),
  c: () => media.toggle("camera"),
  m: () => media.toggle("microphone"),
  p: () => media.toggle("screen"),
};
new Keys({
  ...(watching ? {} : staffKeys),
  "?": () => document.getElementById("help").showModal(),
  s: () => media.toggle("sound"),
  w: () => wall.full(),
  "/": () => wall.find.focus(),
  Escape: () => wall.full(false),
});

channel.connect();
window.__hub = Object.freeze({
  peer,
  channel,
  get state() {
    return store.view;
  },
});
