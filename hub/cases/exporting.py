"""A list of cases as rows of a sheet: exactly what the list shows, so nobody's name. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from hub.cases.info import CaseInfo

MOST_ROWS: Final = 20_000
"""A longer list is refused, and never cut short unsaid."""


def rows_of(cases: Sequence[CaseInfo], word: Callable[[str], str]) -> list[list[str | int | datetime | None]]:
    """Number, received, kind, field, title, unit, state, due, times heard, persons. `word` finds the words of
    the reader's language.
    """
    return [
        [
            case.number,
            case.received_at,
            word(f"kind.{case.kind}"),
            word(f"field.{case.field}"),
            case.title,
            case.unit_name,
            word(f"case_state.{case.state}"),
            f"{case.due_on:%d/%m/%Y}" if case.due_on else None,
            case.times_heard,
            case.persons,
        ]
        for case in cases
    ]
