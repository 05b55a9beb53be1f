/** The state that needs the whole stage: cloned from its template when it begins, its slots kept up to date. */
import { countdown } from "../session/room-state.js";
import { currentItem } from "../session/select.js";
import { cloneAll, fill, setState, slot, word, write } from "./dom.js";
import { dayOf, hourMinute } from "./time.js";

export class RoomCover {
  #shown = "live";

  constructor(app) {
    this.app = app;
    this.root = document.getElementById("cover");
  }

  get shown() {
    return this.#shown;
  }

  /** @param {import("../session/room-state.js").RoomState} state */
  render(state, view, now) {
    this.#show(state);
    const { app } = this;
    if (state === "waiting") this.#waiting(view);
    else if (state === "called") this.#called(view, now);
    else if (state === "lost") fill(this.root, app.line.words());
    else if (state === "related") this.#related(view);
    else if (state === "paused" || state === "over") this.#why(state, view);
    else if (state === "trouble") fill(this.root, app.air.words());
  }

  #show(state) {
    if (state === this.#shown) return;
    this.#shown = state;
    this.root.hidden = state === "live";
    this.root.dataset.state = state;
    this.root.replaceChildren(...(state === "live" ? [] : [cloneAll(`cover-${state}`)]));
  }

  #waiting(view) {
    const { next, channel, air } = this.app;
    slot(this.root, "next-part").hidden = !next;
    slot(this.root, "none").hidden = Boolean(next);
    if (next) {
      const at = { day: dayOf(next.starts_at), time: hourMinute(next.starts_at) };
      fill(this.root, { title: view.session.title || next.title || "", at: word("room.waiting.at", at) });
    }
    this.#check("line", !channel || channel.open);
    this.#check("camera", air.found.camera);
    this.#check("microphone", air.found.microphone);
    this.#check("clock", this.app.time.right);
  }

  #check(name, good) {
    const key = good === null ? "wait" : good ? "ok" : "bad";
    setState(slot(this.root, name), { wait: "", ok: "fine", bad: "act" }[key], word(`room.check.${key}`));
  }

  /** Why it is paused, or will not be held. */
  #why(state, view) {
    const { reason, state: how } = view.session;
    const place = slot(this.root, "reason");
    place.hidden = !reason;
    if (reason) write(place, state === "paused" ? word("room.paused.reason", { reason }) : word("room.over.reason", { reason }));
    if (state !== "over") return;
    const key = how === "closed" ? "over" : how;
    fill(this.root, { title: word(`room.${key}.title`), text: word(`room.${key}.text`) });
    const { next } = this.app;
    const at = next && next.id !== view.session.id ? { day: dayOf(next.starts_at), time: hourMinute(next.starts_at) } : null;
    slot(this.root, "next").hidden = !at;
    if (at) write(slot(this.root, "next"), word("room.over.next", at));
  }

  /** The countdown, beside the room's own picture. */
  #called(view, now) {
    fill(this.root, { seconds: countdown(view, { point: this.app.point, now }) });
    const video = this.root.querySelector("video[data-self]");
    const { stream } = this.app.air;
    if (video && video.srcObject !== stream) video.srcObject = stream;
  }

  #related(view) {
    const item = currentItem(view);
    fill(this.root, { case: item?.case ? `${item.case.unit_name} · ${item.case.title}` : "" });
  }
}
