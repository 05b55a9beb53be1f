"""Whose turn it is, when everybody is looked at once in a while: a few at a time, not all at once."""

from collections import deque
from collections.abc import Mapping
from math import ceil, inf
from typing import Final, TypeVar

Member = TypeVar("Member")


class Rota:
    """Gives each of some members its turn at least once in `period` seconds, if it is asked that often. Asked
    more often, it gives fewer at a time.
    """

    def __init__(self, period: float) -> None:
        self._period: Final = period
        self._waiting: deque[str] = deque()
        self._asked_at = -inf

    @property
    def deadline(self) -> float:
        """When everybody may be due, in the caller's clock; in the past before the first turn."""
        return self._asked_at + self._period

    def take(self, members: Mapping[str, Member], now: float) -> list[Member]:
        """Whose turn it is now: of the members a share as large as the time since the last call, nobody
        twice. Members may have come and gone in between.
        """
        passed = now - self._asked_at
        share = len(members) if passed >= self._period else ceil(len(members) * passed / self._period)
        self._asked_at = now
        taken: dict[str, Member] = {}
        self._move(members, share, taken)
        if len(taken) < share:
            self._waiting.extend(members)
            self._move(members, share, taken)
        return list(taken.values())

    def _move(self, members: Mapping[str, Member], share: int, taken: dict[str, Member]) -> None:
        waiting = self._waiting
        while waiting and len(taken) < share:
            name = waiting.popleft()
            member = members.get(name)
            if member is not None:
                taken[name] = member
