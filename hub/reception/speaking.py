"""Who speaks, folded from events and shown to a participant. Pure; a part of `fold` and of `snapshot`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from hub.reception.events import Audience, Event, wire_time
from hub.reception.speech import Call, Duplex, Floor, Layout, Pin, Talk
from hub.reception.state import SessionState
from hub.reception.viewer import Viewer
from hub.reception.visibility import inside

Wire = dict[str, Any]


def view(state: SessionState, viewer: Viewer) -> Wire:
    """This part of the snapshot. Calls, consents and talks are the staff's, and a room's own."""
    speech = state.speech
    mine = [talk for talk in speech.talks.values() if viewer.sees_wall or talk.point == viewer.point]
    called = speech.call is not None and (viewer.sees_wall or speech.call.point == viewer.point)
    return {
        "floor": floor(state, viewer),
        "call": _call(speech.call) if called else None,
        "pinned": pinned(state, viewer),
        "stage": {"layout": speech.layout.value, "muted": speech.muted, "duplex": speech.duplex.value},
        "consents": [point for point in speech.consents if viewer.sees_wall or point == viewer.point],
        "talks": [_talk(talk) for talk in mine],
    }


def floor(state: SessionState, viewer: Viewer) -> Wire | None:
    """Who has the floor, for its item's audience and for the point itself."""
    held = state.floor
    if held is None or not _sees(state, viewer, held.point, held.item):
        return None
    return {
        "point": held.point,
        "name": held.name,
        "at": wire_time(held.at),
        "until": wire_time(held.until) if held.until is not None else None,
    }


def pinned(state: SessionState, viewer: Viewer) -> Wire | None:
    """Whose picture is pinned, for the same."""
    pin = state.speech.pin
    if pin is None or not _sees(state, viewer, pin.point, pin.item):
        return None
    return {"point": pin.point, "name": pin.name, "at": wire_time(pin.at)}


def _sees(state: SessionState, viewer: Viewer, point: str, item: str) -> bool:
    return point == viewer.point or inside(state.items[item], viewer)


def _call(call: Call | None) -> Wire | None:
    if call is None:
        return None
    return {"point": call.point, "name": call.name, "seconds": call.seconds, "at": wire_time(call.at)}


def _talk(talk: Talk) -> Wire:
    return {
        "talk": talk.id,
        "point": talk.point,
        "name": talk.name,
        "staff": talk.staff,
        "staff_name": talk.staff_name,
        "at": wire_time(talk.at),
    }


def _given(state: SessionState, event: Event) -> SessionState:
    data, until = event.data, event.data.get("until")
    item = state.items[str(event.item_id)]
    held = Floor(
        data["point"], data["name"], item.id, event.at, datetime.fromisoformat(until) if until else None
    )
    privy = item.privy | ({held.point} if item.audience is Audience.CLOSED else set())
    guest = replace(item, guests=item.guests | {held.point}, privy=privy)
    return replace(state, floor=held, items={**state.items, item.id: guest})


def _extended(state: SessionState, event: Event) -> SessionState:
    if state.floor is None:
        return state
    return replace(state, floor=replace(state.floor, until=datetime.fromisoformat(event.data["until"])))


def _ended(state: SessionState, _: Event) -> SessionState:
    return replace(state, floor=None)


def _called(state: SessionState, event: Event) -> SessionState:
    data = event.data
    return _speech(state, call=Call(data["point"], data["name"], data["seconds"], event.at))


def _call_ended(state: SessionState, _: Event) -> SessionState:
    return _speech(state, call=None)


def _consented(state: SessionState, event: Event) -> SessionState:
    return _speech(state, consents=(*state.speech.consents, event.data["point"]))


def _withdrew(state: SessionState, event: Event) -> SessionState:
    left = tuple(point for point in state.speech.consents if point != event.data["point"])
    return _speech(state, consents=left)


def _laid_out(state: SessionState, event: Event) -> SessionState:
    return _speech(state, layout=Layout(event.data["layout"]))


def _muted(state: SessionState, _: Event) -> SessionState:
    return _speech(state, muted=True)


def _unmuted(state: SessionState, _: Event) -> SessionState:
    return _speech(state, muted=False)


def _duplex(state: SessionState, event: Event) -> SessionState:
    return _speech(state, duplex=Duplex(event.data["duplex"]))


def _pinned(state: SessionState, event: Event) -> SessionState:
    return _speech(state, pin=Pin(event.data["point"], event.data["name"], str(event.item_id), event.at))


def _unpinned(state: SessionState, _: Event) -> SessionState:
    return _speech(state, pin=None)


def _talk_opened(state: SessionState, event: Event) -> SessionState:
    data = event.data
    talk = Talk(data["talk"], data["point"], data["name"], data["staff"], data["staff_name"], event.at)
    return _speech(state, talks={**state.speech.talks, talk.id: talk})


def _talk_closed(state: SessionState, event: Event) -> SessionState:
    left = {key: talk for key, talk in state.speech.talks.items() if key != event.data["talk"]}
    return _speech(state, talks=left)


def _speech(state: SessionState, **changes: Any) -> SessionState:
    return replace(state, speech=replace(state.speech, **changes))


SPEAKING_STEPS: Final[Mapping[str, Callable[[SessionState, Event], SessionState]]] = {
    "room.consented": _consented,
    "room.withdrew": _withdrew,
    "floor.called": _called,
    "floor.call_ended": _call_ended,
    "floor.given": _given,
    "floor.extended": _extended,
    "floor.ended": _ended,
    "stage.laid_out": _laid_out,
    "stage.muted": _muted,
    "stage.unmuted": _unmuted,
    "stage.duplex_set": _duplex,
    "stage.pinned": _pinned,
    "stage.unpinned": _unpinned,
    "talk.opened": _talk_opened,
    "talk.closed": _talk_closed,
}
