"""Reading a list that a person made in a spreadsheet and saved as CSV: rows by column name, problems by row.

UTF-8 with or without a byte-order mark; comma, semicolon or tab.
"""

import _csv
import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from hub.units.models import CODE_LENGTH

MAX_BYTES = 8 * 1024 * 1024
MAX_ROWS = 50_000
_CODE = re.compile(rf"[0-9A-Za-z][0-9A-Za-z.\-]{{0,{CODE_LENGTH - 1}}}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_OTHER_MARKS = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"PK\x03\x04": "xlsx",
    b"\xd0\xcf\x11\xe0": "xls",
}

R = TypeVar("R")
Make = Callable[[int, dict[str, str]], R]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is refused. `row` counts as the file does: the header is row 1."""

    row: int
    code: str
    """The unit's code as written, empty when the whole file is meant."""
    reason: str
    """A stable code such as `level_unknown`; its sentence stands in the locale catalogues."""
    params: dict[str, str | int] = field(default_factory=dict)


@dataclass(slots=True)
class Lines(Generic[R]):
    """What was read: good rows, problems, and how many rows there were."""

    count: int = 0
    rows: list[R] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    whole: bool = True
    """False when the file could not be read to its end: then nothing of it may be written."""


class RowRefused(Exception):
    """A row, or the whole file, cannot be used."""

    def __init__(self, reason: str, **params: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.params = params


def read_lines(content: bytes, required: Sequence[str], optional: Sequence[str], make: Make[R]) -> Lines[R]:
    """Read a list with these columns, one of them `code`; `make` turns a row's number and cells into a row,
    or raises RowRefused. Never raises itself: what cannot be read is a problem in the result.
    """
    read = Lines[R]()
    try:
        lines = csv.reader(io.StringIO(_decode(content), newline=""), _delimiter_of(content), strict=True)
        columns = _header(next(lines, []), required, optional)
    except RowRefused as refusal:
        read.whole = False
        read.problems.append(_problem(int(refusal.params.pop("row", 1)), "", refusal))
        return read
    except csv.Error:
        read.whole = False
        read.problems.append(Problem(1, "", "csv_bad"))
        return read
    _read_rows(lines, columns, make, read)
    return read


def code_of(text: str) -> str:
    """A unit's official code. Raises RowRefused."""
    if not text:
        raise RowRefused("code_missing")
    if not _CODE.fullmatch(text):
        raise RowRefused("code_bad", value=text[: CODE_LENGTH * 2])
    return text


def day_of(column: str, values: dict[str, str]) -> date | None:
    """A day, None for an empty cell. Raises RowRefused."""
    text = values.get(column, "")
    if not text:
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise RowRefused("date_bad", column=column, value=text[:40])


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


def _header(cells: list[str], required: Sequence[str], optional: Sequence[str]) -> dict[str, int]:
    columns = {cell.strip().lower(): place for place, cell in enumerate(cells)}
    missing = [name for name in required if name not in columns]
    if missing:
        raise RowRefused("column_missing", columns=", ".join(missing))
    unknown = [name for name in columns if name not in (*required, *optional)]
    if unknown or len(columns) != len(cells):
        raise RowRefused("column_unknown", columns=", ".join(unknown)[:200])
    return columns


def _read_rows(lines: "_csv.Reader", columns: dict[str, int], make: Make[R], read: Lines[R]) -> None:
    number = lines.line_num + 1
    try:
        for cells in lines:
            if any(cell.strip() for cell in cells):
                _read_row(number, cells, columns, make, read)
            if read.count > MAX_ROWS:
                read.whole = False
                read.problems.append(Problem(number, "", "too_many_rows", {"limit": MAX_ROWS}))
                return
            number = lines.line_num + 1
    except csv.Error:
        read.whole = False
        read.problems.append(Problem(number, "", "csv_bad"))


def _read_row(number: int, cells: list[str], columns: dict[str, int], make: Make[R], read: Lines[R]) -> None:
    read.count += 1
    code = cells[columns["code"]].strip() if columns["code"] < len(cells) else ""
    try:
        if len(cells) != len(columns):
            raise RowRefused("columns_wrong", expected=len(columns), found=len(cells))
        values = {name: cells[place].strip() for name, place in columns.items()}
        read.rows.append(make(number, values))
    except RowRefused as refusal:
        read.problems.append(_problem(number, code, refusal))


def _problem(number: int, code: str, refusal: RowRefused) -> Problem:
    return Problem(number, code[: CODE_LENGTH * 2], refusal.reason, refusal.params)
