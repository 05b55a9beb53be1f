/** The desk's end of a private talk. One desk of an account has it: the one that began it, also after a reload. */
import { captureBest, release } from "../media/devices.js";
import { Replug } from "../media/replug.js";
import { consented, talkOf } from "../session/speaking.js";
import { word } from "./dom.js";
import { PrivateTalk } from "./private-talk.js";

const BEGAN = "hub.talk-here";
/** How loud the session stays meanwhile, 0–1. */
const QUIET = 0.15;

export class DeskTalk {
  #stream = null;

  constructor(app) {
    this.app = app;
    this.talk = new PrivateTalk({
      channel: app.channel,
      side: "console",
      stream: () => this.#open(),
      hush: (on) => app.screens.hush(on && QUIET),
      close: () => app.run("talk.close"),
    });
    this.replug = new Replug({
      stream: () => this.#stream,
      gone: (kind) => this.#gone(kind),
      back: () => this.talk.give(this.#stream),
    });
  }

  render(view) {
    const talk = talkOf(view, { ...this.app.store.you, point: null });
    if (!talk) this.#release();
    const here = sessionStorage.getItem(BEGAN) !== null;
    this.talk.follow(here ? talk : null, Boolean(talk) && consented(view, talk.point));
  }

  async begin(point) {
    sessionStorage.setItem(BEGAN, point);
    const outcome = await this.app.run("talk.open", { point });
    if (!outcome.ok && !this.talk.open) sessionStorage.removeItem(BEGAN);
  }

  async #open() {
    if (this.#stream) return this.#stream;
    try {
      const { stream } = await captureBest();
      if (!talkOf(this.app.store.shown, { ...this.app.store.you, point: null })) return release(stream);
      this.#stream = stream;
      this.replug.follow();
    } catch (error) {
      this.app.toasts.show(word(`toast.camera.${error.why === "none" ? "missing" : (error.why ?? "busy")}`));
    }
    return this.#stream;
  }

  #gone(kind) {
    this.talk.peer?.publish(kind, null);
    this.app.toasts.show(word("toast.camera.missing"));
  }

  #release() {
    release(this.#stream);
    this.#stream = null;
    this.replug.follow();
  }
}
