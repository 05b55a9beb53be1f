"""Hearing what relays tell: one bounded queue for one reader, over one control link or several."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from hub.relay import control

MOST_EVENTS: Final = 4096


@dataclass(frozen=True, slots=True)
class LinkUp:
    """Connected. `fresh`: it is not the relay process of before (or the first one seen), so it has none of
    our peers. `relay` is its index on the machine.
    """

    boot: str
    fresh: bool
    relay: int = 0


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The link broke; the relay goes on forwarding, if it lives."""

    relay: int = 0


LinkEvent = control.Event | LinkUp | LinkDown


class Hearer(Protocol):
    """Whoever is told of events, at once and in order."""

    def put(self, event: LinkEvent) -> None:
        """Something happened. Must not wait and must not raise."""


class Ear:
    """A reader that falls `MOST_EVENTS` behind loses them and hears what `missed` says instead: the links
    that are up, whose state it must ask for.
    """

    def __init__(self, missed: Callable[[], list[LinkUp]]) -> None:
        self._missed = missed
        self._queue: deque[LinkEvent] = deque(missed())
        self._there = asyncio.Event()
        self._lost = False

    def put(self, event: LinkEvent) -> None:
        """Something happened."""
        if len(self._queue) >= MOST_EVENTS:
            self._queue.clear()
            self._lost = True
        self._queue.append(event)
        self._there.set()

    async def get(self) -> LinkEvent:
        """The next event, in order."""
        while not self._queue:
            self._there.clear()
            await self._there.wait()
        if self._lost:
            self._lost = False
            self._queue = deque(self._missed())
            return await self.get()
        return self._queue.popleft()
