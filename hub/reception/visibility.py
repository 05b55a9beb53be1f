"""Who may see what of a session: the view of a state, and events as one participant gets them. Pure.

Everything is judged by the state *now*, also events of long ago: whoever resumes after a hearing was closed
gets nothing of it any more. What changed hands meanwhile is made whole by `item.shown`, a snapshot of one
item, so that *snapshot + later events = later snapshot* holds for every participant at every head (a property
test).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hub.reception.events import KINDS, Audience, Event, Scope, wire_time
from hub.reception.state import DirectiveState, Floor, Item, Note, SessionState, TakeUp
from hub.reception.viewer import Viewer

Wire = dict[str, Any]


def inside(item: Item, viewer: Viewer) -> bool:
    """Whether the participant is in the item's audience now."""
    if viewer.technician:
        return False
    if viewer.staff or item.audience is Audience.ALL:
        return True
    if viewer.point is None:
        return False
    if viewer.point in item.guests:
        return True
    return item.audience is Audience.RELATED and viewer.unit in item.chain | item.invited


def sees_case(item: Item, viewer: Viewer) -> bool:
    """Whether the participant may know which case the item is about."""
    if viewer.technician:
        return False
    return item.audience is not Audience.CLOSED or inside(item, viewer)


def sees_directive(state: SessionState, viewer: Viewer, directive: DirectiveState) -> bool:
    """The item's audience, and the rooms of the units that were directed, unless the item is closed."""
    item = state.items[directive.item]
    if inside(item, viewer):
        return True
    directed = viewer.point is not None and viewer.unit in directive.units
    return directed and item.audience is not Audience.CLOSED


def view(state: SessionState, viewer: Viewer) -> Wire:
    """The snapshot of signaling/PROTOCOL.md for one participant."""
    items = sorted(state.items.values(), key=lambda item: (item.position, item.id))
    return {
        "n": state.n,
        "session": _session(state),
        "items": [_item(item, viewer) for item in items],
        "current": state.current,
        "floor": _floor(state, viewer),
        "hands": [
            {"point": point, "at": wire_time(at)}
            for point, at in state.hands
            if viewer.sees_wall or point == viewer.point
        ],
        "points": _points(state) if viewer.sees_wall else {},
        "sources": {key: {"name": name} for key, name in state.sources.items()} if viewer.sees_wall else {},
        "notes": _notes(state, viewer, state.items),
        "taken_up": _taken_up(state, viewer, state.items),
        "directives": _directives(state, viewer, state.items),
    }


def batch(events: Sequence[Event], state: SessionState, viewer: Viewer) -> list[Wire]:
    """Events up to `state.n` as the participant gets them, then an `item.shown` for each item whose sight may
    have changed.
    """
    sent = [wire for event in events if (wire := event_for(event, state, viewer)) is not None]
    if viewer.staff or not events:
        return sent
    changed = dict.fromkeys(event.item_id for event in events if _changes_sight(event, viewer))
    shown = [state.items[item_id] for item_id in changed if item_id is not None]
    return sent + [_shown(events[-1], state, viewer, item) for item in shown]


def event_for(event: Event, state: SessionState, viewer: Viewer) -> Wire | None:
    """One event as the participant may see it now, or None."""
    if not _may_get(event, state, viewer):
        return None
    kind = KINDS[event.kind]
    data = {name: value for name, value in event.data.items() if name in kind.fields}
    if event.kind in _MASKED:
        data = _masked(event, data, state.items[data["item"]], viewer)
    return _wire(event, data)


def _may_get(event: Event, state: SessionState, viewer: Viewer) -> bool:
    scope = KINDS[event.kind].scope
    if viewer.staff or scope is Scope.EVERYONE:
        return True
    own = viewer.point is not None and bool(event.data.get("point") == viewer.point)
    match scope:
        case Scope.POINT:
            return own or viewer.sees_wall
        case Scope.FLOOR:
            return own or inside(state.items[str(event.item_id)], viewer)
        case Scope.ITEM:
            return inside(state.items[str(event.item_id)], viewer)
        case Scope.CASE:
            return sees_case(state.items[str(event.item_id)], viewer)
        case Scope.DIRECTIVE:
            return sees_directive(state, viewer, state.directives[event.data["directive"]])
        case Scope.STAFF | _:
            return viewer.sees_wall


_MASKED = frozenset({"item.added", "item.concluded", "item.deferred"})


