"""Days and quarters by which a directive is to be reported. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from hub.cases.errors import Refusal

_QUARTER: Final = re.compile(r"(20\d\d)-Q([1-4])")
LAST_YEAR: Final = 2099


@dataclass(frozen=True, slots=True)
class DueDay:
    """The last day, and the quarter where one was said: `2026-Q4`."""

    on: date
    period: str | None = None


def read(text: str, *, not_before: date) -> DueDay:
    """A day (`2026-12-31`) or a quarter (`2026-Q4`), not over yet on `not_before`. Raises Refusal data_bad,
    due_past.
    """
    quarter = _QUARTER.fullmatch(text.strip())
    if quarter is not None:
        found = DueDay(quarter_end(int(quarter[1]), int(quarter[2])), quarter[0])
    else:
        try:
            found = DueDay(date.fromisoformat(text.strip()))
        except ValueError as error:
            raise Refusal("data_bad", field="due") from error
    if found.on.year > LAST_YEAR:
        raise Refusal("data_bad", field="due")
    if found.on < not_before:
        raise Refusal("due_past")
    return found


def quarter_end(year: int, quarter: int) -> date:
    """The last day of a quarter."""
    following = date(year + quarter // 4, quarter % 4 * 3 + 1, 1)
    return following - timedelta(days=1)


def quarters(today: date, count: int = 4) -> list[str]:
    """This quarter and those that follow, as they are kept."""
    year, number = today.year, (today.month - 1) // 3 + 1
    found = []
    for _ in range(count):
        found.append(f"{year}-Q{number}")
        year, number = (year + 1, 1) if number == 4 else (year, number + 1)
    return found
