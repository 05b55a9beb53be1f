"""How many days a head must receive citizens in person, and how a month stands against it. Pure, over data.

A rule asks for days per month or per week. Weeks run from Monday to Sunday and belong to the month of their
Thursday, so that each week counts in one month only. A window that has fewer working days than the rule asks
for asks for those.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from hub.units.working_days import Calendar

FILE: Final = Path(__file__).parent / "quota.json"
DAY: Final = timedelta(days=1)
WEEK_DAYS: Final = 7
THURSDAY: Final = 3
MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, valid from `start` until the day before `end` (None: still)."""

    id: str
    level: str
    days: int
    per: Literal["month", "week"]
    start: date
    end: date | None
    basis: str
    verified: bool

    def valid_on(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next().first - DAY

    def next(self) -> "Month":
        """The month after."""
        return Month(self.year + self.number // MONTHS, self.number % MONTHS + 1)

    def before(self) -> "Month":
        """The month before."""
        return month_of(self.first - DAY)

    def weeks(self) -> list[date]:
        """The Mondays of the weeks it has a day in."""
        monday = self.first - DAY * self.first.weekday()
        return [monday + DAY * step for step in range(0, (self.last - monday).days + 1, WEEK_DAYS)]


def month_of(day: date) -> Month:
    """The month a day is in."""
    return Month(day.year, day.month)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a unit's month stands: days required, held, planned besides, and still missing."""

    rule: Rule | None
    required: int = 0
    held: int = 0
    planned: int = 0
    missing: int = 0


def standing(
    level: str, month: Month, held: Iterable[date], planned: Iterable[date], calendar: Calendar
) -> Standing:
    """The month of a unit of that level. Days may be given more than once and from other months."""
    rule = rule_of(level, month)
    done = frozenset(held)
    coming = frozenset(planned) - done
    if rule is None:
        own = [day for day in done if month_of(day) == month]
        return Standing(None, held=len(own), planned=sum(month_of(day) == month for day in coming))
    required = missing = held_days = planned_days = 0
    for first, last in windows(rule, month):
        wanted = min(rule.days, calendar.between(first - DAY, last))
        inside = sum(first <= day <= last for day in done)
        ahead = sum(first <= day <= last for day in coming)
        required, held_days, planned_days = required + wanted, held_days + inside, planned_days + ahead
        missing += max(0, wanted - inside - ahead)
    return Standing(rule, required, held_days, planned_days, missing)


def rule_of(level: str, month: Month, rules: Sequence[Rule] = ()) -> Rule | None:
    """The rule for units of that level on the month's first day."""
    found = (each for each in rules or known() if each.level == level and each.valid_on(month.first))
    return next(found, None)


def windows(rule: Rule, month: Month) -> list[tuple[date, date]]:
    """First and last days of the stretches in which the rule asks for its days."""
    if rule.per == "month":
        return [(month.first, month.last)]
    mondays = (each for each in month.weeks() if month_of(each + DAY * THURSDAY) == month)
    return [(monday, monday + DAY * (WEEK_DAYS - 1)) for monday in mondays]


@cache
def known() -> tuple[Rule, ...]:
    """The rules of `quota.json`."""
    return tuple(_read(each) for each in json.loads(FILE.read_text("utf-8")))


def _read(raw: Mapping[str, Any]) -> Rule:
    end = date.fromisoformat(raw["to"]) if raw["to"] else None
    start = date.fromisoformat(raw["from"])
    return Rule(raw["id"], raw["level"], raw["days"], raw["per"], start, end, raw["basis"], raw["verified"])
