/** Who came late: nothing that was typed about them is lost, and an identity that could not be read is not called sealed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Dialog, Form, Node, page } from "./kit.mjs";

const WORDS = ["lobby.opened", "lobby.admitted", "lobby.turned_down", "lobby.who.sealed", "lobby.who.unread", "room.lobby.sent"];
page(WORDS);
const { Lobby } = await import("../../../web/static/js/elements/lobby.js");
const { RoomLobby } = await import("../../../web/static/js/elements/room-lobby.js");

const SEALED = "lobby.who.sealed ";
const UNREAD = "lobby.who.unread ";
const NO = { ok: false, code: "identity_in_text", text: "Tên vụ việc nêu người tố cáo" };
const LONG = "x".repeat(4000);
const entry = (id) => ({ id, unit: "C11", kind: "complaint", field: "land", matter: "Đất", persons: 1, state: "waiting" });
const rest = () => new Promise((resolve) => setImmediate(resolve));

/** A desk or a room whose hub gives these answers, one after the other, and takes everything then. */
function desk(answers = []) {
  const fields = ["unit", "kind", "field", "title", "name", "persons", "summary", "phone", "audience"];
  const dialogs = {
    "ask-case": new Dialog(new Form(...fields)),
    "ask-turn-down": new Dialog(new Form("reason")),
    announce: new Dialog(new Form("kind", "field", "matter", "name", "persons")),
  };
  page(WORDS, {}, dialogs);
  document.querySelectorAll = () => [{ value: "Xã (C11)", dataset: { code: "C11" } }];
  const sent = [];
  const app = {
    session: "S",
    store: { shown: { lobby: [entry("A"), entry("B")] } },
    toasts: { show() {} },
    say() {},
    run: async (name, data) => {
      sent.push([name, data]);
      return answers.shift() ?? { ok: true, n: 1 };
    },
  };
  const dialog = dialogs["ask-case"];
  const press = (root, act, key) => {
    const target = { closest: (what) => ({ dataset: what === "button" ? { act } : { key } }) };
    root.dispatchEvent(Object.defineProperty(new Event("click"), "target", { value: target }));
    return rest();
  };
  const said = (name, of = dialog) => {
    const node = of.form.querySelector(`[data-slot="${name}"]`);
    return node.hidden ? "" : node.textContent || name;
  };
  return { app, dialogs, dialog, fields: dialog.form.elements, sent, press, said };
}

/** What a hub says of who came: `null` for a line that is gone. */
function hub(...answers) {
  const asked = [];
  globalThis.fetch = async (path) => {
    asked.push(path);
    const answer = answers.shift();
    if (!answer) throw new TypeError("no line");
    return answer;
  };
  return asked;
}
const named = (name) => ({ ok: true, json: async () => ({ name, matter: "" }) });

function write(fields, texts) {
  for (const [name, text] of Object.entries(texts)) fields[name].value = text;
}

const WRITTEN = { unit: "Xã (C11)", kind: "denunciation", field: "land", title: "Bà Bích tố cáo", name: "Bà Bích", persons: "1", summary: LONG };

test("a refused case stands in its dialog again, with the reason, and is gone once it is taken", async () => {
  const { app, dialog, fields, sent, said } = desk([NO]);
  const lobby = new Lobby(app);
  lobby.open();
  assert.deepEqual([said("why"), said("kept")], ["", ""]);
  write(fields, WRITTEN);
  dialog.press("yes");
  await rest();
  assert.equal(dialog.open, true);
  assert.equal(said("why"), NO.text);
  assert.deepEqual([fields.summary.value, fields.title.value, fields.unit.value], [LONG, WRITTEN.title, WRITTEN.unit]);
  fields.title.value = "Tố cáo";
  dialog.press("yes");
  await rest();
  assert.equal(dialog.open, false);
  assert.deepEqual(sent.map(([name, data]) => [name, data.title, data.summary, data.unit]), [
    ["case.open", WRITTEN.title, LONG, "C11"],
    ["case.open", "Tố cáo", LONG, "C11"],
  ]);
  lobby.open();
  assert.deepEqual([fields.summary.value, said("why"), said("kept")], ["", "", ""]);
});

