/** The programme as the rooms have it: pictures and voices by slot, with a word where there is none. */
import { Wants } from "../media/wants.js";

/** A browser that refuses to play says so at once; longer than this is only a lack of data. */
const ANSWER_MS = 300;

function isRefusal(error) {
  return error.name === "NotAllowedError";
}

const PICTURES = ["main", "second", "document"];
/** What is sent of a picture, best first. */
const RUNGS = ["high", "low", "few", "none"];

export class Screens {
  #streams = new Map();
  #listening = false;
  #shown = [];
  #lacking = {};

  /**
   * @param {HTMLElement} root @param {import("../media/peer.js").Peer} peer
   * @param {import("../net/channel.js").Channel} channel
   * @param {{seen?: (slot: string, on: boolean) => void, refused?: () => void, line?: () => void}} told a
   * picture came or went; the browser wants a press before it lets voices be heard; the hub sends more or less than before */
  constructor(root, peer, channel, { seen = () => {}, refused = () => {}, line = () => {} } = {}) {
    this.root = root;
    this.seen = seen;
    this.refused = refused;
    this.line = line;
    this.heard = false;
    this.wants = new Wants(peer, channel);
    peer.addEventListener("track", ({ detail }) => this.#track(detail));
    channel.addEventListener("welcome", () => this.#begin());
    peer.addEventListener("state", ({ detail }) => detail.state === "connecting" && this.#lacks({}));
    channel.addEventListener("line", ({ detail }) => this.#lacks(detail.slots));
    channel.addEventListener("program", ({ detail }) => this.#program(detail.slots));
    document.addEventListener("visibilitychange", () => this.#look());
    this.#measure();
  }

  /** Somebody chose to hear only. */
  listenOnly(on) {
    this.#listening = on;
    this.#look();
  }

  #look() {
    this.wants.off(this.#listening || document.hidden);
  }

  /** Small pictures are sent small. */
  #measure() {
    const observer = new ResizeObserver((entries) => {
      for (const { target, contentRect } of entries) {
        this.wants.shows(target.dataset.slotName, Math.round(contentRect.width * devicePixelRatio));
      }
    });
    for (const figure of this.root.querySelectorAll("figure[data-slot-name]")) observer.observe(figure);
  }

  #begin() {
    this.#program([]);
    this.#lacks({});
  }

  /** A document is shown large, with the faces small beside it, as long as somebody shares one. */
  #program(slots) {
    this.#shown = PICTURES.filter((slot) => slots.includes(slot));
    this.root.classList.toggle("with-document", slots.includes("document"));
    this.line();
  }

  /** The line is too weak for these; the last frame of one that is not sent any more is no picture. */
  #lacks(slots) {
    this.#lacking = slots;
    for (const slot of PICTURES) {
      this.root.querySelector(`[data-slot-name="${slot}"]`)?.classList.toggle("starved", slots[slot] === "none");
    }
    this.line();
  }

  /** Whether the hub shows this screen any picture now; outside the audience it does not. */
  get due() {
    return this.#shown.length > 0;
  }

  /** Whether there are pictures, and the line is too weak for all of them. */
  get starved() {
    return this.#shown.length > 0 && this.#shown.every((slot) => this.#lacking[slot] === "none");
  }

  /** What is sent of the picture that lacks most, of those that are sent. @returns {"high" | "low" | "few"} */
  get worst() {
    const sent = this.#shown.map((slot) => this.#lacking[slot] ?? "high").map((rung) => (rung === "none" ? "low" : rung));
    return RUNGS.findLast((rung) => sent.includes(rung)) ?? "high";
  }

  /** The element of a slot: a figure's video, or an audio. */
  media(slot) {
    const place = this.root.querySelector(`[data-slot-name="${slot}"]`);
    return place.matches("audio") ? place : place.querySelector("video");
  }

  /**
   * Let the voices be heard, or not. A voice that has nothing to say yet keeps its promise open, so only a refusal
   * counts. @returns {Promise<boolean>} false when the browser wants a press first
   */
  sound(on) {
    this.heard = on;
    const voices = [...this.root.querySelectorAll("audio")];
    for (const voice of voices) voice.muted = !on;
    if (!on) return Promise.resolve(true);
    const refused = voices.filter((voice) => voice.srcObject).map((voice) => voice.play().then(() => false, isRefusal));
    const soon = new Promise((resolve) => setTimeout(resolve, ANSWER_MS, false));
    return Promise.all(refused.map((each) => Promise.race([each, soon]))).then((all) => !all.includes(true));
  }

  /** The voices that are played here. */
  voices() {
    const tracks = [...this.root.querySelectorAll("audio")].flatMap((voice) => voice.srcObject?.getTracks() ?? []);
    return tracks.filter((track) => !track.muted);
  }

  /** Not heard for a moment, without stopping them. @param {boolean | number} on how loud is left: true for nothing */
  hush(on) {
    const left = on === true ? 0 : on === false ? 1 : on;
    for (const voice of this.root.querySelectorAll("audio")) if (voice.volume !== left) voice.volume = left;
  }

  /** How two pictures stand. @param {"hall" | "side_by_side" | "point"} layout */
  layOut(layout) {
    if (this.root.dataset.layout !== layout) this.root.dataset.layout = layout;
  }

  /** Whether voices are here and none is held back. */
  get playing() {
    const voices = [...this.root.querySelectorAll("audio")].filter((voice) => voice.srcObject);
    return voices.length > 0 && voices.every((voice) => !voice.paused && !voice.muted);
  }

  /** The second picture belongs to whoever has the floor: with nobody there, what is left of it is not shown. */
  second(name) {
    const place = this.root.querySelector('[data-slot-name="second"]');
    place.classList.toggle("unused", !name);
    return place;
  }

  #track({ slot, track }) {
    const element = this.media(slot);
    const stream = new MediaStream([track]);
    this.#streams.set(slot, stream);
    element.srcObject = stream;
    element.play().catch((error) => isRefusal(error) && this.refused());
    if (track.kind !== "video") return;
    const figure = element.closest(".picture");
    const show = (on) => {
      if (this.#streams.get(slot) !== stream) return;
      figure.classList.toggle("has-picture", on);
      this.seen(slot, on);
    };
    track.addEventListener("mute", () => show(false));
    track.addEventListener("unmute", () => show(true));
    element.addEventListener("resize", () => show(!track.muted && element.videoWidth > 0));
    show(!track.muted && element.videoWidth > 0);
  }
}
