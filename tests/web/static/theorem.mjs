/** Reads `{you, start, events, head, end}` lines and says where *snapshot + events = later snapshot* does not hold. */
import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { advance, apply } from "../../../web/static/js/session/reducer.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { you, start, events, head, end } = JSON.parse(line);
  const view = advance(events.reduce((before, event) => apply(before, event, you), start), head);
  assert.deepEqual(view, end, `from ${start.n} to ${head} for ${JSON.stringify(you)}`);
}
