/** The file on the desk: whom it may name depends on the kind of the case, also once it was fetched. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { page } from "./kit.mjs";

page(["kind.complaint", "kind.denunciation", "field.land", "item.state.hearing"]);
globalThis.DOMParser = class {
  parseFromString(text) {
    return { body: { childNodes: [text] } };
  }
};
const { CasePanel } = await import("../../../web/static/js/elements/case-panel.js");

const view = (kind) => ({
  current: "i1",
  session: { state: "live" },
  items: [{ id: "i1", state: "hearing", reason: null, case: { id: "c1", kind, field: "land", number: "1", title: "", unit: "" } }],
  taken_up: [],
  floor: null,
});

test("a case that becomes a denunciation takes the card that named its petitioners off the screen", async () => {
  const cards = ["<p>Nguyễn Văn Ba</p>", "<p>masked</p>"];
  const asked = [];
  globalThis.fetch = async (url) => ({ ok: true, text: async () => cards[asked.push(url) - 1] });
  const app = { looked: (of) => of.items[0], roomOf: () => null };
  const panel = new CasePanel(app);
  const file = panel.root.querySelector('[data-slot="file"]');
  const shown = () => file.children.flatMap((node) => node.children).join();
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  panel.render(view("complaint"));
  await settled();
  assert.match(shown(), /Nguyễn Văn Ba/);
  panel.render(view("complaint"));
  assert.equal(asked.length, 1, "fetched once");

  panel.render(view("denunciation"));
  assert.doesNotMatch(shown(), /Nguyễn Văn Ba/, "gone at once");
  await settled();
  assert.match(shown(), /masked/);

  panel.render(view("complaint"));
  await settled();
  assert.equal(asked.length, 3, "asked anew whenever the kind changes");
});

test("a card that was on its way when the kind changed is not shown", async () => {
  const answers = [];
  globalThis.fetch = () => new Promise((resolve) => answers.push((text) => resolve({ ok: true, text: async () => text })));
  const panel = new CasePanel({ looked: (of) => of.items[0], roomOf: () => null });
  const file = panel.root.querySelector('[data-slot="file"]');
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  panel.render(view("complaint"));
  panel.render(view("denunciation"));
  answers[1]("<p>masked</p>");
  await settled();
  answers[0]("<p>Nguyễn Văn Ba</p>");
  await settled();
  assert.deepEqual(file.children.flatMap((node) => node.children), ["<p>masked</p>"]);
});
