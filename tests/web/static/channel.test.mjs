/** The channel against a socket of its own: hello, resume, commands that outlive the line, codes that are final. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Channel } from "../../../web/static/js/net/channel.js";

class Socket {
  static all = [];
  readyState = 0;
  sent = [];
  constructor() {
    Socket.all.push(this);
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {}
  open() {
    this.readyState = 1;
    this.onopen();
  }
  say(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }
  drop(code) {
    this.readyState = 3;
    this.onclose({ code });
  }
}

const WELCOME = { type: "welcome", version: 1, you: {}, head: 3, now: new Date().toISOString(), media: "none" };

function scene(t) {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  Socket.all = [];
  let head = null;
  let ids = 0;
  const channel = new Channel({
    url: "ws://hub/ws/sessions/s",
    screen: "room",
    head: () => head,
    media: () => "peer-1",
    socket: () => new Socket(),
    random: () => 0,
    id: () => `c${(ids += 1)}`,
  });
  channel.connect();
  return { channel, at: (n) => (head = n), socket: () => Socket.all.at(-1) };
}

test("it says hello first, with what it has", (t) => {
  const { socket } = scene(t);
  socket().open();
  assert.deepEqual(socket().sent, [{ type: "hello", version: 1, resume: null, media: "peer-1", screen: "room" }]);
});

test("a command waits for the welcome", (t) => {
  const { channel, socket } = scene(t);
  channel.command("hand.raise");
  socket().open();
  assert.equal(socket().sent.length, 1);
  socket().say(WELCOME);
  assert.deepEqual(socket().sent.at(-1), { type: "command", id: "c1", name: "hand.raise", data: {} });
});

test("an unanswered command is sent again after a reconnection, with its own id, and the resume number", (t) => {
  const { channel, at, socket } = scene(t);
  socket().open();
  socket().say(WELCOME);
  channel.command("note.add", { text: "một", mark: null });
  at(7);
  socket().drop(1006);
  assert.equal(channel.state, "waiting");
  mock.timers.tick(200);
  socket().open();
  socket().say(WELCOME);
  assert.equal(socket().sent[0].resume, 7);
  assert.equal(socket().sent.at(-1).id, "c1");
  socket().say({ type: "done", id: "c1", n: 8 });
  socket().drop(1001);
  mock.timers.tick(200);
  socket().open();
  socket().say(WELCOME);
  assert.equal(socket().sent.length, 1, "answered is answered");
});

for (const code of [4400, 4401, 4404, 4409]) {
  test(`after ${code} it stays away`, (t) => {
    const { channel, socket } = scene(t);
    const ended = [];
    channel.addEventListener("ended", ({ detail }) => ended.push(detail.code));
    socket().open();
    socket().drop(code);
    mock.timers.tick(60_000);
    assert.deepEqual([channel.state, ended, Socket.all.length], ["ended", [code], 1]);
  });
}

test("a hub that never answers is given up and tried again", (t) => {
  const { channel } = scene(t);
  mock.timers.tick(10_000);
  assert.equal(channel.state, "waiting");
  mock.timers.tick(200);
  assert.equal(Socket.all.length, 2);
});

test("messages go to whoever listens, by kind", (t) => {
  const { channel, socket } = scene(t);
  const heard = [];
  for (const kind of ["event", "head", "media", "wall"]) channel.addEventListener(kind, () => heard.push(kind));
  socket().open();
  socket().say(WELCOME);
  socket().say({ type: "event", n: 4 });
  socket().say({ type: "media.offer", peer: "p", sdp: "" });
  socket().say({ type: "wall", points: {} });
  assert.deepEqual(heard, ["event", "media", "wall"]);
  assert.equal(channel.lostSince, null);
  channel.close();
});
