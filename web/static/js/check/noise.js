/** A picture that cannot be made small: what a line carries shows with nothing else. */

const FPS = 24;

/** @param {number} width @param {number} height @returns {{track: MediaStreamTrack, stop: () => void}} */
export function noise(width, height) {
  const big = drawn(width * 2, height * 2);
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d", { alpha: false });
  const draw = () => pen.drawImage(big, -Math.random() * width, -Math.random() * height);
  draw();
  const timer = setInterval(draw, 1000 / FPS);
  const [track] = canvas.captureStream(FPS).getVideoTracks();
  const stop = () => {
    clearInterval(timer);
    track.stop();
  };
  return { track, stop };
}

function drawn(width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d", { alpha: false });
  const image = pen.createImageData(width, height);
  for (let n = 0; n < image.data.length; n += 4) {
    const shade = Math.floor(Math.random() * 256);
    image.data[n] = image.data[n + 1] = image.data[n + 2] = shade;
    image.data[n + 3] = 255;
  }
  pen.putImageData(image, 0, 0);
  return canvas;
}
