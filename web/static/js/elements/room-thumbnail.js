/** A small picture of the room for the desk's wall, every ten seconds, and the word on the room's own screen that says so. */

const EVERY_MS = 10_000;
const SIZE = { width: 192, height: 108 };
/** Best first; the first that fits is sent. A room full of people in a good light needs the second. */
const QUALITIES = [0.6, 0.35, 0.2];
const LARGEST_BYTES = 12 * 1024;
const FLASH_MS = 700;
const STORED = "hub.thumbnails";

export class RoomThumbnail {
  #next = null;
  #allowed = localStorage.getItem(STORED) !== "off";

  constructor(app, video) {
    this.app = app;
    this.video = video;
    this.note = document.getElementById("seen-small");
    this.button = document.querySelector('[data-act="thumbnails"]');
    this.canvas = Object.assign(document.createElement("canvas"), SIZE);
    this.pen = this.canvas.getContext("2d");
    this.button.addEventListener("click", () => this.#toggle());
    this.#show(false);
  }

  /** @param {boolean} may the camera is open, a session goes on, and it is nobody's secret */
  tick(now, may) {
    const on = may && this.#allowed && this.app.channel?.open && !this.app.listening && !this.app.screens?.starved;
    this.#show(on);
    if (!on) this.#next = null;
    else this.#next ??= now + Math.random() * EVERY_MS; // rooms do not all send at once
    if (this.#next === null || now < this.#next) return;
    this.#next = Math.max(this.#next + EVERY_MS, now);
    this.#take();
  }

  async #take() {
    const { videoWidth: width, videoHeight: height } = this.video;
    const share = Math.max(SIZE.width / width, SIZE.height / height); // fill it; what hangs over is cut off
    const [wide, tall] = [width * share, height * share];
    this.pen.drawImage(this.video, (SIZE.width - wide) / 2, (SIZE.height - tall) / 2, wide, tall);
    for (const quality of QUALITIES) {
      const blob = await new Promise((done) => this.canvas.toBlob(done, "image/jpeg", quality));
      if (!blob || blob.size > LARGEST_BYTES) continue;
      const jpeg = base64(new Uint8Array(await blob.arrayBuffer()));
      if (this.app.channel.send({ type: "media.thumbnail", jpeg })) this.#flash();
      return;
    }
  }

  #toggle() {
    this.#allowed = !this.#allowed;
    localStorage.setItem(STORED, this.#allowed ? "on" : "off");
  }

  #show(on) {
    this.note.hidden = !on;
    this.button.setAttribute("aria-pressed", String(this.#allowed));
  }

  #flash() {
    this.note.classList.add("taken");
    setTimeout(() => this.note.classList.remove("taken"), FLASH_MS);
  }
}

function base64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
