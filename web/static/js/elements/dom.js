/** The few things every part of a screen does with the page. Wording comes from templates, never from here. */

const lang = document.documentElement.lang;
const plural = new Intl.PluralRules(lang);
const words = new Map();

/** @returns {HTMLElement} the first element of a template, cloned */
export function clone(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return /** @type {HTMLElement} */ (template.content.firstElementChild.cloneNode(true));
}

/** @returns {DocumentFragment} all of a template, cloned */
export function cloneAll(id) {
  return /** @type {HTMLTemplateElement} */ (document.getElementById(id)).content.cloneNode(true);
}

/** A slot of a part. */
export function slot(root, name) {
  return root.querySelector(`[data-slot="${name}"]`);
}

/** Write a text only when it differs: screen readers and selections are left in peace. */
export function write(node, text) {
  if (node && node.textContent !== String(text)) node.textContent = text;
}

/** Write several slots. */
export function fill(root, texts) {
  for (const [name, text] of Object.entries(texts)) write(slot(root, name), text);
  return root;
}

/** A word the page brought along, its fields filled in; plural by `n` where the language has plural forms. */
export function word(key, params = {}) {
  if (words.size === 0) {
    const page = /** @type {HTMLTemplateElement} */ (document.getElementById("words"));
    for (const each of page.content.querySelectorAll("[data-word]")) words.set(each.dataset.word, each.textContent);
  }
  const text = words.get(key) ?? words.get(`${key}.${plural.select(params.n ?? 0)}`) ?? words.get(`${key}.other`);
  if (text === undefined) throw new Error(`this page has no word ${key}`);
  return text.replace(/\{(\w+)\}/g, (_all, name) => String(params[name] ?? ""));
}

/** A sign of the page's own, cloned. */
export function icon(name) {
  const icons = /** @type {HTMLTemplateElement} */ (document.getElementById("t-icons")).content;
  return icons.querySelector(`[data-icon="${name}"]`).firstElementChild.cloneNode(true);
}

/** A state: colour, shape, word. Changes the node only when it says something else. */
export function setState(node, tone, text, sign = tone || "neutral") {
  const same = node.dataset.tone === tone && node.textContent === text;
  if (same) return;
  const boxed = node.classList.contains("boxed");
  node.className = ["state", tone, boxed && "boxed"].filter(Boolean).join(" ");
  node.dataset.tone = tone;
  node.replaceChildren(icon(sign), text);
}

/**
 * Make a list's children stand for `items`, in order, keeping the nodes of those that stay: focus and scroll survive.
 * @param {(item: any) => string} keyOf @param {(item: any) => HTMLElement} make
 * @param {(node: HTMLElement, item: any, index: number) => void} update
 */
export function reconcile(list, items, keyOf, make, update) {
  const have = new Map([...list.children].map((node) => [node.dataset.key, node]));
  let place = list.firstElementChild;
  items.forEach((item, index) => {
    const key = keyOf(item);
    let node = have.get(key);
    have.delete(key);
    if (!node) {
      node = make(item);
      node.dataset.key = key;
    }
    if (node === place) place = place.nextElementSibling;
    else list.insertBefore(node, place);
    update(node, item, index);
  });
  for (const node of have.values()) node.remove();
}

/** @returns {() => void} removes the listener */
export function on(target, type, handler, options) {
  target.addEventListener(type, handler, options);
  return () => target.removeEventListener(type, handler, options);
}

/** Search as the hub does: lower case, no tone marks, đ as d. */
export function fold(text) {
  return text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[\u0111\u0110]/g, "d")
    .toLowerCase()
    .trim();
}
