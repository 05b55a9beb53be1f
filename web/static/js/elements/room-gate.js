/** The one press that some browsers want before voices may be heard: anywhere on the screen, or any remote's Enter. */

const LOOK_MS = 250;
/** How long the voices may take to come while camera and microphone are held open for them. */
const HEARD_MS = 8_000;

export class RoomGate {
  constructor(app) {
    this.app = app;
    this.root = document.getElementById("sound-gate");
    // Anywhere: the gate covers the picture only, and a remote control's Enter goes to whatever has the focus.
    document.addEventListener("click", () => this.#pressed(), { capture: true });
  }

  /** The browser holds the voices back: one press is needed. */
  ask() {
    const { screens } = this.app;
    if (!screens || screens.playing || !this.root.hidden || this.app.over) return;
    this.root.hidden = false;
    this.root.focus();
  }

  close() {
    this.root.hidden = true;
  }

  /** Start the voices as soon as they are here. @returns {Promise<void>} when they play, or were waited for long enough */
  async open() {
    const end = Date.now() + HEARD_MS;
    while (Date.now() < end && !this.app.screens?.playing) {
      await this.app.screens?.sound(true);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    if (this.app.screens?.playing) this.close();
  }

  /** @returns {boolean} whether the key was the press that is waited for */
  key(event) {
    if (this.root.hidden || !["Enter", " "].includes(event.key)) return false;
    event.preventDefault();
    this.#pressed();
    return true;
  }

  /** Sound, and leave for camera and microphone while we are at it. */
  async #pressed() {
    if (this.root.hidden) return;
    this.close();
    await this.app.screens?.sound(true);
    if (this.app.air.found.camera === null && !this.app.air.trouble) this.app.air.check();
  }
}
