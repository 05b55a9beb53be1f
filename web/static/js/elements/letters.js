/** Keys on the screen for whoever has only arrows and OK: they write into the field they belong to. */

/** Tones stand above each other's place: a new one takes the old one's. The rest belongs to the letter. */
const TONES = "\u0301\u0300\u0309\u0303\u0323";
const MARKS = {
  acute: "\u0301",
  grave: "\u0300",
  hook: "\u0309",
  tilde: "\u0303",
  dot: "\u0323",
  breve: "\u0306",
  circumflex: "\u0302",
  horn: "\u031b",
};
const SHAPES = "\u0306\u0302\u031b";
const VOWEL = /[aeiouy][\u0300-\u036f]*(?=[^aeiouy]*$)/i;
const STROKES = { d: "\u0111", D: "\u0110" };

/** The text with a mark on the last vowel of its last word; `stroke` makes a d of it the Vietnamese one. */
export function marked(text, mark) {
  if (mark === "stroke") return text.replace(/d(?=[^d\s]*$)/i, (letter) => STROKES[letter]);
  const sign = MARKS[mark];
  const others = TONES.includes(sign) ? TONES : SHAPES;
  const put = (vowel) => [...vowel].filter((each) => !others.includes(each)).join("") + sign;
  const at = text.lastIndexOf(" ") + 1;
  return text.slice(0, at) + text.slice(at).normalize("NFD").replace(VOWEL, put).normalize("NFC");
}

/** The text with a letter more. In names the first letter of each word is a capital. */
export function written(text, letter, names) {
  if (letter === "erase") return [...text].slice(0, -1).join("");
  const first = names && /(^|\s)$/.test(text);
  return text + (first ? letter.toUpperCase() : letter);
}

export class Letters {
  /** @param {HTMLElement} root has `data-letters`, the id of its field */
  constructor(root) {
    this.root = root;
    this.field = /** @type {HTMLInputElement} */ (document.getElementById(root.dataset.letters));
    root.addEventListener("click", ({ target }) => this.#press(target.closest("button")));
  }

  show(on) {
    this.root.hidden = !on;
  }

  #press(button) {
    if (!button) return;
    const { letter, mark } = button.dataset;
    const text = this.field.value;
    const next = mark ? marked(text, mark) : written(text, letter, "names" in this.root.dataset);
    if (next.length <= this.field.maxLength) this.field.value = next;
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
