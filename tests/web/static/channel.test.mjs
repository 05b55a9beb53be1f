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

test("after a sleep an answer is waited for only briefly", (t) => {
  const { channel } = scene(t);
  Socket.all[0].open();
  Socket.all[0].say(WELCOME);
  channel.wake();
  const asked = Socket.all[0].sent.at(-1);
  assert.equal(asked.type, "ping");
  Socket.all[0].say({ type: "pong", at: asked.at });
  mock.timers.tick(3_500);
  assert.equal(channel.state, "open", "it answered");
  channel.wake();
  mock.timers.tick(3_500);
  assert.equal(channel.state, "waiting", "nothing came: it is gone, whatever the network says");
  channel.wake();
  assert.equal(Socket.all.length, 2, "a wait is cut short");
});

test("whoever was signed out and signs in again elsewhere goes on, and what waited is sent", (t) => {
  const { channel, socket } = scene(t);
  const states = [];
  socket().open();
  socket().say({ ...WELCOME, you: { key: "account:a" } });
  channel.command("note.add", { text: "một" });
  socket().drop(4401);
  channel.addEventListener("state", ({ detail }) => states.push(detail.state));
  channel.revive();
  socket().drop(1006);
  assert.deepEqual(states, ["ended"], "still signed out: nothing else is said meanwhile");
  channel.revive();
  socket().open();
  socket().say({ ...WELCOME, you: { key: "account:a" } });
  assert.deepEqual([states.at(-1), socket().sent.at(-1).id, channel.waiting], ["open", "c1", 1]);
});

test("what waits is never sent in another's name", (t) => {
  const { channel, socket } = scene(t);
  socket().open();
  socket().say({ ...WELCOME, you: { key: "account:a" } });
  channel.command("note.add", { text: "một" });
  socket().drop(4401);
  channel.revive();
  socket().open();
  socket().say({ ...WELCOME, you: { key: "account:b" } });
  assert.equal(channel.state, "ended");
  assert.deepEqual(socket().sent.map((each) => each.type), ["hello"]);
  assert.equal(channel.waiting, 1, "it waits for whoever wrote it");
});

test("a session that is over is not tried again", (t) => {
  const { channel, socket } = scene(t);
  socket().open();
  socket().drop(4404);
  channel.revive();
  assert.equal(Socket.all.length, 1);
});
