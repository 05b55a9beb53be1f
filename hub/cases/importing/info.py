"""Imports as their makers see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that is not taken. `column` is its letter, empty when none is meant."""

    row: int
    column: str
    field: str
    code: str
    params: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Batch:
    """An import as its maker sees it."""

    id: str
    unit: str
    made_at: datetime
    state: str
    header: tuple[str, ...]
    columns: Mapping[str, int]
    rows: int
    looked_at: int
    written: int
    bad: tuple[Bad, ...]
    bad_rows: int
    stalled: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """What an import would do. `samples`: the first values of each column that names nobody."""

    good: int
    bad: tuple[Bad, ...]
    bad_rows: int
    samples: Mapping[int, tuple[str, ...]]
