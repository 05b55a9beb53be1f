/** Camera and microphone for a check: each by itself, the microphone with nothing taken out of what it hears. */
import { DeviceTrouble, plugged, release } from "../media/devices.js";
import { gray, lookAt } from "./picture.js";

const CAMERA = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 24, max: 30 } };
/** Somebody may have to press "allow". */
const ASKED_MS = 20_000;
const LOOKS = 10;
const LOOK_MS = 250;
const FIRST_MS = 4_000;
const [WIDTH, HEIGHT] = [32, 18];

/** @returns {Promise<MediaStream>} or throws DeviceTrouble: insecure, denied, asking, missing, busy */
export function openCamera() {
  return open({ video: CAMERA }, "camera");
}

/** @param {boolean} cancel with the browser's echo canceller. @returns {Promise<MediaStream>} or throws DeviceTrouble */
export function openMicrophone(cancel) {
  const audio = { echoCancellation: cancel, noiseSuppression: false, autoGainControl: false };
  return open({ audio }, "microphone");
}

async function open(wanted, kind) {
  if (!navigator.mediaDevices?.getUserMedia) throw new DeviceTrouble("insecure");
  if (!(await plugged())[kind]) throw new DeviceTrouble("missing");
  const asked = navigator.mediaDevices.getUserMedia(wanted);
  let late = false;
  const patience = new Promise((_resolve, reject) => {
    setTimeout(() => reject(new DeviceTrouble("asking")), ASKED_MS);
  });
  asked.then((stream) => late && release(stream)).catch(() => {});
  try {
    return await Promise.race([asked, patience]);
  } catch (error) {
    late = true;
    throw error instanceof DeviceTrouble ? error : new DeviceTrouble(reason(error));
  }
}

function reason(error) {
  if (["NotAllowedError", "SecurityError"].includes(error.name)) return "denied";
  return ["NotFoundError", "OverconstrainedError"].includes(error.name) ? "missing" : "busy";
}

/** @param {HTMLVideoElement} video that shows the camera. Takes about three seconds */
export async function watch(video) {
  await first(video);
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const pictures = [];
  const [began, before] = [performance.now(), shown(video)];
  for (let n = 0; n < LOOKS; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (!video.videoWidth) continue;
    pen.drawImage(video, 0, 0, WIDTH, HEIGHT);
    pictures.push(gray(pen.getImageData(0, 0, WIDTH, HEIGHT).data));
  }
  const fps = ((shown(video) - before) * 1000) / (performance.now() - began);
  return { width: video.videoWidth, height: video.videoHeight, fps: Math.round(fps * 10) / 10, ...lookAt(pictures) };
}

function shown(video) {
  return video.getVideoPlaybackQuality?.().totalVideoFrames ?? 0;
}

function first(video) {
  return new Promise((resolve) => {
    if (video.readyState >= 2) return resolve();
    video.addEventListener("loadeddata", () => resolve(), { once: true });
    return setTimeout(resolve, FIRST_MS);
  });
}
