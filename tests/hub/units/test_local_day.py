"""Days in Vietnam begin at midnight there."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.units.local_day import local_day, midnight

DAYS = st.dates(min_value=date(1946, 1, 1), max_value=date(2199, 12, 31))


@given(DAYS)
def test_a_day_begins_with_its_midnight_and_not_before(day: date) -> None:
    begins = midnight(day)
    assert local_day(begins) == day
    assert local_day(begins - timedelta(microseconds=1)) == day - timedelta(days=1)
    assert midnight(day + timedelta(days=1)) - begins == timedelta(days=1)


def test_seven_hours_before_utc() -> None:
    assert midnight(date(2026, 11, 22)) == datetime(2026, 11, 21, 17, tzinfo=UTC)
