"""The steps of the fold for what clerks do beside plain notes: conclusions, undoing, the lobby. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from hub.reception.clerk_state import Draft, Entry, EntryStatus
from hub.reception.events import Audience, Event
from hub.reception.state import OPEN_ITEM, Item, ItemStatus, SessionState


def concluded(state: SessionState, event: Event) -> SessionState:
    """An item ends with its conclusion; its draft has become it."""
    data = event.data
    item = state.items[data["item"]]
    ended = replace(
        item,
        status=ItemStatus.CONCLUDED,
        before=item.status,
        conclusion=data["text"],
        answer_on=data.get("answer_on"),
        directive=data.get("directive"),
        outcome=state.drafts.get(item.id),
        guests=frozenset(),
        privy=frozenset(),
        told=Audience(event.audience),
    )
    return _put(_without(state, item.id), ended)


def deferred(state: SessionState, event: Event) -> SessionState:
    """An item is put off. What was drafted stays for its next call; it is not being read back any more."""
    item = state.items[event.data["item"]]
    ended = replace(
        item,
        status=ItemStatus.DEFERRED,
        before=item.status,
        reason=event.data["reason"],
        guests=frozenset(),
        privy=frozenset(),
        told=Audience(event.audience),
    )
    return _put(_unread(state, item.id), ended)


def called(state: SessionState, event: Event) -> SessionState:
    """An item is called (again)."""
    item = state.items[event.data["item"]]
    return replace(_put(state, replace(item, status=ItemStatus.CALLED, reason=None)), current=item.id)


def hide_matter(state: SessionState, item_id: str) -> SessionState:
    """What was announced of an item is told no more: it is closed, or taken off, when nothing that its case
    becomes later reaches this session. For good, since who knew it not must not learn it by a later opening.
    """
    hidden = {key: replace(each, matter="") for key, each in state.lobby.items() if each.item == item_id}
    return replace(state, lobby={**state.lobby, **hidden})


def _reopened(state: SessionState, event: Event) -> SessionState:
    item = state.items[event.data["item"]]
    status = ItemStatus(event.data["state"])
    back = replace(
        item, status=status, reason=None, conclusion=None, answer_on=None, directive=None, outcome=None
    )
    current = item.id if status in OPEN_ITEM else state.current
    return replace(_put(state, back), current=current)


def _drafted(state: SessionState, event: Event) -> SessionState:
    data = event.data
    draft = Draft(
        item=data["item"],
        version=event.n,
        text=data["text"],
        lead=data["lead"],
        lead_name=data["lead_name"],
        supporting=tuple(data["supporting"]),
        due=data["due"],
        answer_on=data["answer_on"],
        conflict=data["conflict"],
    )
    return replace(state, drafts={**state.drafts, draft.item: draft})


def _read(state: SessionState, event: Event) -> SessionState:
    draft = state.drafts[event.data["item"]]
    by, audience = (event.by_key, event.by_name), Audience(event.audience)
    draft = replace(draft, conflict=False, read_by=by, read_at=event.at, read_to=audience)
    return replace(state, drafts={**state.drafts, draft.item: draft})


def _taken_back(state: SessionState, event: Event) -> SessionState:
    return _unread(state, event.data["item"])


def _marked(state: SessionState, event: Event) -> SessionState:
    note = replace(state.notes[event.data["note"]], mark=event.data["mark"])
    return replace(state, notes={**state.notes, note.id: note})


def _withdrawn(state: SessionState, event: Event) -> SessionState:
    return _directive(state, event, event.data["reason"])


def _restored(state: SessionState, event: Event) -> SessionState:
    return _directive(state, event, None)


def _let_go(state: SessionState, event: Event) -> SessionState:
    item, unit = event.data["item"], event.data["unit"]
    kept = tuple(each for each in state.taken_up if (each.item, each.unit) != (item, unit))
    return replace(state, taken_up=kept)


def _announced(state: SessionState, event: Event) -> SessionState:
    data = event.data
    names = ("point", "unit", "unit_name", "kind", "field", "matter", "persons")
    entry = Entry(id=data["entry"], n=event.n, at=event.at, **{name: data[name] for name in names})
    return replace(state, lobby={**state.lobby, entry.id: entry})


def _admitted(state: SessionState, event: Event) -> SessionState:
    item = state.items[event.data["item"]]
    let_in = _entry(state, event, status=EntryStatus.ADMITTED, item=item.id)
    return hide_matter(let_in, item.id) if item.audience is Audience.CLOSED else let_in


def _turned_down(state: SessionState, event: Event) -> SessionState:
    return _entry(state, event, status=EntryStatus.TURNED_DOWN, reason=event.data["reason"])


def _waits_again(state: SessionState, event: Event) -> SessionState:
    return _entry(state, event, status=EntryStatus.WAITING, reason=None)


def _gone(state: SessionState, event: Event) -> SessionState:
    return _entry(state, event, status=EntryStatus.WITHDRAWN)


def _put(state: SessionState, item: Item) -> SessionState:
    return replace(state, items={**state.items, item.id: item})


def _without(state: SessionState, item_id: str) -> SessionState:
    return replace(state, drafts={key: draft for key, draft in state.drafts.items() if key != item_id})


def _unread(state: SessionState, item_id: str) -> SessionState:
    draft = state.drafts.get(item_id)
    if draft is None:
        return state
    return replace(state, drafts={**state.drafts, item_id: replace(draft, read_by=None, read_at=None)})


def _directive(state: SessionState, event: Event, reason: str | None) -> SessionState:
    directive = state.directives[event.data["directive"]]
    audience = directive.audience.stricter(Audience(event.audience))
    directive = replace(directive, withdrawn=reason, audience=audience)
    return replace(state, directives={**state.directives, directive.id: directive})


def _entry(state: SessionState, event: Event, **changes: Any) -> SessionState:
    entry = replace(state.lobby[event.data["entry"]], **changes)
    return replace(state, lobby={**state.lobby, entry.id: entry})


CLERK_STEPS: Final[Mapping[str, Callable[[SessionState, Event], SessionState]]] = {
    "item.called": called,
    "item.concluded": concluded,
    "item.deferred": deferred,
    "item.reopened": _reopened,
    "conclusion.drafted": _drafted,
    "conclusion.read": _read,
    "conclusion.taken_back": _taken_back,
    "note.marked": _marked,
    "directive.withdrawn": _withdrawn,
    "directive.restored": _restored,
    "take_up.withdrawn": _let_go,
    "lobby.announced": _announced,
    "lobby.admitted": _admitted,
    "lobby.turned_down": _turned_down,
    "lobby.restored": _waits_again,
    "lobby.withdrawn": _gone,
}
