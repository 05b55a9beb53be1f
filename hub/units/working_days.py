"""Which days are worked in Vietnam: weekends, public holidays, Tết, swapped days. Pure, over data by year.

A year's file says whether somebody has checked it against the published list (`verified`). A year without a
file knows weekends and the holidays that have a fixed day, and counts as unverified.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent / "calendar"
WEEKEND: Final = "weekend"
"""The reason why a Saturday or Sunday is not worked; other reasons are names of holidays."""

SATURDAY: Final = 5
DAY: Final = timedelta(days=1)
FIXED: Final = (
    (1, 1, "new_year"),
    (4, 30, "reunification"),
    (5, 1, "labour"),
    (9, 2, "national"),
)


@dataclass(frozen=True, slots=True)
class Year:
    """One year. `off` are days not worked by their holiday, `working` Saturdays and Sundays that are worked
    instead, `doubtful` days that may become holidays and are counted as worked until then.
    """

    year: int
    verified: bool = False
    basis: str = ""
    off: Mapping[date, str] = field(default_factory=dict)
    working: frozenset[date] = frozenset()
    doubtful: Mapping[date, str] = field(default_factory=dict)


class Calendar:
    """Questions about days. Every answer is about whole days in Vietnam."""

    def __init__(self, years: Iterable[Year]) -> None:
        self._years = {each.year: each for each in years}

    def year(self, number: int) -> Year:
        """What is known of a year."""
        known = self._years.get(number)
        if known is not None:
            return known
        return Year(number, off={date(number, month, day): name for month, day, name in FIXED})

    def off(self, day: date) -> str | None:
        """Why a day is not worked: the holiday's name or `weekend`; None when it is worked."""
        year = self.year(day.year)
        if day in year.off:
            return year.off[day]
        return WEEKEND if day.weekday() >= SATURDAY and day not in year.working else None

    def is_working(self, day: date) -> bool:
        """Whether offices work on that day."""
        return self.off(day) is None

    def next_working(self, day: date) -> date:
        """The day itself when it is worked, else the first one after it that is."""
        while not self.is_working(day):
            day += DAY
        return day

    def after(self, day: date, count: int) -> date:
        """The day on which `count` working days after `day` have passed; the day itself for 0."""
        for _ in range(count):
            day = self.next_working(day + DAY)
        return day

    def between(self, first: date, last: date) -> int:
        """How many working days lie after `first`, `last` included; negative when `last` comes before."""
        if last < first:
            return -self.between(last, first)
        days = (first + DAY * step for step in range(1, (last - first).days + 1))
        return sum(self.is_working(day) for day in days)

    def doubtful(self, first: date, last: date) -> list[tuple[date, str]]:
        """The days after `first`, `last` included, that are counted as worked and may become holidays, with
        the holidays' names.
        """
        years = (self.year(number) for number in range(first.year, last.year + 1))
        days = sorted(each for year in years for each in year.doubtful.items())
        return [(day, name) for day, name in days if first < day <= last and self.is_working(day)]


@cache
def vietnam() -> Calendar:
    """The calendar of the files in `calendar/`. Raises ValueError for a file that contradicts itself."""
    return Calendar(read(json.loads(path.read_text("utf-8"))) for path in sorted(FOLDER.glob("*.json")))


def read(raw: Mapping[str, Any]) -> Year:
    """One year's file. Raises ValueError when a day is of another year, or swapped without need."""
    off, doubtful = _named(raw["off"]), _named(raw["doubtful"])
    working = frozenset(date.fromisoformat(day) for day in raw["working"])
    strangers = [day for day in (*off, *doubtful, *working) if day.year != raw["year"]]
    if strangers or any(day.weekday() < SATURDAY or day in off for day in working):
        raise ValueError(f"the calendar of {raw['year']} contradicts itself")
    return Year(raw["year"], raw["verified"], raw["basis"], off, working, doubtful)


def _named(days: Iterable[Mapping[str, str]]) -> dict[date, str]:
    return {date.fromisoformat(each["date"]): each["name"] for each in days}
