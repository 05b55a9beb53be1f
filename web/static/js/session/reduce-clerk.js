/** What the events of the clerks make of a view: conclusions, undoing, the lobby. A part of the reducer; pure. */

const OPEN = new Set(["called", "hearing"]);

/** @type {Record<string, (view: import("./reducer.js").View, data: any, event: import("./reducer.js").Event, you: any) => any>} */
export const CLERK_STEPS = {
  "item.called": (view, data) => ({ ...item(view, data.item, { state: "called", reason: null }), current: data.item }),
  "item.concluded": (view, data) => {
    const inside = view.items.find((each) => each.id === data.item)?.inside;
    const { text, answer_on } = data;
    const ended = { state: "concluded", conclusion: inside ? text : null, answer_on: inside ? answer_on : null };
    return { ...item(view, data.item, ended), drafts: view.drafts.filter((draft) => draft.item !== data.item) };
  },
  "item.deferred": (view, data, _event, you) => {
    const known = view.items.find((each) => each.id === data.item)?.case;
    return unread(item(view, data.item, { state: "deferred", reason: known ? data.reason : null }), data.item, you);
  },
  "item.reopened": (view, data) => {
    const back = item(view, data.item, { state: data.state, reason: null, conclusion: null, answer_on: null });
    return { ...back, current: OPEN.has(data.state) ? data.item : view.current };
  },

  "conclusion.drafted": (view, data, event) => {
    const draft = { ...data, version: event.n, read: null };
    return { ...view, drafts: put(view.drafts, draft) };
  },
  "conclusion.read": (view, data, event) => {
    const draft = { ...data, conflict: false, read: { by: event.by, at: event.at } };
    return { ...view, drafts: put(view.drafts, draft) };
  },
  "conclusion.taken_back": (view, data, _event, you) => unread(view, data.item, you),

  "note.marked": (view, data) => of(view, "notes", data.note, { mark: data.mark }),
  "directive.withdrawn": (view, data) => of(view, "directives", data.directive, { withdrawn: data.reason }),
  "directive.restored": (view, data) => of(view, "directives", data.directive, { withdrawn: null }),
  "take_up.withdrawn": (view, data) => ({
    ...view,
    taken_up: view.taken_up.filter((each) => each.item !== data.item || each.unit !== data.unit),
  }),

  "lobby.announced": (view, data, event) => {
    const { entry: id, ...what } = data;
    const came = { id, n: event.n, ...what, at: event.at, state: "waiting", item: null, reason: null };
    return { ...view, lobby: [...view.lobby, came] };
  },
  "lobby.admitted": (view, data) => {
    const next = of(view, "lobby", data.entry, { state: "admitted", item: data.item });
    const closed = view.items.some((each) => each.id === data.item && each.audience === "closed");
    return closed ? hideMatter(next, data.item) : next;
  },
  "lobby.turned_down": (view, data) => of(view, "lobby", data.entry, { state: "turned_down", reason: data.reason }),
  "lobby.restored": (view, data) => of(view, "lobby", data.entry, { state: "waiting", reason: null }),
  "lobby.withdrawn": (view, data) => of(view, "lobby", data.entry, { state: "withdrawn" }),
};

/** What was announced of an item that is closed, or taken off, is known no more. */
export function hideMatter(view, id) {
  return { ...view, lobby: view.lobby.map((each) => (each.item === id ? { ...each, matter: "" } : each)) };
}

/** Staff go on writing; to the others only what is read back is shown. */
function unread(view, id, you) {
  const drafts = you.staff
    ? view.drafts.map((draft) => (draft.item === id ? { ...draft, read: null } : draft))
    : view.drafts.filter((draft) => draft.item !== id);
  return { ...view, drafts };
}

function item(view, id, change) {
  return { ...view, items: view.items.map((each) => (each.id === id ? { ...each, ...change } : each)) };
}

function of(view, list, id, change) {
  return { ...view, [list]: view[list].map((each) => (each.id === id ? { ...each, ...change } : each)) };
}

/** One draft per item, in the order of their ids. */
function put(drafts, draft) {
  return [...drafts.filter((each) => each.item !== draft.item), draft].sort((a, b) => (a.item < b.item ? -1 : 1));
}
