/** One room's cause, fix, phone, small picture and what happened to it, in a dialog over the wall. */
import { ills, TILE_SIGNS } from "../session/select.js";
import { clone, fill, setState, slot, word } from "./dom.js";
import { hourMinute } from "./time.js";

/** Changes of one room that are kept, and shown. */
const MOST = 12;

export class WallPoint {
  #changes = new Map();
  #told = new Map();
  #tile = null;

  constructor(wall) {
    this.wall = wall;
    this.dialog = /** @type {HTMLDialogElement} */ (document.getElementById("point"));
    this.dialog.addEventListener("close", () => this.#closed());
  }

  /** A room's tile says something else from now on. */
  changed(point, state) {
    const list = this.#changes.get(point) ?? [];
    list.unshift({ at: new Date(this.wall.app.channel.now()).toISOString(), text: word(`wall.${state}`) });
    list.length = Math.min(list.length, MOST);
    this.#changes.set(point, list);
  }

  open(tile) {
    this.#tile = tile;
    this.dialog.returnValue = "";
    this.#fill();
    this.dialog.showModal();
    this.wall.pictures.follow();
    this.#ask(tile.dataset.point);
  }

  refresh() {
    if (this.dialog.open) this.#fill();
  }

  get point() {
    return this.dialog.open ? this.#tile.dataset.point : null;
  }

  /** Its small picture, when there is one. */
  picture(url) {
    const image = /** @type {HTMLImageElement} */ (slot(this.dialog, "picture"));
    image.hidden = !url;
    if (url && image.src !== url) image.src = url;
  }

  #fill() {
    const { point, name, phone, contact } = this.#tile.dataset;
    const state = this.#tile.dataset.state ?? "missing";
    const { shown } = this.wall.app.store;
    const presence = shown.points[point];
    const report = this.wall.reportOf(point);
    const here = state === "missing" ? [] : ills(report);
    const who = shown.present?.[point]?.people ?? [];
    fill(this.dialog, {
      name,
      since: presence ? word("wall.detail.since", { at: hourMinute(presence.at) }) : "",
      fix: [...here.map((ill) => word(`wall.fix.${ill}`)), state === "ill" ? "" : word(this.#fix(state, report))].filter(Boolean).join(" "),
      who: who.map((each) => this.wall.sits(each)).join(" · ") || word("wall.detail.nobody"),
      loss: report ? `${(report.loss * 100).toFixed(1)} %` : "–",
      sent: report?.sent ? word(`wall.sent.${report.sent}`) : "–",
      rtt: report?.rtt_ms != null ? `${Math.round(report.rtt_ms)} ms` : "–",
      contact: contact ?? "",
    });
    this.#phone(phone);
    const causes = here.map((ill) => word(`wall.ill.${ill}`));
    setState(slot(this.dialog, "state"), TILE_SIGNS[state], [word(`wall.${state}`), ...causes].join(", "));
    for (const act of this.dialog.querySelectorAll('[data-act="give"], [data-act="talk"]')) act.disabled = presence?.state !== "joined";
    this.picture(this.wall.pictures.of(point));
    this.#history(point);
  }

  /** A room that is sent nothing just now lacks nothing: between cases, in a pause, outside a hearing. */
  #fix(state, report) {
    return state === "live" && !report?.picture ? "wall.detail.fix.idle" : `wall.detail.fix.${state}`;
  }

  #phone(phone) {
    const link = /** @type {HTMLAnchorElement} */ (slot(this.dialog, "phone"));
    slot(this.dialog, "no-phone").hidden = Boolean(phone);
    link.hidden = !phone;
    if (!phone) return;
    fill(this.dialog, { number: phone });
    link.href = `tel:${phone.replace(/[^0-9+]/g, "")}`;
  }

  /** What the timeline has of this room, once for each time the dialog opens. */
  async #ask(point) {
    const answer = await fetch(`/api/sessions/${this.wall.app.session}/points/${point}/history`).catch(() => null);
    if (!answer?.ok) return;
    const { events } = await answer.json();
    this.#told.set(point, events.map(({ at, kind }) => ({ at, text: word(`wall.history.${kind}`) })));
    if (this.point === point) this.#history(point);
  }

  #history(point) {
    const list = slot(this.dialog, "history");
    const known = [...(this.#changes.get(point) ?? []), ...(this.#told.get(point) ?? [])];
    const lines = known.sort((a, b) => b.at.localeCompare(a.at)).slice(0, MOST);
    const key = lines.map(({ at, text }) => at + text).join();
    if (list.dataset.key === key) return;
    list.dataset.key = key;
    list.replaceChildren(...lines.map(({ at, text }) => fill(clone("t-history"), { at: hourMinute(at), text })));
    slot(this.dialog, "history-part").hidden = lines.length === 0;
  }

  #closed() {
    const tile = this.#tile;
    this.wall.pictures.follow();
    if (this.dialog.returnValue === "floor") this.wall.app.giveFloor(tile.dataset.point);
    if (this.dialog.returnValue === "talk") this.wall.app.openTalk(tile.dataset.point);
  }
}
