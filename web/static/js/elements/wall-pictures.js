/** The small pictures of the rooms: asked for only while somebody can see them, a part at a time. */

const EVERY_MS = 5_000;
/** Parts of one round: 190 rooms are four. */
const MOST_PARTS = 20;
const OLD_S = 45;
const STORED = "hub.wall-pictures";

export class WallPictures {
  #after = 0;
  #pictures = new Map();
  #timer = null;
  #on = false;

  constructor(wall) {
    this.wall = wall;
    this.button = wall.root.querySelector('[data-act="pictures"]');
    if (!this.button) return; // a technician sees no picture
    this.#on = localStorage.getItem(STORED) === "on";
    document.addEventListener("visibilitychange", () => this.follow());
    this.#show();
  }

  /** The picture of a room as an address, or null. */
  of(point) {
    return this.#pictures.get(point)?.url ?? null;
  }

  toggle() {
    if (!this.button) return;
    this.#on = !this.#on;
    localStorage.setItem(STORED, this.#on ? "on" : "off");
    this.#show();
    this.follow();
  }

  /** Something was opened or closed: ask, or stop asking. */
  follow() {
    if (this.#wanted) this.#timer ??= setTimeout(() => this.#round(), 0);
  }

  get #wanted() {
    const { root, point } = this.wall;
    const walled = this.#on && root.classList.contains("full");
    return Boolean(this.button) && !document.hidden && (walled || point.point !== null);
  }

  async #round() {
    for (let part = 0; part < MOST_PARTS && this.#wanted; part += 1) {
      if (!(await this.#ask())) break;
    }
    this.#timer = this.#wanted ? setTimeout(() => this.#round(), EVERY_MS) : null;
  }

  /** @returns {Promise<boolean>} whether there may be more */
  async #ask() {
    const url = `/api/sessions/${this.wall.app.session}/thumbnails?after=${this.#after}`;
    const answer = await fetch(url).catch(() => null);
    if (!answer?.ok) return false;
    const { n, have, pictures } = await answer.json();
    const fresh = Object.entries(pictures);
    const now = Date.now();
    for (const [point, { jpeg, age }] of fresh) this.#pictures.set(point, { url: `data:image/jpeg;base64,${jpeg}`, at: now - age * 1000 });
    this.#after = n;
    this.#drop(new Set(have));
    this.#draw(now);
    return fresh.length > 0;
  }

  /** What the hub keeps no more is not shown any more either: a hearing was closed, a room left. */
  #drop(have) {
    for (const point of this.#pictures.keys()) if (!have.has(point)) this.#pictures.delete(point);
  }

  #draw(now) {
    for (const tile of this.wall.tiles) {
      const picture = this.#pictures.get(tile.dataset.point);
      const image = tile.querySelector("img") ?? (picture && tile.insertBefore(made(), tile.firstElementChild.nextSibling));
      if (!image) continue;
      if (!picture) image.remove();
      else if (image.src !== picture.url) image.src = picture.url;
      tile.classList.toggle("old-picture", Boolean(picture) && now - picture.at > OLD_S * 1000);
    }
    const { point } = this.wall.point;
    if (point) this.wall.point.picture(this.of(point));
  }

  #show() {
    this.button.setAttribute("aria-pressed", String(this.#on));
    this.wall.root.classList.toggle("with-pictures", this.#on);
  }
}

function made() {
  return Object.assign(new Image(192, 108), { alt: "", decoding: "async", className: "tile-picture" });
}
