/** What a camera shows, from a few very small pictures of it. Pure. */

/** Of 255. A sensor in the dark still stirs by more than this. */
const STIRS = 1;

/** @param {Uint8ClampedArray} rgba @returns {Uint8Array} brightness, 0 to 255 */
export function gray(rgba) {
  const made = new Uint8Array(rgba.length / 4);
  for (let n = 0; n < made.length; n += 1) {
    made[n] = Math.round(0.299 * rgba[n * 4] + 0.587 * rgba[n * 4 + 1] + 0.114 * rgba[n * 4 + 2]);
  }
  return made;
}

/** @param {Uint8Array[]} pictures in the order they were taken @returns {{brightness: number, moved: boolean}} 0 to 1 */
export function lookAt(pictures) {
  if (pictures.length === 0) return { brightness: 0, moved: false };
  const sum = pictures.reduce((all, picture) => all + picture.reduce((some, each) => some + each, 0), 0);
  const brightness = sum / (pictures.length * Math.max(1, pictures[0].length) * 255);
  const moved = pictures.some((picture, n) => n > 0 && differs(picture, pictures[n - 1]));
  return { brightness: Math.round(brightness * 1000) / 1000, moved };
}

function differs(one, two) {
  return one.some((each, n) => Math.abs(each - two[n]) > STIRS);
}
