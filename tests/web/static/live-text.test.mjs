/** A field that is sent while it is typed in: what the hub will not have is neither sent for ever nor lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock, Form, Node, page, type } from "./kit.mjs";

page(["notes.is_saved", "notes.saving", "notes.offline", "notes.empty_text", "notes.refused", "notes.saved", "undo.reason"], {
  "t-note-edit": () => new Form("text"),
});
const clock = new Clock();
const { LiveText } = await import("../../../web/static/js/elements/live-text.js");
const { NoteEditor } = await import("../../../web/static/js/elements/note-editor.js");

/** A field with what the hub says to every piece: `answer(text)` is a code, or nothing when it stands. */
function live(answer) {
  const hub = { n: 5, text: "abc", version: 5 };
  const sent = [];
  const told = [];
  const field = new Node();
  const send = async ({ text }) => {
    sent.push(text);
    const code = answer(text);
    if (code) return { ok: false, code };
    Object.assign(hub, { n: hub.n + 1, version: hub.n + 1, text });
    return { ok: true, n: hub.n };
  };
  const text = new LiveText(field, { text: "abc", version: 5, now: () => hub, send, told: (state) => told.push(state) });
  return { field, sent, told, hub, text };
}

test("refused text is not sent again before somebody types, and stays in the field", async () => {
  const { field, sent, told, hub, text } = live((piece) => piece.includes("x") && "note_long");
  type(field, "abc x");
  await clock.pass(5_000);
  assert.deepEqual(sent, ["abc x"]);
  assert.equal(told.at(-1), "refused");
  hub.n += 1;
  text.render();
  await clock.pass(5_000);
  assert.deepEqual(sent, ["abc x"], "nor when something else has happened");
  assert.equal(field.value, "abc x");
  type(field, "abc y");
  await clock.pass(1_000);
  assert.deepEqual(sent, ["abc x", "abc y"]);
  assert.equal(told.at(-1), "saved");
});

test("what was typed while a piece was refused goes by itself", async () => {
  let answer;
  const sent = [];
  const field = new Node();
  const known = { n: 5, text: "abc", version: 5 };
  const send = (piece) => (sent.push(piece.text), new Promise((resolve) => (answer = resolve)));
  new LiveText(field, { text: "abc", version: 5, now: () => known, send });
  type(field, "abc x");
  await clock.pass(500);
  type(field, "abc xy");
  await clock.pass(500); // one piece is on its way: this one waits
  answer({ ok: false, code: "note_long" });
  await clock.pass(500);
  assert.deepEqual(sent, ["abc x", "abc xy"]);
  answer({ ok: false, code: "note_long" });
  await clock.pass(5_000);
  assert.equal(sent.length, 2);
});

test("a busy hub is asked again, not faster than it is asked to be", async () => {
  let busy = true;
  const { field, sent, told } = live(() => busy && "busy");
  type(field, "abc x");
  await clock.pass(460);
  assert.equal(told.at(-1), "waiting");
  await clock.pass(2_900);
  assert.equal(sent.length, 1);
  busy = false;
  await clock.pass(200);
  assert.equal(sent.length, 2);
  assert.equal(told.at(-1), "saved");
});

/** One note open for changing; `answer` as above. */
function editing(answer) {
  let view = { n: 5, notes: [{ id: "n1", item: "i1", text: "abc", version: 5, removed: false }] };
  const seen = { sent: [], kept: [], toasts: [], done: 0 };
  const app = {
    store: { get view() { return view; } },
    channel: { open: true },
    keep: (...words) => seen.kept.push(words),
    toasts: { show: (text) => seen.toasts.push(text) },
    run: async (name, data) => {
      seen.sent.push([name, data.text]);
      const code = answer(data.text);
      if (code) return { ok: false, code };
      const n = view.n + 1;
      view = { n, notes: [{ ...view.notes[0], text: data.text, version: n }] };
      return { ok: true, n };
    },
  };
  const node = new Node();
  const editor = new NoteEditor(app, node, "n1", () => (seen.done += 1));
  const strike = () => (view = { n: view.n + 1, notes: [{ ...view.notes[0], removed: true }] });
  return { editor, node, strike, field: editor.form.elements.text, state: editor.form.querySelector('[data-slot="saved"]'), seen };
}

test("a note is emptied to be written anew: nothing is sent, nothing is refused", async () => {
  const { field, state, seen } = editing(() => null);
  type(field, "");
  await clock.pass(5_000);
  assert.deepEqual(seen.sent, []);
  assert.match(state.textContent, /^notes.empty_text/);
  type(field, "xyz");
  await clock.pass(1_000);
  assert.deepEqual(seen.sent, [["note.change", "xyz"]]);
  assert.match(state.textContent, /^notes.is_saved/);
});

test("a note left empty stays as it was, and the clerk is told", async () => {
  const { editor, field, seen } = editing(() => null);
  type(field, " ");
  editor.close();
  await clock.pass(1_000);
  assert.deepEqual([seen.sent, seen.kept, seen.done], [[], [], 1]);
  assert.match(seen.toasts.join(), /^notes.empty_text/);
});

test("words that are refused once their form is gone go where new notes are written, once", async () => {
  const { editor, field, seen } = editing(() => "note_long");
  type(field, "abc and much more");
  editor.close();
  assert.ok(editor.form.gone);
  editor.close();
  await clock.pass(5_000);
  editor.render();
  await clock.pass(5_000);
  assert.equal(seen.sent.length, 1);
  assert.deepEqual(seen.kept.map(([text]) => text), ["abc and much more"]);
  assert.deepEqual([seen.done, seen.toasts], [1, []], "forgotten, and nobody is told that the note was changed");
});

test("a note that was changed says so once the hub has it, and is forgotten", async () => {
  const { editor, field, seen } = editing(() => null);
  type(field, "abc def");
  editor.close();
  await clock.pass(1_000);
  editor.render();
  assert.deepEqual([seen.kept, seen.done], [[], 1]);
  assert.match(seen.toasts.join(), /^notes.saved/);
});

test("a note opened and left as it was is forgotten without a word", async () => {
  const { editor, seen } = editing(() => null);
  editor.close();
  await clock.pass(1_000);
  assert.deepEqual([seen.sent, seen.toasts, seen.done], [[], [], 1]);
});

test("an editor whose note is out of sight sends what it has and closes", async () => {
  const { editor, field, node, seen } = editing((text) => text.includes("x") && "note_long");
  type(field, "abc x");
  await clock.pass(1_000);
  node.isConnected = false;
  editor.render();
  await clock.pass(1_000);
  assert.deepEqual(seen.kept.map(([text]) => text), ["abc x"]);
  assert.equal(seen.done, 1);
});

test("a note struck out under the pen: the words are kept once", async () => {
  const { editor, field, strike, seen } = editing(() => "note_unknown");
  type(field, "abc def");
  strike();
  editor.render();
  editor.render();
  await clock.pass(5_000);
  assert.deepEqual(seen.kept.map(([text]) => text), ["abc def"]);
  assert.equal(seen.done, 1);
});
