/** Words over the picture that do not need the whole stage. One of each kind at a time. */
import { clone } from "./dom.js";

export class Banners {
  constructor() {
    this.root = document.getElementById("banners");
  }

  /** @returns {HTMLElement} the banner of that name, new or as it stands */
  show(name) {
    const standing = this.find(name);
    if (standing) return standing;
    const banner = clone(`banner-${name}`);
    this.root.append(banner);
    return banner;
  }

  hide(name) {
    this.find(name)?.remove();
  }

  find(name) {
    return this.root.querySelector(`[data-banner="${name}"]`);
  }
}
