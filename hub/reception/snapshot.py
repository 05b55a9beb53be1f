"""The view of a session as one participant may see it, in the words of signaling/PROTOCOL.md. Pure."""

from collections.abc import Mapping
from typing import Any

from hub.reception import speaking
from hub.reception.clerk_wire import drafts_view, lobby_view
from hub.reception.events import wire_time
from hub.reception.rolls import present_view, roll_view
from hub.reception.state import DirectiveState, Item, Note, SessionState, TakeUp
from hub.reception.viewer import Viewer
from hub.reception.visibility import heard, inside, sees_case, sees_directive, sees_reason

Wire = dict[str, Any]


def view(state: SessionState, viewer: Viewer) -> Wire:
    """The snapshot of signaling/PROTOCOL.md for one participant."""
    return {
        "n": state.n,
        "session": _session(state),
        "items": [_item(item, viewer) for item in state.agenda],
        "current": state.current,
        **speaking.view(state, viewer),
        "hands": [
            {"point": point, "at": wire_time(at)}
            for point, at in state.hands
            if viewer.sees_wall or point == viewer.point
        ],
        "points": _points(state) if viewer.sees_wall else {},
        "desks": _desks(state) if viewer.sees_wall else {},
        "sources": {key: {"name": name} for key, name in state.sources.items()} if viewer.sees_wall else {},
        "notes": _notes(state, viewer, state.items),
        "taken_up": _taken_up(state, viewer, state.items),
        "directives": _directives(state, viewer, state.items),
        "drafts": drafts_view(state, viewer, state.items),
        "lobby": lobby_view(state, viewer),
        "roll": roll_view(state.roll, viewer),
        "present": present_view(state.present, viewer),
    }


def item_view(state: SessionState, viewer: Viewer, item: Item) -> Wire:
    """All that the participant may see of one item, and of the floor."""
    only = {item.id: item}
    return {
        "item": item.id,
        "view": _item(item, viewer),
        "notes": _notes(state, viewer, only),
        "taken_up": _taken_up(state, viewer, only),
        "directives": _directives(state, viewer, only),
        "drafts": drafts_view(state, viewer, only),
        "floor": speaking.floor(state, viewer),
        "pinned": speaking.pinned(state, viewer),
    }


def _session(state: SessionState) -> Wire:
    return {
        "id": state.id,
        "title": state.title,
        "form": state.form,
        "state": state.status.value,
        "reason": state.reason,
        "live_at": wire_time(state.live_at) if state.live_at is not None else None,
        "default_audience": state.default_audience,
    }


def _item(item: Item, viewer: Viewer) -> Wire:
    told = heard(item, item.told, viewer)
    return {
        "id": item.id,
        "position": item.position,
        "state": item.status.value,
        "audience": item.audience.value,
        "inside": inside(item, viewer),
        "case": dict(item.case) if sees_case(item, viewer) else None,
        "conclusion": item.conclusion if told else None,
        "answer_on": item.answer_on if told else None,
        "reason": item.reason if sees_reason(item, item.told, viewer) else None,
    }


def _points(state: SessionState) -> Wire:
    return {
        point: {"state": "joined" if presence.joined else "left", "at": wire_time(presence.at)}
        for point, presence in state.points.items()
    }


def _desks(state: SessionState) -> Wire:
    return {
        desk: {"name": each.name, "state": "joined" if each.joined else "left", "at": wire_time(each.at)}
        for desk, each in state.desks.items()
    }


def _notes(state: SessionState, viewer: Viewer, items: Mapping[str, Item]) -> list[Wire]:
    notes = (note for note in state.notes.values() if note.item in items)
    return [_note(note) for note in notes if heard(items[note.item], note.audience, viewer)]


def _taken_up(state: SessionState, viewer: Viewer, items: Mapping[str, Item]) -> list[Wire]:
    taken = (each for each in state.taken_up if each.item in items)
    return [_take_up(each) for each in taken if heard(items[each.item], each.audience, viewer)]


def _directives(state: SessionState, viewer: Viewer, items: Mapping[str, Item]) -> list[Wire]:
    return [
        _directive(directive)
        for directive in state.directives.values()
        if directive.item in items and sees_directive(state, viewer, directive)
    ]


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
        "version": note.version,
        "conflict": note.conflict,
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
        "withdrawn": directive.withdrawn,
        "at": wire_time(directive.at),
        "media_ms": directive.media_ms,
    }
