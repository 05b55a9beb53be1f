"""State + event = next state. Pure; events come in the order of `n`, each exactly once."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from hub.reception.clerk_fold import CLERK_STEPS, hide_matter
from hub.reception.events import MASKED_KIND, Audience, Event
from hub.reception.roll_fold import ROLL_STEPS
from hub.reception.speaking import SPEAKING_STEPS
from hub.reception.state import (
    OPEN_ITEM,
    DeskState,
    DirectiveState,
    Item,
    ItemStatus,
    Note,
    Presence,
    SessionState,
    Status,
    TakeUp,
)

Step = Callable[[SessionState, Event], SessionState]


class Gap(ValueError):
    """An event is not the next one."""


def fold(state: SessionState, events: Iterable[Event]) -> SessionState:
    """Apply events one after the other. Raises `Gap` when one is missing or comes twice."""
    for event in events:
        state = apply(state, event)
    return state


def apply(state: SessionState, event: Event) -> SessionState:
    """Apply the next event."""
    if event.n != state.n + 1:
        raise Gap(f"event {event.n} after event {state.n}")
    return replace(_STEPS[event.kind](state, event), n=event.n)


def _created(state: SessionState, event: Event) -> SessionState:
    data = event.data
    return replace(state, title=data["title"], form=data["form"], default_audience=data["default_audience"])


def _published(state: SessionState, _: Event) -> SessionState:
    return replace(state, status=Status.PUBLISHED)


def _postponed(state: SessionState, event: Event) -> SessionState:
    return replace(state, status=Status.POSTPONED, reason=event.data["reason"])


def _cancelled(state: SessionState, event: Event) -> SessionState:
    return replace(state, status=Status.CANCELLED, reason=event.data["reason"])


def _live(state: SessionState, event: Event) -> SessionState:
    return replace(state, status=Status.LIVE, live_at=event.at)


def _paused(state: SessionState, event: Event) -> SessionState:
    return replace(state, status=Status.PAUSED, reason=event.data["reason"])


def _resumed(state: SessionState, _: Event) -> SessionState:
    # An ended item stays current, so that a closed hearing does not end in an open room; resuming is a
    # deliberate act.
    item = state.current_item
    ended = item is not None and item.status not in OPEN_ITEM
    return replace(state, status=Status.LIVE, reason=None, current=None if ended else state.current)


def _closed(state: SessionState, _: Event) -> SessionState:
    return replace(state, status=Status.CLOSED, reason=None)


def _added(state: SessionState, event: Event) -> SessionState:
    data = event.data
    item = Item(
        id=data["item"],
        position=data["position"],
        status=ItemStatus.QUEUED,
        audience=Audience(data["audience"]),
        case=data["case"],
        chain=frozenset(data["chain"]),
        invited=frozenset(data["invited"]),
    )
    return replace(state, items={**state.items, item.id: item})


def _removed(state: SessionState, event: Event) -> SessionState:
    return hide_matter(_item(state, event, status=ItemStatus.REMOVED), event.data["item"])


def _ordered(state: SessionState, event: Event) -> SessionState:
    places = {item: place for place, item in enumerate(event.data["items"], 1)}
    moved = {key: replace(state.items[key], position=place) for key, place in places.items()}
    return replace(state, items={**state.items, **moved})


def _hearing(state: SessionState, event: Event) -> SessionState:
    return _item(state, event, status=ItemStatus.HEARING)


def _audience(state: SessionState, event: Event) -> SessionState:
    audience = Audience(event.data["audience"])
    if audience is Audience.CLOSED:  # closing shuts everyone out, also whoever had been let in before
        shut = _item(state, event, audience=audience, guests=frozenset(), privy=frozenset())
        return hide_matter(shut, event.data["item"])
    return _item(state, event, audience=audience)


def _reclassified(state: SessionState, event: Event) -> SessionState:
    item = state.items[event.data["item"]]
    return _item(state, event, case={**item.case, "kind": event.data["kind"]})


def _joined(state: SessionState, event: Event) -> SessionState:
    return _presence(state, event, joined=True)


def _left(state: SessionState, event: Event) -> SessionState:
    return _presence(state, event, joined=False)


def _desk_joined(state: SessionState, event: Event) -> SessionState:
    desk = DeskState(event.data["name"], True, event.at)
    return replace(state, desks={**state.desks, event.data["desk"]: desk})


def _desk_left(state: SessionState, event: Event) -> SessionState:
    gone = replace(state.desks[event.data["desk"]], joined=False, at=event.at)
    return replace(state, desks={**state.desks, event.data["desk"]: gone})


def _raised(state: SessionState, event: Event) -> SessionState:
    return replace(state, hands=(*state.hands, (event.data["point"], event.at)))


def _lowered(state: SessionState, event: Event) -> SessionState:
    return replace(state, hands=tuple(hand for hand in state.hands if hand[0] != event.data["point"]))


def _started(state: SessionState, event: Event) -> SessionState:
    return replace(state, sources={**state.sources, event.data["source"]: event.data["name"]})


def _stopped(state: SessionState, event: Event) -> SessionState:
    gone = event.data["source"]
    return replace(state, sources={source: name for source, name in state.sources.items() if source != gone})


def _noted(state: SessionState, event: Event) -> SessionState:
    data = event.data
    note = Note(
        id=data["note"],
        n=event.n,
        item=data["item"],
        text=data["text"],
        mark=data["mark"],
        by_key=event.by_key,
        by_name=event.by_name,
        at=event.at,
        media_ms=event.media_ms,
        audience=Audience(event.audience),
        version=event.n,
    )
    return replace(state, notes={**state.notes, note.id: note})


def _note_changed(state: SessionState, event: Event) -> SessionState:
    text, conflict = event.data["text"], event.data.get("conflict", False)
    audience = state.notes[event.data["note"]].audience.stricter(Audience(event.audience))
    changes = {"text": text, "changed": True, "version": event.n, "conflict": conflict}
    return _note(state, event, audience=audience, **changes)


def _note_removed(state: SessionState, event: Event) -> SessionState:
    return _note(state, event, removed=True)


def _note_restored(state: SessionState, event: Event) -> SessionState:
    return _note(state, event, removed=False)


def _issued(state: SessionState, event: Event) -> SessionState:
    data = event.data
    directive = DirectiveState(
        id=data["directive"],
        n=event.n,
        item=data["item"],
        case=data["case"],
        lead=data["lead"],
        lead_name=data["lead_name"],
        supporting=tuple(data["supporting"]),
        units=frozenset(data["units"]),
        text=data["text"],
        due=data["due"],
        at=event.at,
        media_ms=event.media_ms,
        audience=Audience(event.audience),
    )
    return replace(state, directives={**state.directives, directive.id: directive})


def _acknowledged(state: SessionState, event: Event) -> SessionState:
    directive = state.directives[event.data["directive"]]
    directive = replace(directive, acknowledged=(*directive.acknowledged, event.data["unit"]))
    return replace(state, directives={**state.directives, directive.id: directive})


def _taken_up(state: SessionState, event: Event) -> SessionState:
    data = event.data
    take_up = TakeUp(
        n=event.n,
        case=data["case"],
        item=data["item"],
        unit=data["unit"],
        unit_id=str(event.unit_id),
        unit_name=data["unit_name"],
        leader=data["leader"],
        at=event.at,
        media_ms=event.media_ms,
        audience=Audience(event.audience),
    )
    return replace(state, taken_up=(*state.taken_up, take_up))


def _item(state: SessionState, event: Event, **changes: Any) -> SessionState:
    item = replace(state.items[event.data["item"]], **changes)
    return replace(state, items={**state.items, item.id: item})


def _note(state: SessionState, event: Event, **changes: Any) -> SessionState:
    note = replace(state.notes[event.data["note"]], **changes)
    return replace(state, notes={**state.notes, note.id: note})


def _presence(state: SessionState, event: Event, *, joined: bool) -> SessionState:
    return replace(state, points={**state.points, event.data["point"]: Presence(joined, event.at)})


_STEPS: Final[Mapping[str, Step]] = {
    "session.created": _created,
    "session.changed": _created,
    "session.published": _published,
    "session.postponed": _postponed,
    "session.cancelled": _cancelled,
    "session.live": _live,
    "session.paused": _paused,
    "session.resumed": _resumed,
    "session.closed": _closed,
    "item.added": _added,
    "item.removed": _removed,
    "agenda.ordered": _ordered,
    "item.hearing": _hearing,
    "audience.set": _audience,
    "case.reclassified": _reclassified,
    MASKED_KIND: lambda state, _: state,  # what is masked is read anew, from the first event on
    "point.joined": _joined,
    "point.left": _left,
    "desk.joined": _desk_joined,
    "desk.left": _desk_left,
    "hand.raised": _raised,
    "hand.lowered": _lowered,
    "source.started": _started,
    "source.stopped": _stopped,
    "note.added": _noted,
    "note.changed": _note_changed,
    "note.removed": _note_removed,
    "note.restored": _note_restored,
    "directive.issued": _issued,
    "directive.acknowledged": _acknowledged,
    "case.taken_up": _taken_up,
    **ROLL_STEPS,
    **SPEAKING_STEPS,
    **CLERK_STEPS,
}
