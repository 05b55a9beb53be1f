"""Office hours: against a slow walk by minutes, and by hand around holidays."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cases.notices.office import DEFAULT, Office, Span, read_hours
from hub.units.local_day import VIETNAM
from hub.units.working_days import vietnam

OFFICE = Office(read_hours(DEFAULT), vietnam())


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-23 07:29", "2026-11-23 07:30"),
        ("2026-11-23 07:30", "2026-11-23 07:30"),
        ("2026-11-23 11:29:59", "2026-11-23 11:29:59"),
        ("2026-11-23 11:30", "2026-11-23 13:30"),
        ("2026-11-23 17:00", "2026-11-24 07:30"),
        ("2026-11-20 18:00", "2026-11-23 07:30"),  # over a weekend
        ("2026-11-21 09:00", "2026-11-23 07:30"),  # on a Saturday
        ("2026-04-29 17:00", "2026-05-04 07:30"),  # 30 April and 1 May, then a weekend
    ],
)
def test_by_hand(now: str, then: str) -> None:
    assert OFFICE.next_moment(at(now)) == at(then)
    assert OFFICE.is_open(at(now)) is (now == then)


def test_the_answer_has_the_zone_of_the_question() -> None:
    assert OFFICE.next_moment(datetime(2026, 11, 21, 3, tzinfo=UTC)).tzinfo is UTC


MOMENTS = st.integers(0, 60 * 24 * 700).map(
    lambda minutes: at("2026-01-01 00:00") + timedelta(minutes=minutes)
)


@given(MOMENTS)
def test_never_early_never_outside_and_never_late(now: datetime) -> None:
    found = OFFICE.next_moment(now)
    assert found >= now
    here = found.astimezone(VIETNAM)
    assert vietnam().is_working(here.date())
    assert any(span.opens <= here.time() < span.closes for span in OFFICE.hours)
    assert OFFICE.next_moment(found) == found
    if found > now:  # nothing open was passed over: it is an opening, and just before it was shut
        assert here.time() in {span.opens for span in OFFICE.hours}
        step = max((found - now) / 50, timedelta(minutes=1))
        between = now
        while between < found:
            assert not OFFICE.is_open(between)
            between += step


@pytest.mark.parametrize(
    "text", ["", "8-17", "17:00-08:00", "08:00-08:00", "08:00-12:00,11:00-17:00", "25:00-26:00", "x"]
)
def test_hours_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_hours(text)


def test_hours_are_read() -> None:
    assert read_hours(" 8:00 - 12:00 , 13:00-17:30 ") == (
        Span(time(8), time(12)),
        Span(time(13), time(17, 30)),
    )
