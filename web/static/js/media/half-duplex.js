/** Opens and shuts the microphone and the loudspeaker of a room that speaks, by turns (session/turns.js). */
import { firstTurn, nextTurn } from "../session/turns.js";
import { Levels } from "./levels.js";

const LOOK_MS = 40;

export class HalfDuplex {
  #own = null;
  #hall = null;
  #timer = null;
  #turn = firstTurn();
  #microphone = null;

  /** @param {{tracks: () => MediaStreamTrack[], hush: (on: boolean) => void}} hall what is played, and how to hush it */
  constructor(hall) {
    this.hall = hall;
  }

  /** `none`, `room` or `hall`; `none` also while both are open. */
  get who() {
    return this.#turn.who;
  }

  /** @param {MediaStreamTrack} microphone the one that is sent */
  start(microphone) {
    if (this.#microphone === microphone) return;
    this.stop();
    this.#microphone = microphone;
    this.#own = new Levels();
    this.#hall = new Levels();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** Both are open again. */
  stop() {
    if (!this.#microphone) return;
    clearInterval(this.#timer);
    this.#own.close();
    this.#hall.close();
    this.#open("none");
    this.#microphone = null;
    this.#turn = firstTurn();
  }

  #look() {
    this.#own.follow([this.#microphone]);
    this.#hall.follow(this.hall.tracks());
    const [room, hall] = [this.#own.level, this.#hall.level];
    // A browser that lets neither be measured leaves both open: its echo canceller is all there is.
    this.#turn = room === null ? firstTurn() : nextTurn(this.#turn, { room, hall: hall ?? 0, now: performance.now() });
    this.#open(this.#turn.who);
  }

  #open(who) {
    this.#microphone.enabled = who !== "hall";
    this.hall.hush(who === "room");
  }
}
