"""Who may see what of a session: the one place where that is decided. Pure.

Everything is judged by the state *now*, also events of long ago: whoever resumes after a hearing was closed
gets nothing of it any more. What was said in a hearing is judged by its audience *then* as well: opening the
hearing again shows nobody what was said behind its door.
"""

from typing import Any

from hub.reception.events import KINDS, Audience, Event, Scope
from hub.reception.rolls import place_of
from hub.reception.state import DirectiveState, Item, ItemStatus, SessionState
from hub.reception.viewer import Viewer


def inside(item: Item, viewer: Viewer) -> bool:
    """Whether the participant is in the item's audience now. One that was taken off has staff only: no act
    reaches it any more, so nobody would close it when its case turns out to be a denunciation.
    """
    return _belongs(item, item.audience, viewer) and (viewer.staff or not _taken_off(item))


def heard(item: Item, said: Audience, viewer: Viewer) -> bool:
    """Whether the participant may know what was said in the item while its audience was `said`: now and then
    they are in it.
    """
    return inside(item, viewer) and _belongs(item, said, viewer)


def _belongs(item: Item, audience: Audience, viewer: Viewer) -> bool:
    if viewer.technician:
        return False
    if viewer.staff or audience is Audience.ALL:
        return True
    if viewer.point is None:
        return False
    if audience is Audience.CLOSED:
        return viewer.point in item.privy
    return viewer.point in item.guests or viewer.unit in item.chain | item.invited


def _taken_off(item: Item) -> bool:
    return item.status is ItemStatus.REMOVED


def sees_case(item: Item, viewer: Viewer) -> bool:
    """Whether the participant may know which case the item is about."""
    if viewer.technician:
        return False
    return inside(item, viewer) or not (item.audience is Audience.CLOSED or _taken_off(item))


def sees_reason(item: Item, said: Audience, viewer: Viewer) -> bool:
    """Whether the participant may know why an item was put off, taken off or reopened."""
    return sees_case(item, viewer) and (said is not Audience.CLOSED or heard(item, said, viewer))


def sees_directive(state: SessionState, viewer: Viewer, directive: DirectiveState) -> bool:
    """The item's audience, and the rooms of the units that were directed, unless the item is closed, or was
    then, or was taken off.
    """
    item = state.items[directive.item]
    if heard(item, directive.audience, viewer):
        return True
    directed = viewer.point is not None and viewer.unit in directive.units and not _taken_off(item)
    return directed and Audience.CLOSED not in (item.audience, directive.audience)


def may_get(event: Event, state: SessionState, viewer: Viewer) -> bool:
    """Whether the participant is told of the event at all."""
    scope = KINDS[event.kind].scope
    if viewer.staff or scope is Scope.EVERYONE:
        return True
    own = viewer.point is not None and bool(event.data.get("point") == viewer.point)
    match scope:
        case Scope.POINT:
            return own or viewer.sees_wall
        case Scope.ROOMS:
            return viewer.room is not None or viewer.sees_wall
        case Scope.PLACE:
            return viewer.sees_wall or bool(event.data["point"] == place_of(viewer))
        case Scope.FLOOR:
            return own or inside(state.items[str(event.item_id)], viewer)
        case Scope.ITEM:
            return heard(state.items[str(event.item_id)], _said(event, state), viewer)
        case Scope.CASE:
            return sees_case(state.items[str(event.item_id)], viewer)
        case Scope.DIRECTIVE:
            return sees_directive(state, viewer, state.directives[event.data["directive"]])
        case Scope.LOBBY:
            return own and not viewer.desk
        case Scope.OFFICE:
            return False
        case Scope.STAFF | _:
            return viewer.sees_wall


def _said(event: Event, state: SessionState) -> Audience:
    """Before whom that was said; of a note all that was ever written in it counts."""
    note = state.notes.get(event.data.get("note", ""))
    return note.audience if note is not None else Audience(event.audience)


def changes_sight(event: Event, viewer: Viewer) -> bool:
    """Whether the participant may see more or less of the event's item since."""
    if event.kind == "audience.set":
        return True
    if event.kind == "floor.given":
        return bool(event.data["point"] == viewer.point)
    # Guests of a hearing leave with its end.
    return event.kind in ("item.concluded", "item.deferred") and viewer.point is not None


def announced(data: dict[str, Any], state: SessionState) -> dict[str, Any]:
    """What is told of somebody's coming now: the timeline keeps what it said, and their case may have become
    secret since.
    """
    return data | {"matter": state.lobby[data["entry"]].matter}


MASKED = frozenset({"item.added", "item.concluded", "item.deferred", "item.removed", "item.reopened"})
"""Kinds that everyone gets, and outsiders not all of."""


def masked(event: Event, data: dict[str, Any], item: Item, viewer: Viewer) -> dict[str, Any]:
    """What an outsider gets of an event that everyone gets."""
    if event.kind == "item.added":
        if not sees_case(item, viewer):
            data |= {"audience": item.audience.value, "case": None}
        return data | {"inside": inside(item, viewer)}
    said = Audience(event.audience)
    if event.kind == "item.concluded":
        unheard = {"text": "", "answer_on": None, "directive": None}
        return data if heard(item, said, viewer) else data | unheard
    return data if sees_reason(item, said, viewer) else data | {"reason": ""}
