/** The wall alone, for a second monitor: no picture, no sound, no case; every room of one session. */
import { Keys } from "../elements/keys.js";
import { Line } from "../elements/line.js";
import { word, write } from "../elements/dom.js";
import { hourMinute } from "../elements/time.js";
import { Toasts } from "../elements/toasts.js";
import { Wall } from "../elements/wall.js";
import { Participant } from "../session/participant.js";
import { meant } from "../session/select.js";

const root = document.getElementById("main");
const { session, signIn } = root.dataset;
const me = new Participant({ session, screen: "console", media: () => null });
const { channel, store } = me;

const app = {
  session,
  store,
  channel,
  toasts: new Toasts(document.getElementById("toasts")),
  async giveFloor(point) {
    const outcome = await me.run("floor.give", { point, ...meant(store.shown) });
    if (!outcome.ok) app.toasts.show(`${word("toast.refused")} ${outcome.text}`);
  },
};
const wall = new Wall(app);
const state = document.getElementById("state");

function render(view) {
  wall.render(view);
  state.className = `live-mark ${view.session.state}`;
  write(state, word(`session.state.${view.session.state}`));
}

function tell() {
  write(document.getElementById("now"), hourMinute(channel.now()));
}

store.subscribe(render);
new Line(app, signIn);
channel.addEventListener("welcome", () => wall.forget());
channel.addEventListener("wall", ({ detail }) => wall.reports(detail.points));
addEventListener("online", () => channel.retry());
document.querySelector('[data-act="help"]').addEventListener("click", () => help());

function help() {
  /** @type {HTMLDialogElement} */ (document.getElementById("help")).showModal();
}

const filters = Object.fromEntries([..."1234567"].map((digit, n) => [digit, () => wall.chooseNth(n)]));
new Keys({ ...filters, "?": help, "/": () => wall.find.focus(), v: () => wall.pictures.toggle(), Escape: () => wall.clear() });

setInterval(tell, 1_000);
tell();
wall.pictures.follow();
channel.connect();
window.__hub = Object.freeze({
  channel,
  wall,
  get state() {
    return store.view;
  },
});
