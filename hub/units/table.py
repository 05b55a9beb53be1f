"""Reading an official list: bytes to rows, every oddity named with its row. Pure.

Columns: `code,name,level,parent_code,valid_from` and, if wanted, `valid_to`; dates are `YYYY-MM-DD`, an empty
`valid_from` means since ever. UTF-8 with or without a byte-order mark; comma, semicolon or tab.
"""

import _csv
import csv
import io
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

from hub.units.models import CODE_LENGTH, NAME_LENGTH, SINCE_EVER, Level

MAX_BYTES = 8 * 1024 * 1024
MAX_ROWS = 50_000
REQUIRED = ("code", "name", "level", "parent_code", "valid_from")
OPTIONAL = ("valid_to",)
_CODE = re.compile(rf"[0-9A-Za-z][0-9A-Za-z.\-]{{0,{CODE_LENGTH - 1}}}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_OTHER_MARKS = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"PK\x03\x04": "xlsx",
    b"\xd0\xcf\x11\xe0": "xls",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is refused. `row` counts as the file does: the header is row 1."""

    row: int
    code: str
    """The unit's code as written, empty when the whole file is meant."""
    reason: str
    """A stable code such as `level_unknown`; its sentence stands in the locale catalogues."""
    params: dict[str, str | int] = field(default_factory=dict)


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


@dataclass(slots=True)
class Table:
    """What was read: good rows, problems, and how many rows there were."""

    count: int = 0
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    whole: bool = True
    """False when the file could not be read to its end: then nothing of it may be written."""


class RowRefused(Exception):
    """A row, or the whole file, cannot be used."""

    def __init__(self, reason: str, **params: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.params = params


def read_table(content: bytes) -> Table:
    """Read a list. Never raises: what cannot be read is a problem in the result."""
    table = Table()
    try:
        lines = csv.reader(io.StringIO(_decode(content), newline=""), _delimiter_of(content), strict=True)
        columns = _header(next(lines, []))
    except RowRefused as refusal:
        table.whole = False
        table.problems.append(_problem(int(refusal.params.pop("row", 1)), "", refusal))
        return table
    except csv.Error:
        table.whole = False
        table.problems.append(Problem(1, "", "csv_bad"))
        return table
    _read_rows(lines, columns, table)
    return table


class _Csv(csv.excel):
    """Overridden per file: see `_delimiter_of`."""


def _delimiter_of(content: bytes) -> type[csv.Dialect]:
    header = content.partition(b"\n")[0]
    found = max(",;\t", key=lambda sign: header.count(sign.encode()))
    return type("Dialect", (_Csv,), {"delimiter": found})


def _decode(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise RowRefused("file_too_large", limit=MAX_BYTES)
    for mark, found in _OTHER_MARKS.items():
        if content.startswith(mark):
            raise RowRefused("encoding", found=found)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RowRefused("encoding", found="unknown", row=content.count(b"\n", 0, error.start) + 1) from error
    if not text.strip():
        raise RowRefused("file_empty")
    return text


def _header(cells: list[str]) -> dict[str, int]:
    columns = {cell.strip().lower(): place for place, cell in enumerate(cells)}
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise RowRefused("column_missing", columns=", ".join(missing))
    unknown = [name for name in columns if name not in REQUIRED + OPTIONAL]
    if unknown or len(columns) != len(cells):
        raise RowRefused("column_unknown", columns=", ".join(unknown)[:200])
    return columns


def _read_rows(lines: "_csv.Reader", columns: dict[str, int], table: Table) -> None:
    number = lines.line_num + 1
    try:
        for cells in lines:
            if any(cell.strip() for cell in cells):
                _read_row(number, cells, columns, table)
            if table.count > MAX_ROWS:
                table.whole = False
                table.problems.append(Problem(number, "", "too_many_rows", {"limit": MAX_ROWS}))
                return
            number = lines.line_num + 1
    except csv.Error:
        table.whole = False
        table.problems.append(Problem(number, "", "csv_bad"))


def _read_row(number: int, cells: list[str], columns: dict[str, int], table: Table) -> None:
    table.count += 1
    code = cells[columns["code"]].strip() if columns["code"] < len(cells) else ""
    try:
        if len(cells) != len(columns):
            raise RowRefused("columns_wrong", expected=len(columns), found=len(cells))
        values = {name: cells[place].strip() for name, place in columns.items()}
        table.rows.append(_row(number, values))
    except RowRefused as refusal:
        table.problems.append(_problem(number, code, refusal))


def _row(number: int, values: dict[str, str]) -> Row:
    valid_from = _day("valid_from", values) or SINCE_EVER
    valid_to = _day("valid_to", values)
    if valid_to is not None and valid_to <= valid_from:
        raise RowRefused("dates_reversed", valid_from=str(valid_from), valid_to=str(valid_to))
    code, parent_code = _code(values["code"]), values["parent_code"]
    level = _level(values["level"])
    if level is Level.PROVINCE and parent_code:
        raise RowRefused("parent_not_wanted", parent=parent_code[:CODE_LENGTH])
    if level is not Level.PROVINCE and not parent_code:
        raise RowRefused("parent_missing")
    return Row(number, code, _name(values["name"]), level, parent_code, valid_from, valid_to)


def _code(text: str) -> str:
    if not text:
        raise RowRefused("code_missing")
    if not _CODE.fullmatch(text):
        raise RowRefused("code_bad", value=text[: CODE_LENGTH * 2])
    return text


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


def _day(column: str, values: dict[str, str]) -> date | None:
    text = values.get(column, "")
    if not text:
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise RowRefused("date_bad", column=column, value=text[:40])


def _problem(number: int, code: str, refusal: RowRefused) -> Problem:
    return Problem(number, code[: CODE_LENGTH * 2], refusal.reason, refusal.params)
