/** Camera and microphone of this screen, and why there is none, in one word. */

const CAMERA = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 24, max: 30 } };
const DOCUMENT = { width: { ideal: 1920 }, height: { ideal: 1080 }, frameRate: { ideal: 10, max: 15 } };
const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

const WATCH = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 5, max: 15 } };
/** The room as it sounds: what makes a voice clear would also hide that a microphone is dead. */
const RAW = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

/** Whoever only looks after the devices gives them up here, before they are opened to be sent: a camera has one size at a time. */
export const standby = { release() {} };

/** Trouble: `insecure` (no HTTPS), `denied`, `missing` (no camera), `mute` (no microphone), `none` (neither), `busy`. */
export class DeviceTrouble extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
}

/** @param {{camera: boolean, microphone: boolean}} wanted @returns {Promise<MediaStream>} or throws DeviceTrouble */
export async function capture({ camera, microphone }) {
  if (!navigator.mediaDevices?.getUserMedia) throw new DeviceTrouble("insecure");
  standby.release();
  try {
    return await navigator.mediaDevices.getUserMedia({ video: camera && CAMERA, audio: microphone && MICROPHONE });
  } catch (error) {
    throw new DeviceTrouble(reason(error));
  }
}

/** Small and raw, to look after the devices. @param {{camera: boolean, microphone: boolean}} found */
export function captureWatch({ camera, microphone }) {
  return navigator.mediaDevices.getUserMedia({ video: Boolean(camera) && WATCH, audio: Boolean(microphone) && RAW });
}

/**
 * As much as there is: both, else the voice alone, else the picture alone.
 * @returns {Promise<{stream: MediaStream, missing: string | null}>} or throws DeviceTrouble
 */
export async function captureBest() {
  const has = await plugged();
  if (!has.camera && !has.microphone && navigator.mediaDevices) throw new DeviceTrouble("none");
  if (has.camera && !has.microphone) {
    return { stream: await capture({ camera: true, microphone: false }), missing: "mute" };
  }
  try {
    return { stream: await capture({ camera: true, microphone: true }), missing: null };
  } catch (error) {
    if (error.why === "insecure" || error.why === "denied") throw error;
    return { stream: await heardOnly(), missing: error.why };
  }
}

/** Whether this screen has something to share: its own picture, or a second camera that looks at the table. */
export async function canShare() {
  return Boolean(navigator.mediaDevices?.getDisplayMedia) || (await cameras()).length > 1;
}

/**
 * A document: what the camera beside `busy` sees, or where there is one camera only a screen that somebody picks.
 * @param {MediaStreamTrack | null} busy the camera that shows the people @param {boolean} preferCamera
 * @returns {Promise<MediaStream | null>} null when nothing was picked; throws DeviceTrouble
 */
export async function captureDocument(busy = null, preferCamera = true) {
  const used = busy?.getSettings().deviceId;
  const others = preferCamera && used ? (await cameras()).filter((id) => id !== used) : [];
  try {
    if (others.length > 0) {
      return await navigator.mediaDevices.getUserMedia({ video: { ...DOCUMENT, deviceId: { exact: others[0] } } });
    }
    return await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
  } catch (error) {
    if (others.length === 0 && error.name === "NotAllowedError") return null; // the picker was closed
    throw new DeviceTrouble(reason(error));
  }
}

async function cameras() {
  const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  return devices.filter((device) => device.kind === "videoinput").map((device) => device.deviceId);
}

/** The voice alone. @returns {Promise<MediaStream>} or throws DeviceTrouble: `none` when that is missing too */
export async function heardOnly() {
  try {
    return await capture({ camera: false, microphone: true });
  } catch (error) {
    throw error.why === "missing" ? new DeviceTrouble("none") : error;
  }
}

/**
 * Whether a device can be had now: opened for a moment as it is when it is sent, so that whoever opens it meanwhile gets
 * the same. Leaves alone who looks after the others. @param {"camera" | "microphone"} kind
 */
export async function obtainable(kind) {
  try {
    release(await navigator.mediaDevices.getUserMedia(kind === "camera" ? { video: CAMERA } : { audio: MICROPHONE }));
    return true;
  } catch {
    return false;
  }
}

/** Be told when somebody allows or forbids camera or microphone in the browser. */
export async function onPermission(changed) {
  for (const name of ["camera", "microphone"]) {
    const status = await navigator.permissions?.query({ name }).catch(() => null);
    status?.addEventListener("change", changed);
  }
}

/** What the browser would say if asked now: `granted`, `denied`, `prompt`, or `insecure`. Never asks. */
export async function permission() {
  if (!navigator.mediaDevices?.getUserMedia) return "insecure";
  try {
    const asked = await Promise.all(["camera", "microphone"].map((name) => navigator.permissions.query({ name })));
    const states = asked.map((each) => each.state);
    if (states.includes("denied")) return "denied";
    return states.every((state) => state === "granted") ? "granted" : "prompt";
  } catch {
    return "prompt"; // a browser that does not tell: the first click asks
  }
}

/** @returns {Promise<{camera: boolean, microphone: boolean}>} what is plugged in, whoever may use it */
export async function plugged() {
  const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  const has = (kind) => devices.some((device) => device.kind === kind);
  return { camera: has("videoinput"), microphone: has("audioinput") };
}

export function release(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

function reason(error) {
  if (["NotAllowedError", "SecurityError"].includes(error.name)) return "denied";
  if (["NotFoundError", "OverconstrainedError"].includes(error.name)) return "missing";
  return "busy";
}