test("Esc keeps what was typed until it is sent or called off", async () => {
  const { app, dialog, fields, said } = desk();
  const lobby = new Lobby(app);
  lobby.open();
  write(fields, WRITTEN);
  dialog.escape();
  await rest();
  assert.equal(fields.summary.value, "", "nothing stands in a closed form");
  lobby.open();
  assert.deepEqual([fields.summary.value, said("kept")], [LONG, "kept"]);
  dialog.escape();
  await rest();
  lobby.open();
  assert.equal(fields.summary.value, LONG);
  dialog.press("");
  await rest();
  lobby.open();
  assert.deepEqual([fields.summary.value, said("kept")], ["", ""]);
});

test("what is begun about one who waits is not shown with another", async () => {
  hub(named("A"), named("B"));
  const { app, dialog, fields, press } = desk();
  const { root } = new Lobby(app);
  await press(root, "admit", "A");
  fields.title.value = "Của A";
  dialog.escape();
  await rest();
  await press(root, "admit", "B");
  assert.equal(fields.title.value, "Đất");
  dialog.escape();
  await rest();
  await press(root, "admit", "A");
  assert.equal(fields.title.value, "Của A");
});

test("a refused letting in keeps its title, and a refused turning down its reason", async () => {
  hub(named("A"));
  const { app, dialog, dialogs, fields, press, said } = desk([NO, NO]);
  const { root } = new Lobby(app);
  await press(root, "admit", "A");
  fields.title.value = "Bà Bích";
  dialog.press("yes");
  await rest();
  assert.deepEqual([dialog.open, fields.title.value, said("why")], [true, "Bà Bích", NO.text]);
  dialog.press("");
  await rest();
  const turning = dialogs["ask-turn-down"];
  await press(root, "turn-down", "A");
  turning.form.elements.reason.value = "Hết giờ";
  turning.press("yes");
  await rest();
  assert.deepEqual([turning.open, turning.form.elements.reason.value], [true, "Hết giờ"]);
});

test("a refusal that comes while something else is written waits in its place", async () => {
  const { app, dialog, fields, said } = desk([NO]);
  const lobby = new Lobby(app);
  lobby.open();
  write(fields, WRITTEN);
  dialog.press("yes");
  document.activeElement = Object.assign(new Node(), { value: "Ghi chép", matches: () => true });
  await rest();
  assert.equal(dialog.open, false);
  lobby.open();
  assert.deepEqual([fields.summary.value, said("why")], [LONG, NO.text]);
});

test("a room's refused announcement stands in its dialog again, and Esc keeps one", async () => {
  const { app, dialogs, press, said } = desk([NO]);
  const { root } = new RoomLobby(app);
  const { announce } = dialogs;
  const { elements } = announce.form;
  await press(root, "announce");
  write(elements, { name: "Bà Bích", matter: "Đất", persons: "1" });
  announce.escape();
  await rest();
  await press(root, "announce");
  assert.deepEqual([elements.name.value, said("kept", announce)], ["Bà Bích", "kept"]);
  announce.press("yes");
  await rest();
  assert.deepEqual([announce.open, elements.matter.value, said("why", announce)], [true, "Đất", NO.text]);
  announce.press("yes");
  await rest();
  await press(root, "announce");
  assert.equal(elements.matter.value, "");
});

test("who came could not be read: it says so, and the next look asks again", async () => {
  const asked = hub(null, { ok: false }, named("Bà Bích"));
  const { app, dialog, press } = desk();
  const { root } = new Lobby(app);
  const who = dialog.querySelector('[data-slot="who"]');
  const again = dialog.querySelector('[data-slot="who_again"]');
  await press(root, "admit", "A");
  await rest();
  assert.deepEqual([who.textContent, again.hidden], [UNREAD, false]);
  again.dispatchEvent(new Event("click"));
  assert.equal(who.textContent, "");
  await rest();
  assert.deepEqual([who.textContent, again.hidden], [UNREAD, false]);
  again.dispatchEvent(new Event("click"));
  await rest();
  assert.deepEqual([who.textContent, again.hidden], ["Bà Bích", true]);
  dialog.escape();
  await rest();
  await press(root, "admit", "A");
  assert.deepEqual([who.textContent, asked.length], ["Bà Bích", 3]);
});

test("a denouncer's name is sealed, which is no failure; an answer for another is not said", async () => {
  const { app, dialog, press } = desk();
  const { root } = new Lobby(app);
  const who = dialog.querySelector('[data-slot="who"]');
  let late;
  globalThis.fetch = () => new Promise((resolve) => (late = resolve));
  await press(root, "admit", "A");
  dialog.escape();
  await rest();
  hub(named(null));
  await press(root, "admit", "B");
  assert.equal(who.textContent, SEALED);
  late(named("A"));
  await rest();
  assert.equal(who.textContent, SEALED);
});
