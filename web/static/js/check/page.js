/** A room checks its devices and its line: step by step on one screen, then a verdict with causes and fixes. */
import { fill, icon, setState, slot, word, write } from "../elements/dom.js";
import { hourMinute } from "../elements/time.js";
import { release } from "../media/devices.js";
import { openCamera, openMicrophone, watch } from "./devices.js";
import { ask, insist } from "./hub.js";
import { tryLine } from "./line.js";
import { Sound } from "./sound.js";

const STEPS = ["camera", "microphone", "speaker", "line", "screen"];
/** How long a browser that wants a press is waited for. */
const PRESS_MS = 25_000;
const POLL_MS = 10_000;
/** How long a result stays before the room goes back to where it waits, seconds. */
const STAY_S = { fine: 20, attention: 40, act: 240 };
const SEND_MS = 10 * 60_000;
/** The share of the tones with which nobody needs to listen again. */
const SURE = 0.75;
const RUNNING = new Set(["live", "paused"]);
/** dBFS that the level's bar begins with. */
const BAR_DB = -80;

export class CheckPage {
  /** What was measured, as it is sent; null before the first check is through. */
  measures = null;
  result = null;
  #running = false;
  #began = null;
  #leaving = null;

  constructor(root) {
    this.root = root;
    this.auto = root.dataset.auto === "true";
    this.video = root.querySelector("video");
    this.meter = root.querySelector("meter");
  }

  begin() {
    document.addEventListener("click", (event) => this.#press(event.target.closest("button")?.dataset.act));
    setInterval(() => this.#poll(), POLL_MS);
    this.#poll();
    this.run();
  }

  async run() {
    if (this.#running) return;
    this.#running = true;
    clearInterval(this.#leaving);
    this.#show("running");
    for (const step of STEPS) this.#step(step, "wait", word("check.wait"));
    try {
      this.measures = await this.#measure();
      this.#show("sending");
      this.#judged(await insist("POST", "", this.measures, SEND_MS, () => this.#show("unsent")));
    } catch (error) {
      console.error("check", error);
      this.#show(error.code === "sign_in_needed" ? "gone" : "unsent");
    } finally {
      this.#running = false;
    }
  }

  async #measure() {
    const screen = this.#screen();
    const [camera, sound, ways] = await Promise.all([this.#camera(), this.#sound(), this.#line()]);
    return { screen, camera, ...sound, line: ways, clock_ms: await this.#clock() };
  }

  #screen() {
    const width = Math.round(innerWidth * devicePixelRatio);
    const height = Math.round(innerHeight * devicePixelRatio);
    this.#step("screen", "done", word("check.measured.screen", { width, height }));
    return { width, height };
  }

  async #camera() {
    this.#step("camera", "doing", word("check.doing.camera"));
    let stream = null;
    try {
      stream = await openCamera();
      this.video.srcObject = stream;
      this.video.hidden = false;
      const seen = await watch(this.video);
      this.#step("camera", "done", word("check.measured.camera", { ...seen, fps: Math.round(seen.fps) }));
      return seen;
    } catch (error) {
      this.#step("camera", "done", word("check.measured.none"));
      return { trouble: error.why ?? "busy" };
    } finally {
      release(stream);
      this.video.srcObject = null;
      this.video.hidden = true;
    }
  }

  /** Microphone and loudspeaker: the one is the other's ear. */
  async #sound() {
    this.#step("microphone", "doing", word("check.doing.microphone"));
    const none = { played: false, tones: 0, matched: 0, level_db: 0, echo_db: null };
    const sound = new Sound();
    let open = null;
    try {
      open = await openMicrophone(false);
      const played = await this.#audible(sound);
      if (!played) return { microphone: { level_db: 0, clipped: 0 }, speaker: none };
      this.#step("speaker", "doing", word("check.doing.speaker"));
      const { level_db, clipped, tones } = await this.#tones(sound, open);
      this.#step("microphone", "done", word("check.measured.microphone", { level: Math.round(level_db) }));
      const heard = { tones: tones.tones, matched: tones.matched, level_db: tones.level_db };
      release(open);
      open = null;
      const echo_db = tones.matched > tones.tones / 2 ? await this.#echo(sound) : null;
      const said = tones.matched > 0 ? "check.measured.speaker" : "check.measured.unheard";
      this.#step("speaker", "done", word(said, { ...heard, level: Math.round(tones.level_db) }));
      return { microphone: { level_db, clipped }, speaker: { played, ...heard, echo_db } };
    } catch (error) {
      for (const step of ["microphone", "speaker"]) this.#step(step, "done", word("check.measured.none"));
      const trouble = error.why ?? "busy";
      return { microphone: { trouble }, speaker: { ...none, played: true } };
    } finally {
      release(open);
      this.meter.value = BAR_DB;
      sound.close();
    }
  }

  /** Twice at most: a door that shuts, or a computer that has just begun, must not fail a room. */
  async #tones(sound, microphone) {
    const first = await sound.hear(microphone, (level) => this.#level(level));
    if (first.tones.matched >= first.tones.tones * SURE) return first;
    const second = await sound.hear(microphone, (level) => this.#level(level));
    return second.tones.matched > first.tones.matched ? second : first;
  }

  /** What is left of the loudspeakers when the browser takes them out, as it does while the room speaks. */
  async #echo(sound) {
    this.#step("speaker", "doing", word("check.doing.echo"));
    const stream = await openMicrophone(true);
    try {
      const { tones } = await sound.hear(stream, (level) => this.#level(level));
      return tones.matched > tones.tones / 2 ? tones.level_db : 0;
    } finally {
      release(stream);
    }
  }

  /** Whether the page may be heard; where the browser wants a press first, it is asked for. */
  async #audible(sound) {
    if (await sound.begin()) return true;
    const gate = this.root.querySelector("[data-gate]");
    gate.hidden = false;
    gate.focus();
    await Promise.race([
      new Promise((resolve) => gate.addEventListener("click", resolve, { once: true })),
      new Promise((resolve) => setTimeout(resolve, PRESS_MS)),
    ]);
    gate.hidden = true;
    return sound.begin();
  }

  async #line() {
    this.#step("line", "doing", word("check.doing.ways"));
    const line = await tryLine((step, { share = 0 } = {}) => {
      const doing = { ways: "check.doing.ways", waiting: "check.doing.turn", speed: "check.doing.speed" }[step];
      this.#step("line", "doing", word(doing, { percent: Math.round(share * 100) }));
    });
    this.#step("line", "done", this.#lineWords(line));
    return line;
  }

  #lineWords(line) {
    const way = line.used ? word(`check.way.${line.used}`) : word("check.way.none");
    if (line.up_bits === undefined) return way;
    const [up, down] = [megabits(line.up_bits), megabits(line.down_bits)];
    return word("check.measured.line", { way, up, down, loss: Math.round(Math.max(line.up_loss, line.down_loss) * 100) });
  }

  async #clock() {
    try {
      const asked = Date.now();
      const { now } = await ask("GET", "");
      const answered = Date.now();
      return Math.round((asked + answered) / 2 - Date.parse(now));
    } catch {
      return 0;
    }
  }

