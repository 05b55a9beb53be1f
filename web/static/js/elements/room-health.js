/**
 * Looks after the room's own camera, microphone and loudspeaker while a session goes on, says how they are with each
 * report, and sends a small picture for the desk's wall. While the room is not on the air it looks through a small
 * capture of its own, which it gives up at once when somebody needs the camera.
 */
import { captureWatch, release, standby } from "../media/devices.js";
import { CameraJudge, Echo, MicrophoneJudge, speaker } from "../media/health.js";
import { currentItem } from "../session/select.js";
import { Ears } from "./room-ears.js";
import { RoomThumbnail } from "./room-thumbnail.js";

const HEAR_MS = 100;
const LOOK_MS = 500;
/** Whoever took the camera may still be opening it. */
const AGAIN_MS = 4_000;
/** Before it is said that there is no camera: a slow computer takes its time to open one. */
const QUIET_MS = 8_000;
const SAMPLES = { width: 160, height: 90 };
/** A word about a device that is not open just now, because somebody else is opening it, holds so long. */
const HOLDS_MS = 15_000;
const GOING_ON = new Set(["live", "paused"]);

export class RoomHealth {
  #own = null;
  #opening = false;
  #notBefore = 0;
  #quietUntil = performance.now() + QUIET_MS;
  #turn = 0;
  #lookedAt = 0;
  #source = null;
  #camera = { judge: new CameraJudge(), word: "off", at: -HOLDS_MS };
  #microphone = { judge: new MicrophoneJudge(), word: "off", at: -HOLDS_MS };
  #echo = new Echo();
  #ears = new Ears();

  constructor(app) {
    this.app = app;
    this.video = Object.assign(document.createElement("video"), { muted: true, playsInline: true });
    this.canvas = Object.assign(document.createElement("canvas"), SAMPLES);
    this.pen = this.canvas.getContext("2d", { willReadFrequently: true });
    this.pen.imageSmoothingEnabled = false; // averages have no noise
    this.thumbnail = new RoomThumbnail(app, this.video);
    standby.release = () => this.#yield();
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.#echo.forget());
    setInterval(() => this.#tick(performance.now()), HEAR_MS);
  }

  /** `health` of the next report, or null while there is nothing to look after. */
  now() {
    if (!this.#wanted) return null;
    const at = performance.now();
    if (!this.#source && (at < this.#quietUntil || !this.#looked)) return null; // nothing is known: nothing is said
    const voices = [...document.querySelectorAll("#screens audio")].filter((voice) => voice.srcObject);
    const held = voices.filter((voice) => voice.muted || voice.paused || voice.volume === 0).length;
    const blocked = !document.getElementById("sound-gate").hidden;
    return {
      camera: fresh(this.#camera, at),
      microphone: fresh(this.#microphone, at),
      speaker: speaker({ voices: voices.length, held, blocked, echo: this.#echo.judge() }),
      voice_only: this.app.listening || Boolean(this.app.screens?.starved),
    };
  }

  get #wanted() {
    return !this.app.over && GOING_ON.has(this.app.view.session.state);
  }

  /** Whether the room knows by now what it has, or why it has nothing. */
  get #looked() {
    const { found, trouble } = this.app.air;
    return found.camera !== null || Boolean(trouble);
  }

  #tick(now) {
    this.#hear(now);
    if (now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    this.#follow(now);
    this.#look(now);
    this.thumbnail.tick(now, this.#wanted && this.#seeing && !this.#inClosedHearing);
  }

  /** Look through what the room sends, else through a capture of its own. */
  #follow(now) {
    if (!this.#wanted || this.#opening || this.app.air.checking || this.app.air.asking) this.#quietUntil = now + QUIET_MS;
    if (!this.#wanted) this.#drop();
    else if (this.app.air.stream || ended(this.#own)) this.#drop();
    else if (!this.#own && now >= this.#notBefore) this.#open();
    const stream = this.app.air.stream ?? this.#own;
    if (stream === this.#source) return;
    this.#source = stream;
    this.#camera.judge.forget();
    this.#microphone.judge.forget();
    this.video.srcObject = stream;
    if (stream) this.video.play().catch(() => {});
    this.#ears.own(stream);
  }

  /** Only what was allowed before: this asks nobody. */
  async #open() {
    const { found, asking, checking } = this.app.air;
    if (this.#opening || asking || checking || !(found.camera || found.microphone)) return;
    this.#opening = true;
    const turn = this.#turn;
    try {
      const stream = await captureWatch(found);
      if (this.#wanted && !this.app.air.stream && turn === this.#turn) this.#own = stream;
      else release(stream);
    } catch {
      this.#notBefore = performance.now() + AGAIN_MS; // another program has it, or it is gone: the room says so itself
    } finally {
      this.#opening = false;
    }
  }

  /** Somebody opens the camera as it is sent. */
  #yield() {
    this.#turn += 1;
    this.#notBefore = performance.now() + AGAIN_MS;
    this.#drop();
  }

  #drop() {
    release(this.#own);
    this.#own = null;
  }

  get #seeing() {
    return track(this.#source, "video") !== null && this.video.videoWidth > 0;
  }

  get #inClosedHearing() {
    const item = currentItem(this.app.view);
    return item?.audience === "closed" && item.inside;
  }

  #look(now) {
    if (document.hidden || !this.#seeing) return; // a page in the background is shown no frames
    this.pen.drawImage(this.video, 0, 0, SAMPLES.width, SAMPLES.height);
    const { data } = this.pen.getImageData(0, 0, SAMPLES.width, SAMPLES.height);
    Object.assign(this.#camera, { word: this.#camera.judge.look(data, now), at: now });
  }

  #hear(now) {
    const microphone = track(this.#source, "audio");
    if (!microphone) return;
    const heard = this.#ears.hear();
    const dead = microphone.muted || !microphone.enabled;
    // Without a running audio clock nothing can be measured, and nothing is claimed.
    const word = heard ? this.#microphone.judge.hear(dead ? 0 : heard.peak, now) : dead ? "silent" : "live";
    Object.assign(this.#microphone, { word, at: now });
    // What is sent has its echo taken out, so only the own capture can prove anything.
    if (heard && this.#source === this.#own) this.#echo.add(this.#ears.played(), heard.rms);
  }
}

/** Something was unplugged. */
function ended(stream) {
  return Boolean(stream?.getTracks().some((each) => each.readyState === "ended"));
}

function track(stream, kind) {
  return stream?.getTracks().find((each) => each.kind === kind && each.readyState === "live") ?? null;
}

function fresh(device, now) {
  return now - device.at < HOLDS_MS ? device.word : "off";
}
