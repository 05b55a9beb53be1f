"""The quota: which rule holds when, and how a month stands against it."""

from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.reception.quota import Month, month_of, rule_of, standing, windows
from hub.units.working_days import vietnam

LEVELS = ("province", "district", "commune")
MONTHS = st.builds(Month, st.integers(2024, 2027), st.integers(1, 12))


def days(*texts: str) -> list[date]:
    return [date.fromisoformat(text) for text in texts]


@pytest.mark.parametrize(
    ("level", "month", "rule"),
    [
        ("province", Month(2024, 3), "province"),
        ("province", Month(2026, 7), "province"),
        ("district", Month(2025, 6), "district"),
        ("district", Month(2025, 7), None),
        ("commune", Month(2026, 6), "commune_week"),
        ("commune", Month(2026, 7), "commune_month"),
        ("commune", Month(2014, 6), None),
    ],
)
def test_which_rule_holds(level: str, month: Month, rule: str | None) -> None:
    found = rule_of(level, month)
    assert (found.id if found is not None else None) == rule


@pytest.mark.parametrize(
    ("level", "month", "held", "planned", "expected"),
    [
        ("province", Month(2026, 7), [], [], (1, 0, 0, 1)),
        ("province", Month(2026, 7), ["2026-07-10"], ["2026-07-20"], (1, 1, 1, 0)),
        ("commune", Month(2026, 7), ["2026-07-10"], ["2026-07-10"], (2, 1, 0, 1)),
        ("commune", Month(2026, 7), ["2026-07-10"], ["2026-07-22"], (2, 1, 1, 0)),
        ("commune", Month(2026, 7), ["2026-06-30"], ["2026-08-01"], (2, 0, 0, 2)),
        # One day a week: two days in one week do not make up for an empty one.
        ("commune", Month(2026, 6), ["2026-06-02", "2026-06-03", "2026-06-09"], [], (4, 3, 0, 2)),
        ("district", Month(2025, 7), ["2025-07-03"], [], (0, 1, 0, 0)),
    ],
)
def test_how_a_month_stands(
    level: str, month: Month, held: list[str], planned: list[str], expected: tuple[int, ...]
) -> None:
    found = standing(level, month, days(*held), days(*planned), vietnam())
    assert (found.required, found.held, found.planned, found.missing) == expected


def test_a_week_of_tet_asks_for_nothing() -> None:
    """16 to 20 February 2026 is Tết: the week has no working day."""
    month = Month(2026, 2)
    rule = rule_of("commune", month)
    assert rule is not None
    assert len(windows(rule, month)) == 4
    assert standing("commune", month, [], [], vietnam()).required == 3


@given(st.integers(2015, 2026))
def test_every_week_counts_in_exactly_one_month(year: int) -> None:
    rule = rule_of("commune", Month(2025, 1))
    assert rule is not None
    months = [Month(year, number) for number in range(1, 13)]
    mondays = [first for month in months for first, _ in windows(rule, month)]
    assert len(mondays) == len(set(mondays))
    assert len(mondays) in (52, 53)


@given(MONTHS)
def test_months_follow_each_other(month: Month) -> None:
    assert month.next().before() == month
    assert month_of(month.last) == month
    assert (month.next().first - month.last).days == 1


@given(
    st.sampled_from(LEVELS),
    MONTHS,
    st.lists(st.dates(date(2024, 1, 1), date(2027, 12, 31)), max_size=30),
    st.lists(st.dates(date(2024, 1, 1), date(2027, 12, 31)), max_size=30),
)
def test_more_days_never_make_more_missing(
    level: str, month: Month, held: Iterable[date], planned: Iterable[date]
) -> None:
    held, planned = list(held), list(planned)
    found = standing(level, month, held, planned, vietnam())
    assert 0 <= found.missing <= found.required
    assert found.missing + found.held + found.planned >= found.required
    more = standing(level, month, held, [*planned, month.first], vietnam())
    assert more.missing <= found.missing
    swapped = standing(level, month, [*held, *planned], [], vietnam())
    assert (swapped.missing, swapped.held) == (found.missing, found.held + found.planned)
