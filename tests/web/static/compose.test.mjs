/** Where a clerk writes: a note goes to the item it was begun under, and nothing that was typed is lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { predict } from "../../../web/static/js/session/predict.js";
import { emptyView } from "../../../web/static/js/session/reducer.js";
import { Form, page, type } from "./kit.mjs";

const WORDS = [
  ...["notes.is_saved", "notes.saving", "compose.kept", "compose.sent"],
  ...["compose.note.of", "compose.note.waits", "compose.directive.of"],
];
page(WORDS);
const { Compose } = await import("../../../web/static/js/elements/compose.js");

const item = (id, state) => ({ id, state, position: Number(id), case: { number: `T-${id}`, unit: "" } });
const called = (...states) => ({ ...emptyView(), current: String(states.length), items: states.map((state, at) => item(String(at + 1), state)) });

/** A desk where `refuse` says what the hub will not have. */
function desk(refuse = () => false) {
  let view = called("hearing");
  let looked = null;
  const sent = [];
  const app = {
    store: { get view() { return view; }, get shown() { return view; }, subscribe: () => () => {} },
    channel: { open: true },
    looked: (of) => of.items.find((each) => each.id === (looked ?? of.current)) ?? null,
    toasts: { show() {} },
    run: async (name, data) => {
      sent.push([name, data.item, data.text]);
      await null;
      return refuse(data) ? { ok: false, code: "item_state" } : { ok: true, n: 1 };
    },
  };
  page(WORDS);
  const root = document.getElementById("compose");
  const forms = ["note", "directive", "conclude"].map((name) => {
    const form = new Form("text", "lead", "support", "due", "answer_on");
    for (const [field, node] of Object.entries(form.elements)) node.name = field;
    form.dataset.form = name;
    form.querySelector("[name=mark]:checked").value = null;
    return form;
  });
  root.querySelectorAll = (selector) => (selector === "form" ? forms : []);
  const compose = new Compose(app);
  const field = forms[0].elements.text;
  // As a page lets it bubble.
  const up = (event) => root.dispatchEvent(Object.defineProperty(new Event("input"), "target", { value: event.target }));
  for (const form of forms) form.elements.text.addEventListener("input", up);
  const show = (next) => compose.render((view = next));
  const send = () => {
    forms[0].dispatchEvent(new Event("submit"));
    return new Promise((resolve) => setImmediate(resolve));
  };
  const label = () => (forms[0].querySelector('[data-slot="of"]').hidden ? "" : forms[0].querySelector('[data-slot="of-text"]').textContent);
  show(view);
  return { compose, field, sent, show, send, label, look: (id) => (looked = id), forms };
}

test("a note goes to the case it was begun under, also when the next was called meanwhile, and says so", async () => {
  const { field, sent, show, send, label } = desk();
  type(field, "Người tố cáo nói");
  assert.equal(label(), "");
  show(called("deferred", "called"));
  assert.equal(label(), "compose.note.of T-1");
  type(field, "Người tố cáo nói rằng");
  await send();
  assert.equal(label(), "");
  type(field, "Vụ sau");
  await send();
  assert.deepEqual(sent, [["note.add", "1", "Người tố cáo nói rằng"], ["note.add", "2", "Vụ sau"]]);
});

test("a field that was emptied belongs to nobody: the next words are for the case on the screen", async () => {
  const { field, sent, show, send } = desk();
  type(field, "Nhầm");
  type(field, "");
  show(called("deferred", "called"));
  type(field, "Đúng");
  await send();
  assert.deepEqual(sent, [["note.add", "2", "Đúng"]]);
});

test("an earlier case that is looked at gets the note; one that was not called yet does not", async () => {
  const { field, sent, show, send, look, label } = desk();
  show(called("concluded", "hearing"));
  look("1");
  type(field, "Bổ sung");
  await send();
  show({ ...called("concluded", "hearing", "queued"), current: "2" });
  look("3");
  type(field, "Đang nghe");
  assert.equal(label(), "compose.note.of T-2");
  await send();
  assert.deepEqual(sent, [["note.add", "1", "Bổ sung"], ["note.add", "2", "Đang nghe"]]);
});

test("without any case the note is sent without one", async () => {
  const { field, compose, send, show } = desk();
  show({ ...emptyView() });
  const data = [];
  compose.app.run = async (_name, what) => (data.push(what), { ok: true, n: 1 });
  type(field, "x");
  await send();
  assert.deepEqual(data, [{ text: "x", mark: null }]);
});

