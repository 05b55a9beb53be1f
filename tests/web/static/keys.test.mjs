/** Keys of the desk under pressure: pressed twice, or while something else is open. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { emptyView } from "../../../web/static/js/session/reducer.js";
import { page } from "./kit.mjs";

let now = 0;
let dialog = null;
let press;

function desk() {
  page(["error.denunciation_closed"]);
  globalThis.localStorage = { getItem: () => null, setItem() {} };
  document.querySelector = () => dialog;
  document.addEventListener = (_kind, act) => (press = act);
  performance.now = () => now;
}

desk();
const { Agenda } = await import("../../../web/static/js/elements/agenda.js");
const { Keys } = await import("../../../web/static/js/elements/keys.js");

beforeEach(() => {
  now = 0;
  dialog = null;
  desk();
});

const key = (name) => press({ key: name, target: {}, preventDefault() {} });
const breath = () => new Promise((resolve) => setImmediate(resolve));

test("a hearing is closed whatever dialog is open; letters belong to the dialog", () => {
  const pressed = [];
  new Keys({ F9: () => pressed.push("F9"), g: () => pressed.push("g") });
  dialog = {};
  key("F9");
  key("g");
  dialog = null;
  key("g");
  assert.deepEqual(pressed, ["F9", "g"]);
});

test("the key that calls the next case calls one, however often it is pressed", async () => {
  const answers = [];
  const called = [];
  const cut = [];
  const items = ["a", "b", "c"].map((id, index) => ({ id, position: index + 1, state: "queued", case: {} }));
  const view = { ...emptyView(), items };
  const run = (_name, data) => (called.push(data.item), cut.push(data.current), new Promise((resolve) => answers.push(resolve)));
  const agenda = new Agenda({ store: { shown: view }, run });
  agenda.callNext();
  view.current = "a";
  items[0].state = "called"; // shown at once, before the hub has answered
  now = 3_000;
  agenda.callNext();
  assert.deepEqual(called, ["a"], "a slow line");
  answers[0]({ ok: true });
  await breath();
  now += 400;
  agenda.callNext();
  assert.deepEqual(called, ["a"], "a double press on a quick one");
  now += 700;
  agenda.callNext();
  assert.deepEqual(called, ["a", "b"]);
  assert.deepEqual(cut, [null, "a"], "it says which hearing it ends");
});
