"""One try at a login at a time: tries that come at once must not all find that none was wrong yet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

MOST_WAITING: Final = 20
"""Tries at one login that may stand in a row. People give one at a time; a program that guesses, many."""


class Crowded(Exception):
    """Too many tries at this login wait already."""


@dataclass(slots=True)
class _Row:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    people: int = 0


class Turns:
    """The rows before the logins, of one process. A login that nobody waits for is forgotten, so there are no
    more than requests under way.
    """

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._most = most
        self._rows: dict[str, _Row] = {}

    @asynccontextmanager
    async def at(self, login: str) -> AsyncIterator[None]:
        """Wait for one's turn at a login. Raises Crowded at once when the row is long."""
        row = self._rows.setdefault(login, _Row())
        if row.people >= self._most:
            raise Crowded
        row.people += 1
        try:
            async with row.lock:
                yield
        finally:
            row.people -= 1
            if not row.people:
                del self._rows[login]

    def __len__(self) -> int:
        return len(self._rows)
