/**
 * A draft of the intake form in this browser. Who asks stays with the tab (session storage); of a denunciation
 * nothing at all is kept. Half a day later, and after the case was taken in, it is gone.
 */
const HOURS = 12;
const PERSON = "[data-person]";

/**
 * @typedef {{ at: number, values: Record<string, string> }} Draft
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} notice
 * @param {HTMLElement | null} drop
 */
export function keepDraft(form, notice, drop) {
  const key = keyOf(form.dataset.draft);
  if ("fresh" in form.dataset) {
    const kept = { ...read(localStorage, key), ...read(sessionStorage, key) };
    if (put(form, kept) && notice) notice.hidden = false;
  }
  form.addEventListener("input", () => {
    const secret = form.querySelector('[name="kind"][value="denunciation"]:checked') !== null;
    if (secret) {
      forgetDraft(form.dataset.draft);
      return;
    }
    write(localStorage, key, values(form, (field) => !field.matches(PERSON)));
    write(sessionStorage, key, values(form, (field) => field.matches(PERSON)));
  });
  drop?.addEventListener("click", () => {
    forgetDraft(form.dataset.draft);
    form.reset();
    if (notice) notice.hidden = true;
  });
}

/**
 * @param {string} [who]
 */
export function forgetDraft(who) {
  for (const store of [localStorage, sessionStorage]) store.removeItem(keyOf(who));
}

/**
 * @param {string} [who]
 * @returns {string}
 */
function keyOf(who) {
  return `intake:${who ?? ""}`;
}

/**
 * @param {HTMLFormElement} form
 * @param {(field: Element) => boolean} wanted
 * @returns {Record<string, string>}
 */
function values(form, wanted) {
  /** @type {Record<string, string>} */
  const found = {};
  for (const field of fields(form)) {
    if (!wanted(field)) continue;
    if (field instanceof HTMLInputElement && field.type === "radio") {
      if (field.checked) found[field.name] = field.value;
    } else if (field instanceof HTMLInputElement && field.type === "checkbox") {
      found[field.name] = field.checked ? "1" : "";
    } else {
      found[field.name] = field.value;
    }
  }
  return found;
}

/**
 * @param {HTMLFormElement} form
 * @param {Record<string, string>} kept
 * @returns {boolean} whether anything a person typed came back
 */
function put(form, kept) {
  let typed = false;
  for (const field of fields(form)) {
    const value = kept[field.name];
    if (value === undefined) continue;
    if (field instanceof HTMLInputElement && (field.type === "radio" || field.type === "checkbox")) {
      field.checked = field.type === "radio" ? field.value === value : value === "1";
    } else {
      field.value = value;
      typed ||= value !== "" && ["title", "summary", "name_0"].includes(field.name);
    }
  }
  return typed;
}

/**
 * @param {HTMLFormElement} form
 * @returns {(HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement)[]}
 */
function fields(form) {
  return [...form.elements].filter(
    /** @returns {field is HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} */
    (field) =>
      (field instanceof HTMLInputElement && !["hidden", "file"].includes(field.type)) ||
      field instanceof HTMLSelectElement ||
      field instanceof HTMLTextAreaElement,
  );
}

/**
 * @param {Storage} store
 * @param {string} key
 * @returns {Record<string, string>}
 */
function read(store, key) {
  try {
    /** @type {Draft | null} */
    const draft = JSON.parse(store.getItem(key) ?? "null");
    if (draft && Date.now() - draft.at < HOURS * 3_600_000) return draft.values;
  } catch {
    // not ours, or none allowed
  }
  return {};
}

/**
 * @param {Storage} store
 * @param {string} key
 * @param {Record<string, string>} kept
 */
function write(store, key, kept) {
  try {
    store.setItem(key, JSON.stringify({ at: Date.now(), values: kept }));
  } catch {
    // a full or forbidden store costs the draft, not the form
  }
}
