/**
 * In how many sizes a picture is sent, and how large. The hub's offer names the sizes by rid: `l` a small picture for weak
 * lines and small places, `h` the whole one. A screen or document has one size, and keeps it.
 */

const HIGH_BPS = 1_600_000;
const LOW_BPS = 200_000;
const VOICE_BPS = 48_000;
const SCREEN_BPS = 2_000_000;
const SCREEN_FPS = 15;
/** A camera under this width is only halved: a quarter of it shows nobody's face. */
const SMALL_WIDTH = 960;
/** Two temporal layers: the hub can leave every other frame away without asking the browser. */
const MODE = "L1T2";

/** Set what a sender may use. A browser that does not know a setting goes without it, and never without a picture. */
export async function shape(sender, kind, track) {
  if (!track) return;
  for (const extras of [true, false]) {
    try {
      const parameters = sender.getParameters();
      if (!parameters.encodings?.length) return;
      await sender.setParameters(shaped(parameters, kind, track.getSettings?.().width ?? 1280, extras));
      return;
    } catch (error) {
      if (!extras) console.warn("sender parameters", kind, error);
    }
  }
}

/**
 * @param {RTCRtpSendParameters} parameters changed in place, and returned
 * @param {"camera" | "microphone" | "screen"} kind @param {number} width of what is captured
 * @param {boolean} extras whether to ask for what not every browser knows
 */
export function shaped(parameters, kind, width, extras) {
  for (const encoding of parameters.encodings) {
    if (kind === "camera") camera(encoding, width);
    else if (kind === "screen") Object.assign(encoding, { maxBitrate: SCREEN_BPS, maxFramerate: SCREEN_FPS });
    else Object.assign(encoding, { maxBitrate: VOICE_BPS });
    if (extras && kind !== "microphone") encoding.scalabilityMode = MODE;
    if (extras) encoding.networkPriority = encoding.priority = kind === "microphone" ? "high" : "low";
  }
  if (extras && kind !== "microphone") {
    parameters.degradationPreference = kind === "screen" ? "maintain-resolution" : "balanced";
  }
  return parameters;
}

function camera(encoding, width) {
  const low = encoding.rid === "l";
  encoding.maxBitrate = low ? LOW_BPS : HIGH_BPS;
  encoding.scaleResolutionDownBy = low ? (width < SMALL_WIDTH ? 2 : 4) : 1;
}
