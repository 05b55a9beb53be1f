/** The form of the conclusion when the next case is called: what was written about the one before goes nowhere else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock, Form, page, type } from "./kit.mjs";

page(["notes.is_saved", "notes.saving", "notes.offline", "notes.refused", "conclude.none", "conclude.reading"]);
const clock = new Clock();
const { Conclude } = await import("../../../web/static/js/elements/conclude.js");

const BEGUN = "Người tố cáo nói rằng";
const SECRET = `${BEGUN} ông Ba nhận tiền`;
const item = (id, state, audience = "all") => ({ id, state, audience });
const NEXT_CALLED = { current: "next", items: [item("old", "deferred", "closed"), item("next", "called")] };

/** A clerk in the form of a closed case, and a hub that takes 30 ms to answer as the hub does. */
function desk() {
  let view = {
    n: 10,
    current: "old",
    items: [item("old", "hearing", "closed"), item("next", "queued")],
    drafts: [{ item: "old", version: 9, text: BEGUN, lead: null, supporting: [], due: null, answer_on: null, conflict: false, read: null }],
  };
  const listeners = new Set();
  const seen = { commands: [], loud: 0, kept: [] };
  const form = new Form("text", "lead", "support", "due", "answer_on");
  const answer = async (name, data) => {
    seen.commands.push([name, data.item, data.text]);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const { state } = view.items.find((each) => each.id === data.item);
    if (!["called", "hearing"].includes(state)) return { ok: false, code: "item_state" };
    const n = view.n + 1;
    const { item: id, text, lead, supporting, due, answer_on } = data;
    if (name === "conclusion.draft") {
      const draft = { item: id, version: n, text, lead, supporting, due, answer_on, conflict: false, read: null };
      show({ n, drafts: [...view.drafts.filter((each) => each.item !== id), draft] });
    }
    return { ok: true, n };
  };
  const app = {
    store: {
      get view() { return view; },
      subscribe: (listener) => (listeners.add(listener), () => listeners.delete(listener)),
    },
    channel: { open: true },
    keep: (...words) => seen.kept.push(words),
    toasts: { show() {} },
    send: answer,
    run: async (name, data) => {
      const outcome = await answer(name, data);
      if (!outcome.ok) seen.loud += 1;
      return outcome;
    },
  };
  const conclude = new Conclude(app, form, new Form());
  const show = (change) => {
    view = { ...view, ...change };
    conclude.render(view);
    for (const listener of [...listeners]) listener(view);
  };
  show({});
  const draftOf = (id) => view.drafts.find((draft) => draft.item === id);
  return { conclude, form, field: form.elements.text, show, seen, draftOf };
}

test("what was not sent of a closed case is kept for it alone: the next one's form and draft know nothing of it", async () => {
  const { field, show, seen, draftOf } = desk();
  type(field, SECRET);
  await clock.pass(200);
  show({ n: 12, ...NEXT_CALLED });
  assert.equal(field.value, "");
  await clock.pass(10_000);
  assert.equal(field.value, "");
  assert.deepEqual(seen.kept, [[SECRET, "old"]]);
  assert.deepEqual(seen.commands, [], "nothing is sent for a case that takes no conclusion");
  type(field, "Giao xã trả lời");
  await clock.pass(10_000);
  assert.equal(draftOf("next").text, "Giao xã trả lời");
  assert.deepEqual(seen.commands, [["conclusion.draft", "next", "Giao xã trả lời"]]);
});

test("while the case before still takes it, it goes there, once, with the fields as they stood", async () => {
  const { form, field, show, seen, draftOf } = desk();
  type(field, SECRET);
  form.elements.due.value = "2026-12-01";
  show({ n: 12, current: "next", items: [item("old", "hearing", "closed"), item("next", "called")] });
  assert.equal(form.elements.due.value, "");
  await clock.pass(10_000);
  assert.deepEqual(seen.commands, [["conclusion.draft", "old", SECRET]]);
  assert.deepEqual([draftOf("old").text, draftOf("old").due, field.value], [SECRET, "2026-12-01", ""]);
  assert.deepEqual(seen.kept, []);
});

test("the clerk calls the next case: the hub has it before the one before is asked for the last time, and the words are kept", async () => {
  const { field, show, seen } = desk();
  type(field, SECRET);
  show({ current: "next", items: [item("old", "hearing", "closed"), item("next", "called")] }); // a guess
  await clock.pass(10);
  show({ n: 12, ...NEXT_CALLED });
  await clock.pass(10_000);
  assert.deepEqual(seen.commands, [["conclusion.draft", "old", SECRET]]);
  assert.deepEqual(seen.kept, [[SECRET, "old"]]);
  assert.equal(seen.loud, 0, "the clerk is told where the words are, not what the hub thinks of them");
});

test("a piece under way when the next case is called: taken it is enough, refused it is kept, once", async () => {
  for (const late of [false, true]) {
    const { field, show, seen, draftOf } = desk();
    type(field, SECRET);
    await clock.pass(late ? 460 : 485);
    assert.equal(seen.commands.length, 1);
    if (late) show({ n: 12, ...NEXT_CALLED });
    await clock.pass(20);
    if (!late) show({ n: 12, ...NEXT_CALLED });
    await clock.pass(10_000);
    assert.equal(seen.commands.length, 1);
    assert.deepEqual(seen.kept, late ? [[SECRET, "old"]] : []);
    assert.deepEqual([draftOf("old").text, field.value], [late ? BEGUN : SECRET, ""]);
  }
});

test("a case that has ended leaves no timer behind", async () => {
  const { field, show, seen } = desk();
  type(field, SECRET);
  show({ n: 12, items: [item("old", "deferred", "closed"), item("next", "queued")] });
  await clock.pass(10_000);
  show({ n: 13 });
  await clock.pass(10_000);
  assert.deepEqual([seen.commands, seen.kept], [[], [[SECRET, "old"]]]);
});

test("what is typed goes when the field is left: before whatever is pressed next", async () => {
  const { field, seen } = desk();
  type(field, SECRET);
  field.dispatchEvent(new Event("blur"));
  field.dispatchEvent(new Event("blur"));
  assert.deepEqual(seen.commands, [["conclusion.draft", "old", SECRET]]);
  await clock.pass(10_000);
  assert.equal(seen.commands.length, 1);
});

test("a case that goes while its conclusion is on its way to be read back: the next one's is not read", async () => {
  const { conclude, field, show, seen } = desk();
  type(field, SECRET);
  const reading = conclude.readBack(() => true);
  await clock.pass(10);
  show({ n: 12, ...NEXT_CALLED });
  await clock.pass(10_000);
  assert.equal(await Promise.race([reading, "waits"]), undefined);
  assert.deepEqual(seen.commands.map(([name, of]) => [name, of]), [["conclusion.draft", "old"]]);
});

test("a refused conclusion is sent again when it is to be read back, and only then", async () => {
  const { conclude, field, seen } = desk();
  const { app } = conclude;
  let sent = 0;
  app.run = async () => ((sent += 1), { ok: false, code: "note_long" });
  type(field, SECRET);
  await clock.pass(10_000);
  assert.equal(sent, 1);
  const reading = conclude.readBack(() => true);
  await clock.pass(10_000);
  assert.equal(await Promise.race([reading, "waits"]), undefined);
  assert.deepEqual([sent, seen.kept, field.value], [2, [], SECRET]);
});
