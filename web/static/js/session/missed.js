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

/** @returns {{what: string, [field: string]: any}[]} in the order of the agenda, then what concerns this unit */
export function missed(before, view, unit) {
  const found = [];
  for (const item of view.items) {
    if (before.items[item.id] === item.state) continue;
    const about = { k: item.position, case: item.case?.unit_name ?? "", text: item.conclusion ?? "" };
    if (item.state === "concluded") found.push({ what: "concluded", ...about });
    else if (item.state === "deferred") found.push({ what: "deferred", ...about });
  }
  const current = currentItem(view);
  if (current && current.id !== before.current) {
    found.push({ what: "called", k: current.position, case: current.case?.unit_name ?? "" });
  }
  const notes = view.notes.filter((note) => !note.removed && !before.notes.includes(note.id)).length;
  if (notes) found.push({ what: "notes", n: notes });
  for (const directive of view.directives) {
    const mine = directive.lead === unit || directive.supporting.includes(unit);
    if (mine && !before.directives.includes(directive.id)) {
      found.push({ what: "directive", unit: directive.lead_name, text: directive.text });
    }
  }
  return found;
}
