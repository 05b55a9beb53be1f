"""The bus of a hub that is one process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.store.bus import Mailboxes, Subscription


class MemoryBus:
    """Hints within one event loop. Implements `hub.store.bus.Bus`."""

    def __init__(self) -> None:
        self._mailboxes = Mailboxes()

    async def publish(self, topic: str, n: int) -> None:
        """Leave the hint at once."""
        self._mailboxes.offer(topic, n)

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[Subscription]:
        """Listen while the context lasts."""
        mailbox = self._mailboxes.open(topic)
        try:
            yield mailbox
        finally:
            self._mailboxes.close(topic, mailbox)

    @property
    def subscribers(self) -> int:
        """How many subscriptions are open."""
        return len(self._mailboxes)

    async def close(self) -> None:
        """Nothing is held."""
