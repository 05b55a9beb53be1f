/** How loud a piece of sound is. Pure. */

const LEAST_DB = -120;
const RIM = 0.985;

/** @param {Float32Array} samples @returns {{level_db: number, clipped: number}} dBFS, and the share of samples at the rim */
export function levelOf(samples) {
  let [sum, rim] = [0, 0];
  for (const each of samples) {
    sum += each * each;
    if (Math.abs(each) >= RIM) rim += 1;
  }
  const count = Math.max(1, samples.length);
  const level = sum > 0 ? 10 * Math.log10(sum / count) : LEAST_DB;
  return { level_db: Math.round(Math.max(LEAST_DB, level) * 10) / 10, clipped: Math.round((rim / count) * 1e4) / 1e4 };
}
