"""Which days are worked in Vietnam: weekends, public holidays, Tết, swapped days. Pure, over data by year.

A year's file says whether somebody has checked it against the published list (`verified`). A year without a
file knows weekends and the holidays that have a fixed day, and counts as unverified.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from hub.units import law_files

FOLDER: Final = Path(__file__).parent / "calendar"
WEEKEND: Final = "weekend"
"""The reason why a Saturday or Sunday is not worked; other reasons are names of holidays."""
HOLIDAYS: Final = (
    *("new_year", "tet", "hung_kings", "reunification", "labour", "national", "culture"),
    "swapped",
)
"""Names that a file gives its days; each has words in the catalogues."""

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
    own: bool = False
    """Whether its file is the installation's."""


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


def vietnam() -> Calendar:
    """The calendar of the files in `calendar/`, or of the installation's own. Raises LawBad."""
    return _vietnam(law_files.own())


@cache
def _vietnam(own: Path | None) -> Calendar:
    return Calendar(_year_of(path) for path in law_files.calendar_files(FOLDER, own))


def _year_of(path: Path) -> Year:
    raw = law_files.read_json(path)
    try:
        year = read(raw, own=path.parent != FOLDER)
    except ValueError as problem:
        raise law_files.LawBad(f"{path}: {problem}") from problem
    if path.stem != str(year.year):
        raise law_files.LawBad(f"{path}: year: it says {year.year}, and its name another")
    return year


def read(raw: Mapping[str, Any], *, own: bool = False) -> Year:
    """One year's file. Raises ValueError when a day is of another year, or swapped without need; it names the
    list and the entry.
    """
    try:
        number, verified, basis = int(raw["year"]), raw["verified"] is True, str(raw["basis"])
        off, doubtful = _named(raw, "off"), _named(raw, "doubtful")
        working = _days("working", raw["working"])
    except (KeyError, TypeError) as problem:
        raise ValueError(f"{problem} is missing, or no list of days") from problem
    strangers = [day for day in (*off, *doubtful, *working) if day.year != number]
    swapped = [day for day in working if day.weekday() < SATURDAY or day in off]
    if strangers or swapped:
        raise ValueError(f"the calendar of {number} contradicts itself: {(strangers + swapped)[0]}")
    return Year(number, verified, basis, off, frozenset(working), doubtful, own)


def _named(raw: Mapping[str, Any], key: str) -> dict[date, str]:
    strange = next((each["name"] for each in raw[key] if each["name"] not in HOLIDAYS), None)
    if strange is not None:
        raise ValueError(f"{key}: there is no holiday {strange!r}; they are {', '.join(HOLIDAYS)}")
    days = _days(key, [each["date"] for each in raw[key]])
    return dict(zip(days, (each["name"] for each in raw[key]), strict=True))


def _days(key: str, texts: Sequence[str]) -> list[date]:
    try:
        found = [date.fromisoformat(text) for text in texts]
    except ValueError as problem:
        raise ValueError(f"{key}: {problem}") from problem
    twice = next((day for day in found if found.count(day) > 1), None)
    if twice is not None:
        raise ValueError(f"{key}: {twice} stands there twice")
    return found