  #level(level_db) {
    this.meter.value = Math.max(BAR_DB, level_db);
  }

  /** One line of the list: `wait`, `doing`, `done`, or a tone. */
  #step(name, state, text) {
    const line = this.root.querySelector(`[data-step="${name}"]`);
    line.dataset.state = state;
    const tone = ["fine", "attention", "act"].includes(state) ? state : "";
    const said = tone ? `check.tone.${tone}` : `check.state.${state}`;
    setState(slot(line, "state"), tone, word(said), tone || (state === "doing" ? "clock" : "neutral"));
    if (text !== undefined) write(slot(line, "text"), text);
  }

  #judged(result) {
    this.result = result;
    for (const step of STEPS) {
      const own = result.causes.filter((cause) => cause.step === step);
      this.#step(step, own.some((each) => each.severity === "stop") ? "act" : own.length > 0 ? "attention" : "fine");
    }
    this.#show(result.tone);
    fill(this.root, { at: word("check.at", { time: hourMinute(result.at) }) });
    slot(this.root, "causes").replaceChildren(...result.causes.map(causeOf));
    this.root.querySelector('[data-act="again"]').focus({ preventScroll: true });
    this.#leaveIn(STAY_S[result.tone]);
  }

  /** The tile: `running`, `sending`, `unsent`, `gone`, or a tone. */
  #show(state) {
    const tile = slot(this.root, "tile");
    const tone = { unsent: "act", gone: "act", running: "", sending: "" }[state] ?? state;
    tile.dataset.tone = tone;
    slot(tile, "sign").replaceChildren(icon(tone || "clock"));
    fill(tile, { verdict: word(`check.verdict.${state}`), why: word(`check.verdict.${state}.text`) });
    if (!["fine", "attention", "act"].includes(state)) slot(this.root, "causes").replaceChildren();
    if (state === "running") fill(this.root, { leave: "", at: "" });
    this.root.dataset.state = state;
    this.root.querySelector('[data-act="again"]').disabled = state === "running";
  }

  /** Nobody has to bring the room back: it goes by itself, and says when. */
  #leaveIn(seconds) {
    let left = seconds;
    const say = () => fill(this.root, { leave: word("check.leave", { n: left, seconds: left }) });
    say();
    this.#leaving = setInterval(() => {
      left -= 1;
      if (left <= 0) this.#leave();
      else say();
    }, 1_000);
  }

  #leave() {
    clearInterval(this.#leaving);
    location.replace("/room");
  }

  /** A session that begins takes the room along, unless somebody checks while it is on. */
  async #poll() {
    try {
      const { session } = await ask("GET", "");
      const running = RUNNING.has(session?.state);
      if (running && this.#began === false) this.#leave();
      this.#began ??= running;
    } catch (error) {
      if (error.code === "sign_in_needed") this.#leave(); // the room's page says what to do
    }
  }

  #press(act) {
    if (act === "again") this.run();
    else if (act === "leave") this.#leave();
  }
}

function causeOf({ code, severity }) {
  const tone = severity === "stop" ? "act" : "attention";
  const line = document.createElement("li");
  line.className = `notice ${tone}`;
  line.dataset.cause = code;
  const text = document.createElement("div");
  const [what, fix] = [document.createElement("strong"), document.createElement("p")];
  what.textContent = word(`check.cause.${code}`);
  fix.textContent = word(`check.cause.${code}.fix`);
  text.append(what, fix);
  line.append(icon(tone), text);
  return line;
}

/** In megabits, with the comma or point of the page's language. */
function megabits(bits) {
  return new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format(bits / 1e6);
}
