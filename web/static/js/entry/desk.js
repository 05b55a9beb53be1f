/** The desk of whoever looks on, and of an adviser who may be called: one session, wired. */
import { Adviser } from "../elements/adviser.js";
import { Agenda } from "../elements/agenda.js";
import { Bar } from "../elements/bar.js";
import { CasePanel } from "../elements/case-panel.js";
import { DeskApp } from "../elements/desk-app.js";
import { DeskCover } from "../elements/desk-cover.js";
import { DeskDirectives } from "../elements/desk-directives.js";
import { slot, word, write } from "../elements/dom.js";
import { Keys } from "../elements/keys.js";
import { Notes } from "../elements/notes.js";
import { Screens } from "../elements/screens.js";

const desk = document.getElementById("main");
const adviser = Boolean(desk.dataset.adviser);

class Desk extends DeskApp {
  nameOf() {
    return "";
  }

  roomOf() {
    return null;
  }

  giveFloor() {}
}

const app = new Desk(desk, { screen: "desk", publish: adviser });
const { channel, peer, store } = app;

const screens = new Screens(document.getElementById("screens"), peer, channel, { refused: () => heard(false) });
app.screens = screens;
const own = adviser ? new Adviser(app) : null;
const notes = new Notes(app);
const directives = new DeskDirectives(app, notes.list);
const parts = [new Bar(app), new Agenda(app), new CasePanel(app), notes, directives, new DeskCover(app), own].filter(Boolean);
const sound = document.querySelector('#on-air [data-act="sound"]');

function render(view) {
  for (const part of parts) part.render(view);
  const mine = view.floor?.point === store.you.point;
  const name = mine ? "" : view.floor?.name;
  const second = screens.second(name);
  write(slot(second, "name"), name ?? word("program.second"));
  write(slot(second, "none"), word(name ? "program.second.silent" : "program.second.none", { name }));
}

function heard(on) {
  sound.setAttribute("aria-pressed", String(on));
}

async function listen() {
  const on = sound.getAttribute("aria-pressed") !== "true";
  heard(on);
  if (!(await screens.sound(on))) heard(false);
}

sound.addEventListener("click", listen);
new Keys({
  "?": () => document.getElementById("help").showModal(),
  s: listen,
  h: () => own?.press("hand"),
  t: () => own?.press("return"),
  c: () => own?.press("ready"),
  m: () => own?.press("microphone"),
  p: () => own?.press("document"),
});
app.begin(render);
