/** What happened while a room was away: two looks at the session compared. Pure. */
import { currentItem } from "./select.js";

/** The little that must be remembered of a view. */
export function remember(view) {
  return {
    items: Object.fromEntries(view.items.map((item) => [item.id, item.state])),
    current: view.current,
    notes: view.notes.map((note) => note.id),
    directives: view.directives.map((directive) => directive.id),
  };
}

/** How an item ended that is told. */
const ENDS = new Set(["concluded", "deferred"]);

/** @returns {{what: string, [field: string]: any}[]} in the order of the agenda, then what concerns this unit */
export function missed(before, view, unit) {
  const found = [];
  for (const item of view.items) {
    if (before.items[item.id] !== item.state && ENDS.has(item.state)) found.push({ what: item.state, id: item.id });
  }
  const current = currentItem(view);
  if (current && current.id !== before.current) found.push({ what: "called", id: current.id });
  found.push({ what: "notes", ids: view.notes.filter((note) => !before.notes.includes(note.id)).map((note) => note.id) });
  for (const directive of view.directives) {
    const mine = directive.lead === unit || directive.supporting.includes(unit);
    if (mine && !before.directives.includes(directive.id)) found.push({ what: "directive", id: directive.id });
  }
  return retold(found, view);
}

/**
 * What was told, as the view says it now: what the room may not know any more, or was taken back, is not told any longer.
 * @param {{what: string, [field: string]: any}[]} found by `missed` @param {import("./reducer.js").View} view
 */
export function retold(found, view) {
  return found.flatMap((each) => {
    const words = WORDS[each.what](view, each);
    return words ? [{ ...each, ...words }] : [];
  });
}

const WORDS = {
  concluded: ended,
  deferred: ended,
  called: (view, { id }) => about(view, id),
  notes: (view, { ids }) => {
    const n = view.notes.filter((note) => !note.removed && ids.includes(note.id)).length;
    return n > 0 ? { n } : null;
  },
  directive: (view, { id }) => {
    const directive = view.directives.find((each) => each.id === id);
    return directive ? { unit: directive.lead_name, text: directive.text } : null;
  },
};

function ended(view, { what, id }) {
  return view.items.find((item) => item.id === id)?.state === what ? about(view, id) : null;
}

function about(view, id) {
  const item = view.items.find((each) => each.id === id);
  return item ? { k: item.position, case: item.case?.unit_name ?? "", text: item.conclusion ?? "" } : null;
}
