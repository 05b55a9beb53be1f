"""Conclusions being written and the lobby, as one participant may see them. Pure."""

from collections.abc import Mapping
from typing import Any

from hub.reception.clerk_state import Draft, Entry
from hub.reception.events import wire_time
from hub.reception.state import Item, SessionState
from hub.reception.viewer import Viewer
from hub.reception.visibility import heard

Wire = dict[str, Any]


def drafts_view(state: SessionState, viewer: Viewer, items: Mapping[str, Item]) -> list[Wire]:
    """Staff see what is being written; the item's audience what is being read back."""
    return [
        _draft(draft)
        for draft in sorted(state.drafts.values(), key=lambda each: each.item)
        if draft.item in items
        and (viewer.staff or (draft.read_at is not None and heard(items[draft.item], draft.read_to, viewer)))
    ]


def lobby_view(state: SessionState, viewer: Viewer) -> list[Wire]:
    """Staff see who waits; a room whom it announced itself."""
    own = viewer.room
    return [
        _entry(entry)
        for entry in state.lobby.values()
        if viewer.staff or (own is not None and entry.point == own)
    ]


def _draft(draft: Draft) -> Wire:
    read = None
    if draft.read_by is not None and draft.read_at is not None:
        key, name = draft.read_by
        read = {"by": {"key": key, "name": name}, "at": wire_time(draft.read_at)}
    return {
        "item": draft.item,
        "version": draft.version,
        "text": draft.text,
        "lead": draft.lead,
        "lead_name": draft.lead_name,
        "supporting": list(draft.supporting),
        "due": draft.due,
        "answer_on": draft.answer_on,
        "conflict": draft.conflict,
        "read": read,
    }


def _entry(entry: Entry) -> Wire:
    return {
        "id": entry.id,
        "n": entry.n,
        "point": entry.point,
        "unit": entry.unit,
        "unit_name": entry.unit_name,
        "kind": entry.kind,
        "field": entry.field,
        "matter": entry.matter,
        "persons": entry.persons,
        "at": wire_time(entry.at),
        "state": entry.status.value,
        "item": entry.item,
        "reason": entry.reason,
    }
