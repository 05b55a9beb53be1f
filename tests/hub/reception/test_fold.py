from datetime import UTC, datetime

import pytest

from hub.reception.events import KINDS, Event
from hub.reception.fold import _STEPS, Gap, apply, fold
from hub.reception.state import SessionState, Status

AT = datetime(2026, 7, 15, 1, 0, tzinfo=UTC)


def event(n: int, kind: str = "session.live") -> Event:
    return Event("s", n, kind, AT, None, "hub", "hub", "all", {})


def test_every_kind_of_event_has_a_step() -> None:
    assert set(_STEPS) == set(KINDS)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_events_come_one_by_one(n: int) -> None:
    with pytest.raises(Gap):
        apply(apply(SessionState("s"), event(1)), event(n))


def test_a_state_is_never_changed_in_place() -> None:
    empty = SessionState("s")
    live = fold(empty, [event(1)])
    assert (empty.n, empty.status, live.n, live.status) == (0, Status.SCHEDULED, 1, Status.LIVE)
