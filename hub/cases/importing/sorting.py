"""Rows of a register, those that can be taken apart from those that cannot. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from hub.cases.importing.info import Bad
from hub.cases.importing.rows import Row, RowBad, Units, read_row
from hub.cases.importing.sheet import Cell

MOST_BAD: Final = 500
"""So many bad rows are shown; a file with more is mapped wrongly."""
SAMPLES: Final = 3
PERSONAL: Final = frozenset({"name", "address", "phone"})


def letter(at: int) -> str:
    """How a spreadsheet calls a column: A for 0, AA for 26."""
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def sorted_out(
    rows: Iterable[tuple[int, Sequence[Cell]]], columns: Mapping[str, int], units: Units, today: date
) -> tuple[list[Row], list[tuple[int, RowBad]]]:
    """The rows that can be taken, and those that cannot, by their numbers."""
    good: list[Row] = []
    bad: list[tuple[int, RowBad]] = []
    numbers: dict[tuple[int, int], int] = {}
    seen: dict[Any, int] = {}
    for n, cells in rows:
        try:
            row = read_row(n, cells, columns, units, today)
            if row.serial is not None and numbers.setdefault((row.received.year, row.serial), n) != n:
                raise RowBad("number", "number_twice", other=numbers[row.received.year, row.serial])
            if row.serial is None and seen.setdefault(row.sameness, n) != n:
                raise RowBad("title", "row_twice", other=seen[row.sameness])
            good.append(row)
        except RowBad as problem:
            bad.append((n, problem))
    return good, bad


def row_of(each: tuple[int, RowBad]) -> int:
    """The number of a bad row."""
    return each[0]


def kept(n: int, bad: RowBad, columns: Mapping[str, int]) -> list[Any]:
    """A bad row as it is stored: what `Bad` is made of."""
    at = columns.get(bad.field)
    return [n, letter(at) if at is not None else "", bad.field, bad.code, bad.params]


def told(bad: Sequence[tuple[int, RowBad]], columns: Mapping[str, int]) -> tuple[tuple[Bad, ...], int]:
    """The bad rows that are shown, and how many there are."""
    return tuple(Bad(*kept(n, each, columns)) for n, each in bad[:MOST_BAD]), len(bad)


def samples(
    rows: Sequence[tuple[int, Sequence[Cell]]], columns: Mapping[str, int], width: int
) -> dict[int, tuple[str, ...]]:
    """Of columns that are known not to hold who asks; the others are named by their header alone."""
    shown = {at for field, at in columns.items() if field not in PERSONAL and at < width}
    found = {}
    for at in shown:
        cells = (row[at] for _, row in rows[:SAMPLES] if at < len(row))
        texts = (cell["d"] if isinstance(cell, dict) and "d" in cell else cell for cell in cells)
        found[at] = tuple(text[:60] if isinstance(text, str) else "" for text in texts)
    return found
