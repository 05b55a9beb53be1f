/**
 * The line, tried with media connections to the relay itself: the room sends a picture and is sent it back. By UDP alone,
 * by TCP alone, through the TURN server alone; then how much fits.
 */
import { HubRefused, ask, insist } from "./hub.js";
import { noise } from "./noise.js";
import { look, measure } from "./speed.js";

/** Until the picture must have come back. */
const WAY_MS = 10_000;
const SPEED_MS = 8_000;
const LOOK_MS = 250;
/** How long a room waits for its turn; 190 rooms are through in less. */
const TURN_MS = 15 * 60_000;
const ADMIT_MS = 60_000;
const FRESH_MS = 15_000;
const CAMERA_MID = "6";
const OUT_MIDS = new Set([CAMERA_MID, "7", "8"]);
/** Three times this must come back over a line for voices only. */
const WAY_BITS = 20_000;

const WAYS = {
  udp: { keeps: (line) => / udp /i.test(line), options: () => ({}) },
  tcp: { keeps: (line) => / tcp /i.test(line), options: () => ({}) },
  turn: { keeps: () => true, options: (ice) => ({ iceServers: ice, iceTransportPolicy: "relay" }) },
};

/**
 * @param {(step: "ways" | "waiting" | "speed", more?: object) => void} tell
 * @returns {Promise<object>} `Line` of hub/reception/checks.py
 */
export async function tryLine(tell) {
  tell("ways");
  const tried = await Promise.all(Object.keys(WAYS).map((way) => tryWay(way)));
  const [udp, tcp, turn] = tried;
  const refused = tried.map((each) => each.refused).find(Boolean);
  for (const each of tried) delete each.refused;
  const line = { udp, tcp, turn };
  const used = Object.keys(WAYS).find((way) => line[way].ok);
  if (refused && !used) return { ...line, refused };
  if (!used) return line;
  return { ...line, used, ...(await trySpeed(used, tell)) };
}

async function tryWay(way) {
  let trial;
  try {
    trial = await Trial.open("way", way, ADMIT_MS);
    if (!trial) return { ok: null };
    const began = performance.now();
    const picture = noise(64, 36);
    try {
      await trial.connect(picture.track, WAY_BITS, began + WAY_MS);
      const connect_ms = Math.round(performance.now() - began);
      const back = await trial.back(began + WAY_MS);
      return { ok: back !== null, connect_ms, rtt_ms: back?.rtt ?? null };
    } finally {
      picture.stop();
    }
  } catch (error) {
    if (error instanceof HubRefused && error.code.startsWith("media_")) return { ok: null, refused: error.code };
    return { ok: false };
  } finally {
    trial?.close();
  }
}

async function trySpeed(way, tell) {
  let trial;
  try {
    trial = await Trial.open("speed", way, TURN_MS, (code) => code === "check_busy" && tell("waiting"));
    if (!trial) return {};
    const picture = noise(640, 360);
    try {
      tell("speed");
      await trial.connect(picture.track, trial.bits, performance.now() + FRESH_MS);
      return measure(await trial.looks(SPEED_MS, (share) => tell("speed", { share })));
    } finally {
      picture.stop();
    }
  } catch {
    return {}; // reached before and not now: said to be unmeasured
  } finally {
    trial?.close();
  }
}

/** One connection by one way. */
class Trial {
  #connection;

  /** @returns {Promise<Trial | null>} null when there is no such way to try */
  static async open(purpose, way, ms, waits) {
    const offer = await insist("POST", "/peers", { purpose }, ms, waits);
    const { keeps, options } = WAYS[way];
    const sdp = offer.sdp
      .split("\r\n")
      .filter((line) => !line.startsWith("a=candidate:") || keeps(line))
      .join("\r\n");
    const none = way === "turn" ? offer.ice.length === 0 : !sdp.includes("a=candidate:");
    const trial = new Trial({ ...offer, sdp }, options(offer.ice));
    if (!none) return trial;
    trial.close();
    return null;
  }

  constructor({ peer, sdp, bits }, options) {
    Object.assign(this, { peer, sdp, bits });
    this.#connection = new RTCPeerConnection({ bundlePolicy: "max-bundle", ...options });
  }

  async connect(track, bits, until) {
    const connection = this.#connection;
    const up = new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error("time")), Math.max(0, until - performance.now()));
      connection.addEventListener("connectionstatechange", () => {
        if (connection.connectionState === "connected") resolve();
        if (connection.connectionState === "failed") reject(new Error("failed"));
      });
    });
    up.catch(() => {});
    await connection.setRemoteDescription({ type: "offer", sdp: this.sdp });
    for (const transceiver of connection.getTransceivers()) {
      if (!OUT_MIDS.has(transceiver.mid)) continue;
      transceiver.direction = "sendonly";
      if (transceiver.mid === CAMERA_MID) await transceiver.sender.replaceTrack(track);
    }
    await connection.setLocalDescription(await connection.createAnswer());
    await this.#shape(bits);
    await ask("POST", `/peers/${this.peer}`, { sdp: connection.localDescription.sdp });
    await up;
  }

  /** The whole picture alone, up to so many bits a second. */
  async #shape(bits) {
    const camera = this.#connection.getTransceivers().find((each) => each.mid === CAMERA_MID);
    const parameters = camera.sender.getParameters();
    for (const encoding of parameters.encodings) {
      if (encoding.rid === "l") encoding.active = false;
      encoding.scaleResolutionDownBy = 1;
      encoding.maxBitrate = bits;
    }
    await camera.sender.setParameters(parameters);
  }

  /** Until the picture came back. @returns {Promise<{rtt: number | null} | null>} */
  async back(until) {
    while (performance.now() < until) {
      const seen = look(await this.#connection.getStats(), performance.now());
      if (seen.packets > 2) return { rtt: seen.rtt === null ? null : Math.round(seen.rtt * 10) / 10 };
      await pause(100);
    }
    return null;
  }

  async looks(ms, told) {
    const began = performance.now();
    const looks = [];
    for (let at = began; at < began + ms; at = performance.now()) {
      looks.push(look(await this.#connection.getStats(), at));
      told(Math.min(1, (at - began) / ms));
      await pause(LOOK_MS);
    }
    return looks;
  }

  close() {
    this.#connection.close();
    ask("DELETE", `/peers/${this.peer}`).catch(() => {}); // the hub closes it by itself too
  }
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
