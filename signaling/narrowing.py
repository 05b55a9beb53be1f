"""What a command would do to the audience, said before it is committed: the relay must be narrower first. Pure.

A guess from the state at hand. A wrong one is harmless: it holds only while the command is being decided, and it can
only take away.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from hub.reception.events import Audience, Event
from hub.reception.fold import apply
from hub.reception.stage import StageWish, stage
from hub.reception.state import Item, SessionState

Data = Mapping[str, Any]
Guess = tuple[str, dict[str, Any]]


def narrowed(state: SessionState, name: str, data: Data, now: datetime) -> StageWish | None:
    """The narrower wish under which this command may be tried, or None when it takes the picture from nobody."""
    guess = _GUESSES.get(name)
    expected = guess(state, data) if guess is not None else None
    if expected is None:
        return None
    kind, payload = expected
    held = stage(state)
    narrower = held.narrower(stage(apply(state, _event(state, kind, payload, now))))
    return narrower if narrower.audience != held.audience else None


def _event(state: SessionState, kind: str, data: dict[str, Any], now: datetime) -> Event:
    return Event(
        session_id=state.id,
        n=state.n + 1,
        kind=kind,
        at=now,
        media_ms=None,
        by_key="",
        by_name="",
        audience="",
        data=data,
    )


def _item(state: SessionState, data: Data) -> Item | None:
    item = data.get("item")
    return state.items.get(item) if isinstance(item, str) else None


def _call(state: SessionState, data: Data) -> Guess | None:
    item = _item(state, data)
    return ("item.called", {"item": item.id}) if item is not None else None


def _end(state: SessionState, data: Data) -> Guess | None:
    item = _item(state, data)
    return ("item.deferred", {"item": item.id}) if item is not None else None


def _audience(state: SessionState, data: Data) -> Guess | None:
    audience = data.get("audience")
    if state.current is None or not isinstance(audience, str) or audience not in set(Audience):
        return None
    return "audience.set", {"item": state.current, "audience": audience}


def _reclassify(state: SessionState, data: Data) -> Guess | None:
    item = state.current_item
    if item is None or item.case["id"] != data.get("case") or data.get("kind") != "denunciation":
        return None
    return "audience.set", {"item": item.id, "audience": Audience.CLOSED.value}


_GUESSES: Final[Mapping[str, Callable[[SessionState, Data], Guess | None]]] = {
    "session.pause": lambda _state, _data: ("session.paused", {}),
    "session.close": lambda _state, _data: ("session.closed", {}),
    "item.call": _call,
    "item.conclude": _end,
    "item.defer": _end,
    "audience.set": _audience,
    "case.reclassify": _reclassify,
}
