"""Reading a spreadsheet, in a process of its own: `python -m hub.cases.importing.sheet < file > rows`.

A file may be made to hurt. Here it may use so much memory and time and no more; nothing in it is executed,
and a formula is told as such, neither reckoned nor believed. The process writes one JSON object: `rows`, or
`code` with `params`.
"""

import contextlib
import csv
import io
import json
import resource
import sys
import warnings
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_UNPACKED: Final = 150 * 1024 * 1024
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 60
LONGEST_CELL: Final = 8000
MOST_MEMORY: Final = 700 * 1024 * 1024
"""Of addresses; of these about half are ever used."""
MOST_SECONDS: Final = 60
FORMULA: Final = {"f": 1}
"""In place of a cell that holds a formula."""
TOO_LONG: Final = {"l": 1}
DEEPEST_HEADER: Final = 20
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")

Cell = str | dict[str, Any] | None


class Unreadable(Exception):
    """The whole file cannot be used."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def read(content: bytes) -> list[list[Cell]]:
    """The rows of the first sheet (or of a CSV file), each as long as its last filled cell. A day is
    `{"d": "2026-11-21"}`. Raises Unreadable, with the place where there is one.
    """
    if not content.strip():
        raise Unreadable("file_empty")
    if len(content) > MOST_BYTES:
        raise Unreadable("file_too_large", most=MOST_BYTES // 1024 // 1024)
    if content.startswith(b"PK\x03\x04"):
        rows = _workbook(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("file_encrypted" if _ENCRYPTED in content else "file_old_excel", place="")
    else:
        rows = _csv(content)
    return _bounded(rows)


def _bounded(rows: Iterable[list[Cell]]) -> list[list[Cell]]:
    found: list[list[Cell]] = []
    filled = 0
    for number, row in enumerate(rows, 1):
        while row and row[-1] is None:
            row.pop()
        if len(row) > MOST_COLUMNS:
            raise Unreadable("too_many_columns", row=number, limit=MOST_COLUMNS)
        filled += bool(row)
        if filled > MOST_ROWS + DEEPEST_HEADER or number > MOST_ROWS * 3:
            raise Unreadable("too_many_rows", limit=MOST_ROWS)
        found.append(row)
    while found and not found[-1]:
        found.pop()
    if not found:
        raise Unreadable("file_empty")
    return found


def _workbook(content: bytes) -> Iterator[list[Cell]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - half a second that a CSV file need not wait

    from hub.cases import office_file  # noqa: PLC0415
    from hub.cases.errors import Refusal  # noqa: PLC0415

    try:
        if office_file.check(content, most_unpacked=MOST_UNPACKED) != office_file.EXCEL:
            raise Unreadable("file_type", place="")
    except Refusal as refusal:
        raise Unreadable(refusal.code, **refusal.params) from refusal
    number = 0
    try:
        with (
            warnings.catch_warnings(),
            contextlib.closing(
                load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
            ) as book,
        ):
            warnings.simplefilter("ignore")  # of styles we do not read
            page = book.worksheets[0]
            page.reset_dimensions()  # what a file says of its own size may be wrong
            for number, row in enumerate(page.iter_rows(), 1):
                if len(row) > MOST_COLUMNS * 20:
                    raise Unreadable("too_many_columns", row=number, limit=MOST_COLUMNS)
                yield [_cell(cell) for cell in row]
    except (Unreadable, MemoryError):
        raise
    except Exception as error:  # whatever a broken file makes a parser do
        raise Unreadable("file_broken", place=f"row {number + 1}" if number else "") from error


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return None
    if cell.data_type == "f":
        return FORMULA
    if cell.data_type == "e":
        return {"e": 1}
    if isinstance(value, datetime | date):
        return {"d": f"{value:%Y-%m-%d}"} if value.year > 0 else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, timedelta):
        return {"e": 1}
    return _text(str(value))


def _text(text: str) -> Cell:
    text = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text).strip()
    return TOO_LONG if len(text) > LONGEST_CELL else text or None


def _csv(content: bytes) -> Iterator[list[Cell]]:
    if content.startswith(_WIDE) or b"\x00" in content[:4096]:
        raise Unreadable("file_encoding", row=1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("file_encoding", row=content.count(b"\n", 0, error.start) + 1) from error
    head = text.partition("\n")[0]
    if not any(sign in head for sign in ",;\t"):
        raise Unreadable("file_type", place="")
    delimiter = max(",;\t", key=head.count)
    csv.field_size_limit(LONGEST_CELL * 4)
    number = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(reader, 1):  # noqa: B007 (the error below names it)
            yield [FORMULA if each.lstrip().startswith("=") else _text(each) for each in row]
    except csv.Error as error:
        raise Unreadable("file_broken", place=f"row {number + 1}") from error


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    with contextlib.suppress(OSError):
        import os  # noqa: PLC0415

        os.nice(10)  # a hearing may be on
    try:
        answer: dict[str, Any] = {"rows": read(sys.stdin.buffer.read(MOST_BYTES + 1))}
    except Unreadable as problem:
        answer = {"code": problem.code, "params": problem.params}
    except MemoryError:
        answer = {"code": "file_bomb", "params": {"place": ""}}
    json.dump(answer, sys.stdout, ensure_ascii=True, separators=(",", ":"))


if __name__ == "__main__":
    _main()
