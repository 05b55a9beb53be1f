"""Who may see what of a session: the one place where that is decided. Pure.

Everything is judged by the state *now*, also events of long ago: whoever resumes after a hearing was closed
gets nothing of it any more.
"""

from typing import Any

from hub.reception.events import KINDS, Audience, Event, Scope
from hub.reception.state import DirectiveState, Item, SessionState
from hub.reception.viewer import Viewer


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


def may_get(event: Event, state: SessionState, viewer: Viewer) -> bool:
    """Whether the participant is told of the event at all."""
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


def changes_sight(event: Event, viewer: Viewer) -> bool:
    """Whether the participant may see more or less of the event's item since."""
    if event.kind == "audience.set":
        return True
    if event.kind == "floor.given":
        return bool(event.data["point"] == viewer.point)
    # Guests of a hearing leave with its end.
    return event.kind in ("item.concluded", "item.deferred") and viewer.point is not None


MASKED = frozenset({"item.added", "item.concluded", "item.deferred"})
"""Kinds that everyone gets, and outsiders not all of."""


def masked(event: Event, data: dict[str, Any], item: Item, viewer: Viewer) -> dict[str, Any]:
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
