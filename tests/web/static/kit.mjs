/** A page for Node: as much of one as the parts of a desk touch, and a clock that is moved by hand. */

class Classes extends Set {
  toggle(name, on) {
    if (on) this.add(name);
    else this.delete(name);
  }

  remove(name) {
    this.delete(name);
  }

  contains(name) {
    return this.has(name);
  }
}

export class Node extends EventTarget {
  value = "";
  textContent = "";
  hidden = false;
  checked = false;
  dataset = {};
  children = [];
  isConnected = true;
  classList = new Classes();
  selectionStart = 0;
  scrollTop = 0;
  #found = new Map();

  /** Whatever is asked for is there: one node for each selector. */
  querySelector(selector) {
    if (!this.#found.has(selector)) this.#found.set(selector, new Node());
    return this.#found.get(selector);
  }

  querySelectorAll() {
    return [];
  }

  append(...nodes) {
    this.children.push(...nodes);
  }

  replaceChildren(...nodes) {
    this.children = nodes;
  }

  cloneNode() {
    return this;
  }

  get firstElementChild() {
    return new Node();
  }

  setAttribute() {}

  setSelectionRange(place) {
    this.selectionStart = place;
  }

  remove() {
    this.gone = true;
  }

  focus() {
    document.activeElement = this;
  }
}

export class Form extends Node {
  constructor(...names) {
    super();
    this.elements = Object.fromEntries(names.map((name) => [name, new Node()]));
    for (const field of Object.values(this.elements)) field.form = this;
  }

  reset() {
    for (const field of Object.values(this.elements)) field.value = "";
  }
}

/** A dialog with a form: what a clerk does with it comes as `press` of a button, or as `escape`. */
export class Dialog extends Node {
  open = false;
  returnValue = "";

  constructor(form) {
    super();
    this.form = form;
  }

  querySelector(selector) {
    return selector === "form" ? this.form : super.querySelector(selector);
  }

  showModal() {
    this.open = true;
  }

  press(value) {
    const event = Object.defineProperty(new Event("submit", { cancelable: true }), "submitter", { value: { value } });
    if (!this.form.dispatchEvent(event)) return;
    this.returnValue = value;
    this.escape();
  }

  escape() {
    this.open = false;
    this.dispatchEvent(new Event("close"));
  }
}

/** @param {string[]} words that the page carries @param {Record<string, () => Node>} templates others than plain nodes, by id
 * @param {Record<string, Dialog>} dialogs by id */
export function page(words, templates = {}, dialogs = {}) {
  const known = new Map(Object.entries(dialogs));
  const carried = words.map((key) => ({ dataset: { word: key }, textContent: `${key} {number}` }));
  const content = (make) => Object.defineProperty(new Node(), "firstElementChild", { value: { cloneNode: make } });
  known.set("words", { content: { querySelectorAll: () => carried } });
  const template = (id) => ({ content: content(templates[id] ?? (() => new Node())) });
  globalThis.document = {
    activeElement: null,
    documentElement: { lang: "en" },
    querySelectorAll: () => [],
    querySelector: (selector) => (selector === "dialog[open]" ? (Object.values(dialogs).find((each) => each.open) ?? null) : null),
    getElementById: (id) => {
      if (id.startsWith("t-")) return template(id);
      if (!known.has(id)) known.set(id, new Node());
      return known.get(id);
    },
    createElement: () => new Node(),
    createDocumentFragment: () => new Node(),
  };
}

/** Type into a field: all that stands there now. */
export function type(field, text) {
  field.value = text;
  field.selectionStart = text.length;
  field.dispatchEvent(new Event("input"));
}

const breath = () => new Promise((resolve) => setImmediate(resolve));

/** Timers that run only when `pass` says that time has passed. */
export class Clock {
  #now = 0;
  #timers = new Map();
  #next = 1;

  constructor() {
    performance.now = () => this.#now;
    globalThis.setTimeout = (act, ms = 0) => {
      this.#timers.set(this.#next, { act, at: this.#now + ms });
      return this.#next++;
    };
    globalThis.clearTimeout = (id) => this.#timers.delete(id);
  }

  async pass(ms) {
    const end = this.#now + ms;
    await breath();
    for (;;) {
      const due = [...this.#timers].filter(([, timer]) => timer.at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      const [id, { act, at }] = due;
      this.#timers.delete(id);
      this.#now = Math.max(this.#now, at);
      act();
      await breath();
    }
    this.#now = end;
    await breath();
  }
}
