"""A row of a register as a case, or why it cannot be one. Pure: whom the units are, and what day it is, is
given.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from hub.cases.importing.sheet import DEEPEST_HEADER, Cell
from hub.cases.mask import telling, tells
from hub.cases.models import NAME_LENGTH, TITLE_LENGTH
from hub.cases.rules import CaseField, CaseKind
from hub.cases.vault import Person
from hub.units.fold import fold
from hub.units.succession import Span

_HERE: Final = Path(__file__).parent
NAMES: Final[dict[str, list[str]]] = json.loads((_HERE / "columns.json").read_text(encoding="utf-8"))
_VALUES: Final = json.loads((_HERE / "values.json").read_text(encoding="utf-8"))
VALUES: Final[dict[str, dict[str, str]]] = {
    field: {word: value for value, words in values.items() for word in words}
    for field, values in _VALUES.items()
}
FIELDS: Final = tuple(NAMES)
NEEDED: Final = ("received", "kind", "title")
EARLIEST: Final = date(1990, 1, 1)
LONGEST_SUMMARY: Final = 8000
MOST_PERSONS: Final = 10_000
HIGHEST_NUMBER: Final = 100_000
"""No unit receives so many in a year, and the hub's own numbers come after the highest."""
_WRITTEN: Final = (
    re.compile(r"(?P<d>\d{1,2})[/.\-](?P<m>\d{1,2})[/.\-](?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?:[ T]\d\d:\d\d(?::\d\d)?)?"),
)
_NUMBER: Final = re.compile(r"(?:(?P<year>\d{4})\s*/\s*)?(?P<serial>\d{1,6})(?:\s*/\s*(?P<year2>\d{4}))?")


