"""The Vietnamese calendar: its data, and laws that hold for any days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.units.working_days import Calendar, Year, read, vietnam

DAYS = st.dates(date(2023, 6, 1), date(2028, 6, 1))


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2024-02-08", "tet"),
        ("2024-02-15", None),
        ("2024-04-29", "swapped"),
        ("2024-05-04", None),  # a Saturday that is worked
        ("2025-01-31", "tet"),
        ("2025-04-26", None),
        ("2025-05-02", "swapped"),
        ("2026-02-16", "tet"),
        ("2026-04-27", "hung_kings"),
        ("2026-09-01", "national"),
        ("2026-07-18", "weekend"),
        ("2026-07-20", None),
        ("2031-05-01", "labour"),  # no file: fixed days are known
        ("2031-05-02", None),
    ],
)
def test_known_days(day: str, why: str | None) -> None:
    assert vietnam().off(date.fromisoformat(day)) == why


def test_a_year_says_whether_somebody_checked_it() -> None:
    assert [vietnam().year(year).verified for year in range(2024, 2029)] == [True, True, False, False, False]
    assert all(vietnam().year(year).basis for year in range(2024, 2028))
    assert vietnam().year(2026).doubtful == {date(2026, 11, 24): "culture"}


def test_doubtful_days_are_told_as_far_as_they_count() -> None:
    years = [
        Year(2026, doubtful={date(2026, 11, 24): "culture", date(2026, 11, 28): "tet"}),
        Year(2027, doubtful={date(2027, 1, 4): "tet"}),
    ]
    known = Calendar(years)
    told = known.doubtful(date(2026, 11, 23), date(2027, 1, 4))
    assert told == [(date(2026, 11, 24), "culture"), (date(2027, 1, 4), "tet")]  # the other is a Saturday
    assert known.doubtful(date(2026, 11, 24), date(2027, 1, 3)) == []


@pytest.mark.parametrize("year", range(2024, 2028))
def test_each_year_has_its_eleven_days_and_swaps_nothing_away(year: int) -> None:
    """The Labour Code's days, those on a weekend made up for; a swapped day is worked on another."""
    known = vietnam().year(year)
    swapped = sum(name == "swapped" for name in known.off.values())
    assert swapped == len(known.working)
    assert all(day.weekday() < 5 for day in known.off)
    assert {"new_year", "tet", "hung_kings", "reunification", "labour", "national"} <= set(known.off.values())


@pytest.mark.parametrize(
    "raw",
    [
        {"off": [{"date": "2025-01-01", "name": "new_year"}]},
        {"working": ["2026-07-15"]},
        {"off": [{"date": "2026-07-18", "name": "tet"}], "working": ["2026-07-18"]},
    ],
)
def test_a_file_that_contradicts_itself_is_refused(raw: dict[str, object]) -> None:
    whole = {"year": 2026, "verified": False, "basis": "", "off": [], "working": [], "doubtful": []}
    with pytest.raises(ValueError, match="2026"):
        read({**whole, **raw})


@given(DAYS)
def test_the_next_working_day_is_the_first_one(day: date) -> None:
    known = vietnam()
    found = known.next_working(day)
    assert known.is_working(found)
    between = ((day + timedelta(days=step)) for step in range((found - day).days))
    assert not any(known.is_working(each) for each in between)


@given(DAYS, DAYS, DAYS)
def test_counting_adds_up(a: date, b: date, c: date) -> None:
    known = vietnam()
    assert known.between(a, b) + known.between(b, c) == known.between(a, c)
    assert known.between(a, a) == 0


@given(DAYS, st.integers(0, 60))
def test_after_and_between_are_inverse(day: date, count: int) -> None:
    known = vietnam()
    later = known.after(day, count)
    assert known.between(day, later) == count
    assert count == 0 or known.is_working(later)


@given(st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=20))
def test_holidays_only_take_days_away(off: set[date]) -> None:
    plain, more = Calendar([Year(2026)]), Calendar([Year(2026, off=dict.fromkeys(off, "tet"))])
    first, last = date(2025, 12, 31), date(2026, 12, 31)
    gone = sum(plain.is_working(day) for day in off)
    assert plain.between(first, last) - more.between(first, last) == gone
