/**
 * Arrows and OK, as a remote control has them: an arrow moves the focus to what lies in that direction. OK is Enter, which
 * presses buttons by itself; in a field it brings up keys on the screen.
 */

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const REACHABLE = "button, a[href], input, select, textarea, summary, [tabindex='0']";
/** Sideways counts this much more than ahead: rows and columns are kept to. */
const ASIDE = 2.5;
/** Overlap that still counts as lying ahead, in CSS pixels. */
const SLACK = 4;
const SCROLL = 0.6;

/**
 * The box that lies next in a direction. Pure.
 * @param {{left: number, right: number, top: number, bottom: number}} from
 * @param {{left: number, right: number, top: number, bottom: number}[]} boxes
 * @param {[number, number]} way @returns {number} its index, -1 when nothing lies there
 */
export function nearest(from, boxes, [x, y]) {
  let best = -1;
  let least = Infinity;
  boxes.forEach((box, index) => {
    const ahead = x ? (x > 0 ? box.left - from.right : from.left - box.right) : y > 0 ? box.top - from.bottom : from.top - box.bottom;
    if (ahead < -SLACK) return;
    const aside = x ? gap(from.top, from.bottom, box.top, box.bottom) : gap(from.left, from.right, box.left, box.right);
    const far = Math.max(0, ahead) + aside * ASIDE;
    if (far < least) [best, least] = [index, far];
  });
  return best;
}

/** How far two spans are apart; where they overlap, a little for middles that differ. */
function gap(a, b, c, d) {
  const apart = Math.max(0, c - b, a - d);
  return apart + Math.abs((a + b) / 2 - (c + d) / 2) * 0.05;
}

export class Remote {
  /** @param {{field?: (input: HTMLInputElement) => boolean}} told OK was pressed in a field: whether that was taken care of */
  constructor({ field = () => false } = {}) {
    this.field = field;
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    const { target } = event;
    if (event.key === "Enter" && target.matches?.("input:not([type=checkbox])") && this.field(target)) {
      event.preventDefault();
      return;
    }
    const way = WAYS[event.key];
    if (!way || (target.matches?.("input, textarea, select") && !this.#leaves(target, way))) return;
    event.preventDefault();
    this.#move(way);
  }

  /** In a field the arrows along the text are the text's own, as long as there is text. */
  #leaves(field, [x]) {
    if (!x) return !field.matches("select, textarea");
    return field.matches("input") && field.value === "";
  }

  #move(way) {
    const scope = document.querySelector("dialog[open]") ?? document.body;
    const spots = [...scope.querySelectorAll(REACHABLE)].filter(reachable);
    const now = document.activeElement;
    const from = spots.includes(now) ? now.getBoundingClientRect() : this.#edge(way);
    const others = spots.filter((spot) => spot !== now);
    const index = nearest(from, others.map((spot) => spot.getBoundingClientRect()), way);
    if (index >= 0) {
      others[index].focus({ focusVisible: true });
      others[index].scrollIntoView({ block: "nearest", inline: "nearest" });
    } else {
      this.#scroll(now, way);
    }
  }

  /** Nothing has the focus yet: come in from below, where a room's buttons are, or from the far side. */
  #edge([x, y]) {
    const [width, height] = [innerWidth, innerHeight];
    if (x) return x > 0 ? { left: 0, right: 0, top: height, bottom: height } : { left: width, right: width, top: height, bottom: height };
    return y > 0 ? { left: 0, right: width, top: 0, bottom: 0 } : { left: 0, right: width, top: height, bottom: height };
  }

  /** What is longer than its place is read by going on. */
  #scroll(from, [, y]) {
    for (let place = from; place && y; place = place.parentElement) {
      const long = place.scrollHeight > place.clientHeight + 1 && getComputedStyle(place).overflowY !== "visible";
      if (long) return place.scrollBy({ top: y * place.clientHeight * SCROLL });
    }
    return undefined;
  }
}

function reachable(spot) {
  if (spot.disabled || spot.tabIndex < 0 || spot.closest("[inert], [hidden], template")) return false;
  const box = spot.getBoundingClientRect();
  if (box.width < 2 || box.height < 2 || spot.classList.contains("unseen")) return false;
  return spot.checkVisibility?.({ visibilityProperty: true }) ?? true;
}