class RowBad(Exception):
    """A row that is not taken: in which field, and why. `params` never hold who asks."""

    def __init__(self, field: str, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.field, self.code, self.params = field, code, params


Sameness = tuple[date, str, str, str]
"""What two rows about one petition have in common: the day, the unit, and folded its title and who asks."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be a case."""

    n: int
    """As the file counts, from 1."""
    received: date
    kind: CaseKind
    field: CaseField
    unit: str
    title: str
    summary: str
    person: Person | None
    times_heard: int = 0
    serial: int | None = None
    """Its number in the paper book of that year, where it has one."""
    closed: date | None = None

    @property
    def sameness(self) -> Sameness:
        """See there."""
        return self.received, self.unit, fold(self.title), fold(self.person.name) if self.person else ""


@dataclass(frozen=True, slots=True)
class Named:
    """A unit as registers name it: when it stood, and who carries it on today (None: it was split, and nobody
    is recorded)."""

    span: Span
    heir: str | None


@dataclass(frozen=True, slots=True)
class Units:
    """The units that the importer may bring cases in for, of all times, by code and by folded name: codes are
    given again, so a row means the unit that had its code on the day it was received.
    """

    default: str
    by_code: Mapping[str, Sequence[Named]]
    by_name: Mapping[str, Sequence[Named]]
    today: date

    def meant(self, text: str, on: date) -> Sequence[Named]:
        """By a code or a name in a row of that day: those that had it then; else those that have it today,
        since some write old registers out with the new names."""
        for day in (on, self.today):
            for known in (self.by_code.get(text, ()), self.by_name.get(fold(text), ())):
                found = [each for each in known if each.span.holds(day)]
                if found:
                    return found
        return ()


def header_at(rows: Sequence[Sequence[Cell]]) -> int | None:
    """Where the header stands: the row, among the first 20, with the most names that are known; None when
    none has any. What is not known for a header may be somebody's row.
    """
    best = max(range(min(len(rows), DEEPEST_HEADER)), key=lambda at: (len(guess(rows[at])), -at))
    return best if guess(rows[best]) else None


def header_of(rows: Sequence[Sequence[Cell]], at: int | None) -> list[str]:
    """The names of the columns; of a file without a header so many empty ones."""
    if at is None:
        return [""] * max(len(row) for row in rows)
    return [each[:80] if isinstance(each, str) else "" for each in rows[at]]


def guess(header: Sequence[Cell]) -> dict[str, int]:
    """Which field stands in which column, by the header's names, the first that fits."""
    found: dict[str, int] = {}
    for at, cell in enumerate(header):
        name = fold(cell) if isinstance(cell, str) else ""
        for field, names in NAMES.items():
            if name in names and field not in found and at not in found.values():
                found[field] = at
    return found


def read_row(n: int, cells: Sequence[Cell], columns: Mapping[str, int], units: Units, today: date) -> Row:
    """The row. Raises RowBad at the first thing that is wrong."""
    for at, cell in enumerate(cells):
        field = next((name for name, place in columns.items() if place == at), None)
        if isinstance(cell, dict) and field is not None and "d" not in cell:
            raise RowBad(
                field, "cell_formula" if "f" in cell else "cell_long" if "l" in cell else "cell_error"
            )
    got = {field: cells[at] if at < len(cells) else None for field, at in columns.items()}
    kind = CaseKind(_one_of("kind", got.get("kind")))
    received = _day("received", got.get("received"), today)
    if received is None:
        raise RowBad("received", "cell_missing")
    title = _text(got, "title", TITLE_LENGTH)
    if not title:
        raise RowBad("title", "cell_missing")
    summary = _text(got, "summary", LONGEST_SUMMARY) or title
    person = _person(got)
    if kind is CaseKind.DENUNCIATION and person and _names(person, f"{title} {summary}"):
        raise RowBad("title", "identity_in_text")
    closed = _day("closed", got.get("closed"), today)
    if closed is not None and closed < received:
        raise RowBad("closed", "date_reversed")
    return Row(
        n,
        received,
        kind,
        CaseField(_one_of("field", got.get("field"), "other")),
        _unit(got.get("unit"), units, received),
        title,
        summary,
        person,
        _whole(got, "heard", 0, 0, 1000),
        _serial(got.get("number"), received.year),
        closed,
    )


def _names(person: Person, text: str) -> bool:
    return tells(text, telling(person.name, person.address, person.phone))


def _text(got: Mapping[str, Cell], field: str, longest: int) -> str:
    cell = got.get(field)
    if isinstance(cell, dict):
        raise RowBad(field, "cell_not_text")
    text = unicodedata.normalize("NFC", cell or "").strip()
    if field != "summary":
        text = " ".join(text.split())
    if len(text) > longest:
        raise RowBad(field, "cell_long")
    return text


def _person(got: Mapping[str, Cell]) -> Person | None:
    name = _text(got, "name", NAME_LENGTH)
    address, phone = _text(got, "address", 500), _text(got, "phone", 40)
    persons = _whole(got, "persons", 1, 1, MOST_PERSONS)
    if not name:
        if address or phone:
            raise RowBad("name", "cell_missing")
        return None
    return Person(name, address, phone, persons)


def _one_of(field: str, cell: Cell, default: str = "") -> str:
    words = fold(cell) if isinstance(cell, str) else ""
    value = VALUES[field].get(words) or (default if not words else "")
    if not value:
        code = "value_unknown" if words else "cell_missing"
        raise RowBad(field, code)
    return value


def _day(field: str, cell: Cell, today: date) -> date | None:
    if cell is None:
        return None
    try:
        day = date.fromisoformat(cell["d"]) if isinstance(cell, dict) else _written(cell)
    except ValueError as error:
        raise RowBad(field, "date_impossible") from error
    if day is None:
        raise RowBad(field, "date_unclear")
    if not EARLIEST <= day <= today:
        raise RowBad(field, "date_future" if day > today else "date_early", day=f"{day:%d/%m/%Y}")
    return day


def _written(text: str) -> date | None:
    """A day as people write it, the day first. Raises ValueError for one that never was."""
    for way in _WRITTEN:
        found = way.fullmatch(text.strip())
        if found is not None:
            return date(int(found["y"]), int(found["m"]), int(found["d"]))
    return None


def _unit(cell: Cell, units: Units, on: date) -> str:
    if cell is None:
        return units.default
    found = units.meant(cell.strip() if isinstance(cell, str) else "", on)
    if not found:
        raise RowBad("unit", "unit_not_found")
    if len(found) > 1:
        raise RowBad("unit", "unit_twice")
    if found[0].heir is None:
        raise RowBad("unit", "unit_split")
    return found[0].heir


def _whole(got: Mapping[str, Cell], field: str, default: int, least: int, most: int) -> int:
    cell: Any = got.get(field)
    if cell is None:
        return default
    if not isinstance(cell, str) or not cell.isascii() or not cell.isdigit() or len(cell) > 6:
        raise RowBad(field, "number_bad")
    if not least <= int(cell) <= most:
        raise RowBad(field, "number_range", least=least, most=most)
    return int(cell)


def _serial(cell: Cell, year: int) -> int | None:
    if cell is None:
        return None
    found = _NUMBER.fullmatch(cell.strip()) if isinstance(cell, str) else None
    if found is None or int(found["serial"]) == 0:
        raise RowBad("number", "number_bad")
    written = found["year"] or found["year2"]
    if written and int(written) != year:
        raise RowBad("number", "number_year", year=year)
    if int(found["serial"]) > HIGHEST_NUMBER:
        raise RowBad("number", "number_range", least=1, most=HIGHEST_NUMBER)
    return int(found["serial"])