def _masked(event: Event, data: Wire, item: Item, viewer: Viewer) -> Wire:
    """What an outsider gets of an event that everyone gets."""
    if event.kind == "item.added":
        if not sees_case(item, viewer):
            data |= {"audience": item.audience.value, "case": None}
        return data | {"inside": inside(item, viewer)}
    if event.kind == "item.concluded" and not inside(item, viewer):
        return data | {"text": ""}
    if event.kind == "item.deferred" and not sees_case(item, viewer):
        return data | {"reason": ""}
    return data


def _changes_sight(event: Event, viewer: Viewer) -> bool:
    if event.kind == "audience.set":
        return True
    if event.kind == "floor.given":
        return bool(event.data["point"] == viewer.point)
    # Guests of a hearing leave with its end.
    return event.kind in ("item.concluded", "item.deferred") and viewer.point is not None


def _shown(last: Event, state: SessionState, viewer: Viewer, item: Item) -> Wire:
    only = {item.id: item}
    data = {
        "item": item.id,
        "view": _item(item, viewer),
        "notes": _notes(state, viewer, only),
        "taken_up": _taken_up(state, viewer, only),
        "directives": _directives(state, viewer, only),
        "floor": _floor(state, viewer),
    }
    return _wire(last, data) | {"kind": "item.shown"}


def _wire(event: Event, data: Wire) -> Wire:
    return {
        "n": event.n,
        "kind": event.kind,
        "at": wire_time(event.at),
        "media_ms": event.media_ms,
        "by": {"key": event.by_key, "name": event.by_name},
        "data": data,
    }


def _session(state: SessionState) -> Wire:
    return {
        "id": state.id,
        "title": state.title,
        "form": state.form,
        "state": state.status.value,
        "live_at": wire_time(state.live_at) if state.live_at is not None else None,
        "default_audience": state.default_audience,
    }


def _item(item: Item, viewer: Viewer) -> Wire:
    is_inside = inside(item, viewer)
    return {
        "id": item.id,
        "position": item.position,
        "state": item.status.value,
        "audience": item.audience.value,
        "inside": is_inside,
        "case": dict(item.case) if sees_case(item, viewer) else None,
        "conclusion": item.conclusion if is_inside else None,
    }


def _floor(state: SessionState, viewer: Viewer) -> Wire | None:
    floor: Floor | None = state.floor
    if floor is None or not (floor.point == viewer.point or inside(state.items[floor.item], viewer)):
        return None
    return {"point": floor.point, "name": floor.name, "at": wire_time(floor.at)}


def _points(state: SessionState) -> Wire:
    return {
        point: {"state": "joined" if presence.joined else "left", "at": wire_time(presence.at)}
        for point, presence in state.points.items()
    }


def _notes(state: SessionState, viewer: Viewer, items: Mapping[str, Item]) -> list[Wire]:
    heard = _heard(items.values(), viewer)
    return [_note(note) for note in state.notes.values() if note.item in heard]


def _taken_up(state: SessionState, viewer: Viewer, items: Mapping[str, Item]) -> list[Wire]:
    heard = _heard(items.values(), viewer)
    return [_take_up(take_up) for take_up in state.taken_up if take_up.item in heard]


def _directives(state: SessionState, viewer: Viewer, items: Mapping[str, Item]) -> list[Wire]:
    return [
        _directive(directive)
        for directive in state.directives.values()
        if directive.item in items and sees_directive(state, viewer, directive)
    ]


def _heard(items: Iterable[Item], viewer: Viewer) -> set[str]:
    return {item.id for item in items if inside(item, viewer)}


def _note(note: Note) -> Wire:
    return {
        "id": note.id,
        "n": note.n,
        "item": note.item,
        "text": note.text,
        "mark": note.mark,
        "by": {"key": note.by_key, "name": note.by_name},
        "at": wire_time(note.at),
        "media_ms": note.media_ms,
        "removed": note.removed,
        "changed": note.changed,
    }


def _take_up(take_up: TakeUp) -> Wire:
    return {
        "case": take_up.case,
        "item": take_up.item,
        "unit": take_up.unit,
        "unit_name": take_up.unit_name,
        "leader": take_up.leader,
        "at": wire_time(take_up.at),
        "media_ms": take_up.media_ms,
        "n": take_up.n,
    }


def _directive(directive: DirectiveState) -> Wire:
    return {
        "id": directive.id,
        "n": directive.n,
        "item": directive.item,
        "case": directive.case,
        "lead": directive.lead,
        "lead_name": directive.lead_name,
        "supporting": list(directive.supporting),
        "text": directive.text,
        "due": directive.due,
        "acknowledged": list(directive.acknowledged),
        "at": wire_time(directive.at),
        "media_ms": directive.media_ms,
    }
