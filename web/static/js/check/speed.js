/** How much a line carried, from looks at a connection's statistics. Pure. */

const WINDOW_MS = 2_000;
/** Frames a second: under this it is the computer that is slow. */
const FEW_FRAMES = 6;

/**
 * One look.
 * @param {Map<string, any>} stats @param {number} at milliseconds
 */
export function look(stats, at) {
  const found = { at, sent: 0, received: 0, packets: 0, lost: 0, frames: 0, upLoss: 0, limit: "none", rtt: null };
  for (const entry of stats.values()) {
    if (entry.type === "outbound-rtp") outbound(found, entry);
    else if (entry.type === "inbound-rtp") inbound(found, entry);
    else if (entry.type === "remote-inbound-rtp") found.upLoss = Math.max(found.upLoss, entry.fractionLost ?? 0);
    else if (entry.type === "candidate-pair" && entry.nominated && entry.currentRoundTripTime !== undefined) {
      found.rtt = entry.currentRoundTripTime * 1000;
    }
  }
  return found;
}

function outbound(found, entry) {
  found.sent += (entry.bytesSent ?? 0) + (entry.headerBytesSent ?? 0);
  found.frames += entry.framesEncoded ?? 0;
  if (["cpu", "bandwidth"].includes(entry.qualityLimitationReason)) found.limit = entry.qualityLimitationReason;
}

function inbound(found, entry) {
  found.received += (entry.bytesReceived ?? 0) + (entry.headerBytesReceived ?? 0);
  found.packets += entry.packetsReceived ?? 0;
  found.lost += Math.max(0, entry.packetsLost ?? 0);
}

/**
 * The best two seconds each way; losses over the whole.
 * @param {ReturnType<typeof look>[]} looks in order
 */
export function measure(looks) {
  const [first, last] = [looks[0], looks.at(-1)];
  const got = last.packets - first.packets;
  const lost = Math.max(0, last.lost - first.lost);
  const times = looks.map((each) => each.rtt).filter((each) => each !== null);
  const up = best(looks, "sent");
  const fps = best(looks, "frames") / 8;
  const limits = looks.map((each) => each.limit);
  const narrow = limits.filter((each) => each === "bandwidth").length > looks.length / 4;
  return {
    up_bits: Math.round(up),
    down_bits: Math.round(best(looks, "received")),
    up_loss: share(mean(looks.slice(Math.floor(looks.length / 4)).map((each) => each.upLoss))),
    down_loss: share(got + lost > 0 ? lost / (got + lost) : 0),
    rtt_ms: times.length > 0 ? Math.round(middle(times) * 10) / 10 : null,
    limit: narrow ? "bandwidth" : limits.includes("cpu") || fps < FEW_FRAMES ? "cpu" : "none",
  };
}

/** The most in any window, per second and times eight. */
function best(looks, name) {
  let most = 0;
  let from = 0;
  for (let to = 1; to < looks.length; to += 1) {
    while (from + 1 < to && looks[to].at - looks[from + 1].at >= WINDOW_MS) from += 1;
    const took = looks[to].at - looks[from].at;
    if (took >= WINDOW_MS) most = Math.max(most, ((looks[to][name] - looks[from][name]) * 8_000) / took);
  }
  return most;
}

function mean(values) {
  return values.length > 0 ? values.reduce((sum, each) => sum + each, 0) / values.length : 0;
}

function middle(values) {
  return [...values].sort((one, two) => one - two)[Math.floor(values.length / 2)];
}

function share(value) {
  return Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;
}