test("a refused note comes back below what was typed meanwhile", async () => {
  const { field, send } = desk(() => true);
  type(field, "thứ nhất");
  const first = send();
  type(field, "thứ hai");
  await first;
  assert.equal(field.value, "thứ hai\nthứ nhất");
});

test("words of a closed case never stand in one field with those of the next: they wait until it is free", async () => {
  const { compose, field, sent, show, send, label } = desk();
  show(called("deferred", "called"));
  type(field, "Vụ sau, ai cũng nghe");
  compose.keep("Lời kín", "1");
  compose.keep("và thêm", "1");
  assert.equal(field.value, "Vụ sau, ai cũng nghe");
  assert.equal(label(), "compose.note.waits T-1");
  await send();
  assert.equal(field.value, "Lời kín\nvà thêm");
  assert.equal(label(), "compose.note.of T-1");
  await send();
  assert.deepEqual(sent, [["note.add", "2", "Vụ sau, ai cũng nghe"], ["note.add", "1", "Lời kín\nvà thêm"]]);
});

test("a refused note of the case before waits too, when the next one's is being written", async () => {
  const { field, send, show } = desk((data) => data.item === "1");
  type(field, "Lời kín");
  const first = send();
  show(called("deferred", "called"));
  type(field, "Vụ sau");
  await first;
  assert.equal(field.value, "Vụ sau");
  await send();
  assert.equal(field.value, "Lời kín");
});

test("kept words take whoever has no place to write in to them, and leave those alone who are writing elsewhere", () => {
  const { compose, forms } = desk();
  const conclusion = forms[2].elements.text;
  conclusion.value = "đang viết";
  conclusion.focus();
  compose.keep("một", "1");
  assert.equal(document.activeElement, conclusion);
  conclusion.value = "";
  compose.keep("hai", "1");
  assert.equal(document.activeElement, forms[0].elements.text);
  assert.equal(forms[0].elements.text.value, "một\nhai");
});

test("the note on its way is shown with the case it goes to", () => {
  const view = called("deferred", "called");
  const guess = (data) => predict(view, { id: "c1", name: "note.add", data, at: "" }, { key: "", name: "" }).notes[0].item;
  assert.equal(guess({ text: "x", mark: null, item: "1" }), "1");
  assert.equal(guess({ text: "x", mark: null }), "2");
});

test("a directive goes to the case it was begun under, with that case's unit", async () => {
  const { sent, show, forms } = desk();
  const { text, lead, due } = forms[1].elements;
  document.querySelectorAll = () => [{ value: "Xã (C11)", dataset: { code: "C11" } }];
  type(text, "Giao xã trả lời");
  show(called("deferred", "called"));
  assert.equal(forms[1].querySelector('[data-slot="of"]').hidden, false);
  assert.match(forms[1].querySelector('[data-slot="of-text"]').textContent, /T-1/);
  Object.assign(lead, { value: "Xã (C11)" });
  Object.assign(due, { value: "2026-12-31", min: "2026-01-01" });
  forms[1].dispatchEvent(new Event("submit"));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(sent, [["directive.issue", "1", "Giao xã trả lời"]]);
});

test("a directive is issued once, however often the key is pressed while the line is slow", async () => {
  const { compose, forms, show } = desk();
  const { text, lead, due } = forms[1].elements;
  const sent = [];
  let answer;
  compose.app.run = (name, data) => (sent.push(data.text), new Promise((resolve) => (answer = resolve)));
  document.querySelectorAll = () => [{ value: "Xã (C11)", dataset: { code: "C11" } }];
  const fill = (words) => {
    type(text, words);
    Object.assign(lead, { value: "Xã (C11)" });
    Object.assign(due, { value: "2026-12-31", min: "2026-01-01" });
  };
  const press = async () => {
    forms[1].dispatchEvent(new Event("submit"));
    await new Promise((resolve) => setImmediate(resolve));
  };
  show(called("hearing"));
  assert.equal(compose.unsent, false);
  fill("Giao xã trả lời");
  await press();
  await press();
  assert.deepEqual(sent, ["Giao xã trả lời"]);
  assert.equal(compose.unsent, true, "the page is not left without a question");
  type(text, "Giao sở kiểm tra");
  answer({ ok: true, n: 2 });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(text.value, "Giao sở kiểm tra", "what was typed meanwhile stays");
  await press();
  assert.deepEqual(sent, ["Giao xã trả lời", "Giao sở kiểm tra"]);
  answer({ ok: true, n: 3 });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(text.value, "");
  assert.equal(compose.unsent, false);
});
