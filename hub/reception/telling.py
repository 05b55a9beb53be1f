"""Events as one participant is told of them. Pure.

What changed hands between two events is made whole by `item.shown`, a snapshot of one item, so that
*snapshot + later events = later snapshot* holds for every participant at every head (a property test).
Where texts of before were masked, `view.shown` replaces all that a client has.
"""

from collections.abc import Sequence
from typing import Any, Final

from hub.reception.events import KINDS, MASKED_KIND, Event, wire_time
from hub.reception.rolls import PERSONAL, personal
from hub.reception.snapshot import item_view, view
from hub.reception.state import Item, SessionState
from hub.reception.viewer import Viewer
from hub.reception.visibility import MASKED, announced, changes_sight, masked, may_get

Wire = dict[str, Any]

SHOWN: Final = frozenset({"item.shown", "view.shown"})
"""Kinds that are in no timeline: made for one participant, at the end of a batch."""


def batch(events: Sequence[Event], state: SessionState, viewer: Viewer) -> list[Wire]:
    """Events up to `state.n` as the participant gets them, then an `item.shown` for each item whose sight may
    have changed, or a `view.shown` when texts of before were masked.
    """
    sent = [wire for event in events if (wire := event_for(event, state, viewer)) is not None]
    if any(event.kind == MASKED_KIND for event in events):
        whole = {"view": view(state, viewer)}
        return [*sent, _wire(events[-1], whole) | {"kind": "view.shown"}]
    if viewer.staff or not events:
        return sent
    changed = dict.fromkeys(event.item_id for event in events if changes_sight(event, viewer))
    shown = [state.items[item_id] for item_id in changed if item_id is not None]
    return sent + [_shown(events[-1], state, viewer, item) for item in shown]


def event_for(event: Event, state: SessionState, viewer: Viewer) -> Wire | None:
    """One event as the participant may see it now, or None."""
    if not may_get(event, state, viewer):
        return None
    kind = KINDS[event.kind]
    data = {name: value for name, value in event.data.items() if name in kind.fields}
    if event.kind in MASKED:
        data = masked(event, data, state.items[data["item"]], viewer)
    elif event.kind == "lobby.announced":
        data = announced(data, state)
    elif event.kind in PERSONAL:
        data = personal(event, data, viewer)
    return _wire(event, data)


def _shown(last: Event, state: SessionState, viewer: Viewer, item: Item) -> Wire:
    return _wire(last, item_view(state, viewer, item)) | {"kind": "item.shown"}


def _wire(event: Event, data: Wire) -> Wire:
    return {
        "n": event.n,
        "kind": event.kind,
        "at": wire_time(event.at),
        "media_ms": event.media_ms,
        "by": {"key": event.by_key, "name": event.by_name},
        "data": data,
    }
