"""Reading an official list of units: bytes to rows, every oddity named with its row. Pure.

Columns: `code,name,level,parent_code,valid_from` and, if wanted, `valid_to`; dates are `YYYY-MM-DD`, an empty
`valid_from` means since ever.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date

from hub.units.lines import MAX_BYTES, MAX_ROWS, Lines, Problem, RowRefused, code_of, day_of, read_lines
from hub.units.models import CODE_LENGTH, NAME_LENGTH, SINCE_EVER, Level

REQUIRED = ("code", "name", "level", "parent_code", "valid_from")
OPTIONAL = ("valid_to",)

__all__ = ["MAX_BYTES", "MAX_ROWS", "Problem", "Row", "RowRefused", "Table", "read_table"]


@dataclass(frozen=True, slots=True)
class Row:
    """One well-formed row."""

    number: int
    code: str
    name: str
    level: Level
    parent_code: str
    valid_from: date
    valid_to: date | None

    @property
    def key(self) -> tuple[str, date]:
        """What identifies a unit."""
        return self.code, self.valid_from


Table = Lines[Row]


def read_table(content: bytes) -> Table:
    """Read a list. Never raises: what cannot be read is a problem in the result."""
    return read_lines(content, REQUIRED, OPTIONAL, _row)


def _row(number: int, values: dict[str, str]) -> Row:
    valid_from = day_of("valid_from", values) or SINCE_EVER
    valid_to = day_of("valid_to", values)
    if valid_to is not None and valid_to <= valid_from:
        raise RowRefused("dates_reversed", valid_from=str(valid_from), valid_to=str(valid_to))
    code, parent_code = code_of(values["code"]), values["parent_code"]
    level = _level(values["level"])
    if level is Level.PROVINCE and parent_code:
        raise RowRefused("parent_not_wanted", parent=parent_code[:CODE_LENGTH])
    if level is not Level.PROVINCE and not parent_code:
        raise RowRefused("parent_missing")
    return Row(number, code, _name(values["name"]), level, parent_code, valid_from, valid_to)


def _name(text: str) -> str:
    name = unicodedata.normalize("NFC", text)
    if not name:
        raise RowRefused("name_missing")
    if len(name) > NAME_LENGTH:
        raise RowRefused("name_too_long", limit=NAME_LENGTH)
    if not name.isprintable():
        raise RowRefused("name_bad")
    return name


def _level(text: str) -> Level:
    try:
        return Level(text.lower())
    except ValueError:
        raise RowRefused("level_unknown", value=text[:40]) from None
