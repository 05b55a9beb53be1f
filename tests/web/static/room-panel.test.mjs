/** The file of a room's own case: one that could not be had is said, and comes when the hub can be asked again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyView } from "../../../web/static/js/session/reducer.js";
import { Clock, page } from "./kit.mjs";

page(["room.item.none", "agenda.hidden"]);
const clock = new Clock();
globalThis.DOMParser = class {
  parseFromString(text) {
    return { body: { childNodes: [text] } };
  }
};
const { RoomPanel } = await import("../../../web/static/js/elements/room-panel.js");

const heard = (id) => ({ id, state: "hearing", audience: "all", inside: true, case: { id: `case-${id}`, unit: "90312", title: "" } });
const view = (id) => ({ ...emptyView(), current: id, items: id ? [heard(id)] : [] });

/** A room whose hub answers as `answers` says, one after the other; then not at all. */
function room(...answers) {
  page(["room.item.none", "agenda.hidden"]);
  const asked = [];
  globalThis.fetch = async (url, { signal }) => {
    assert.ok(signal, "it does not wait for ever");
    asked.push(url);
    const answer = answers.shift();
    if (!answer) throw new TypeError("no line");
    return answer;
  };
  const panel = new RoomPanel({ unit: "90312", ours: () => true, now: 0 });
  const file = panel.case.querySelector('[data-slot="file"]');
  return { panel, asked, file };
}

const card = (text) => ({ ok: true, text: async () => text });
const settled = () => new Promise((resolve) => setImmediate(resolve));
const later = () => clock.pass(12_000);

test("a file that could not be had is said to be missing, and asked for again by itself", async () => {
  const { panel, asked, file } = room({ ok: false, status: 503 }, null, card("<p>Đất</p>"));
  panel.render(view("i1"));
  await settled();
  panel.render(view("i1"));
  assert.equal(asked.length, 1, "not with every render");
  assert.equal(file.children.length, 1);
  assert.notEqual(file.children[0], "<p>Đất</p>");
  await later();
  await later();
  assert.deepEqual(file.children, ["<p>Đất</p>"]);
  await later();
  assert.equal(asked.length, 3, "no more when it is there");
});

test("with the line the file comes back at once, and nothing is asked twice", async () => {
  const { panel, asked, file } = room(null, card("<p>Đất</p>"));
  panel.render(view("i1"));
  await settled();
  panel.back();
  await settled();
  assert.deepEqual(file.children, ["<p>Đất</p>"]);
  panel.back();
  await later();
  assert.equal(asked.length, 2);
});

test("what failed is not asked for when its hearing is over", async () => {
  const { panel, asked, file } = room();
  panel.render(view("i1"));
  await settled();
  panel.render(view(null));
  await later();
  panel.back();
  assert.equal(asked.length, 1);
  assert.deepEqual(file.children, []);
});
