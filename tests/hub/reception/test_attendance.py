"""Who was there, read from a timeline."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from hub.reception.attendance import Attendance, Interval, attendance, tally
from hub.reception.events import Event

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def read(*told: tuple[float, str, dict[str, Any]]) -> Attendance:
    """Attendance of events at these minutes."""
    numbers = count(1)
    return attendance(
        Event("s", next(numbers), kind, at(minutes), None, "hub", "Bà Thư", "staff", data)
        for minutes, kind, data in told
    )


def joined(minutes: float, point: str = "a") -> tuple[float, str, dict[str, Any]]:
    return minutes, "point.joined", {"point": point}


def left(minutes: float, reason: str = "lost", point: str = "a") -> tuple[float, str, dict[str, Any]]:
    return minutes, "point.left", {"point": point, "reason": reason}


LIVE: tuple[float, str, dict[str, Any]] = (10.0, "session.live", {})
OVER: tuple[float, str, dict[str, Any]] = (70.0, "session.closed", {})


def test_intervals_with_reasons() -> None:
    found = read(joined(5), LIVE, left(20), joined(25), left(40, "left"), joined(60), OVER)
    assert found.of("a").intervals == (
        Interval(at(5), at(20), "lost"),
        Interval(at(25), at(40), "left"),
        Interval(at(60), at(70), "over"),
    )
    assert not found.of("a").here
    assert found.of("a").ever
    assert (found.live_at, found.over_at) == (at(10), at(70))


def test_minutes_are_those_of_the_session() -> None:
    found = read(joined(0), LIVE, left(20), joined(25))
    assert found.of("a").here
    assert found.of("a").within(at(10), at(40)) == timedelta(minutes=10 + 15)
    assert found.of("a").gaps(at(10)) == 1


def test_comings_and_goings_before_the_session_are_no_gaps() -> None:
    found = read(joined(0), left(3), joined(4), LIVE)
    assert found.of("a").gaps(at(10)) == 0


def test_said_twice_counts_once() -> None:
    found = read(joined(0), joined(1), left(2), left(3))
    assert found.of("a").intervals == (Interval(at(0), at(2), "lost"),)
    assert found.of("b").intervals == ()
    assert not found.of("b").ever


def test_who_sat_there() -> None:
    people = [{"name": "An", "rank": "other"}, {"name": "Bình", "rank": "deputy_chairman"}]
    first = (1.0, "point.present", {"point": "a", "people": people})
    found = read(first, (2.0, "point.present", {"point": "a", "people": []}))
    one, two = found.of("a").statements
    assert (one.people, one.by, one.led) == (
        (("An", "other"), ("Bình", "deputy_chairman")),
        "Bà Thư",
        True,
    )
    assert (two.people, two.led) == ((), False)
    assert found.of("a").said == two
    assert found.of("b").said is None


def test_roll_calls() -> None:
    results = {"a": [], "b": ["absent"], "c": ["tv_muted", "camera_off"]}
    found = read(
        (1.0, "roll.began", {"roll": "r"}),
        (1.5, "roll.answered", {"roll": "r", "point": "a", "heard": 3, "right": True}),
        (2.0, "roll.closed", {"roll": "r", "results": results}),
        (3.0, "roll.began", {"roll": "q"}),
    )
    first, second = found.rolls
    assert (first.at, first.closed_at, first.heard) == (at(1), at(2), {"a": 3})
    assert first.counts == {"fine": 1, "wrong": 1, "absent": 1}
    assert second.closed_at is None
    assert found.last_roll == first
    assert tally({}) == {"fine": 0, "wrong": 0, "absent": 0}
