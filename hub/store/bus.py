"""The bus: "topic T is at N". Only a hint: whoever missed it asks the database, so nothing is lost."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Subscription(Protocol):
    """One listener to one topic."""

    async def next(self, timeout: float) -> int | None:
        """Wait up to `timeout` seconds: the highest number not yet taken, or None (look for yourself)."""
        ...


class Bus(Protocol):
    """Publishing and subscribing. The same contract tests run over every bus."""

    async def publish(self, topic: str, n: int) -> None:
        """Tell the subscribers of `topic` that it is at `n`. Never raises, never waits more than a second."""
        ...

    def subscribe(self, topic: str) -> AbstractAsyncContextManager[Subscription]:
        """Listen to `topic` while the context lasts; hints published inside it are heard if the bus is up."""
        ...

    async def close(self) -> None:
        """End the bus's own tasks and connections. Twice is harmless."""
        ...


class Mailbox:
    """The subscription every bus hands out. It keeps the highest number only: a slow reader costs nothing."""

    def __init__(self) -> None:
        self._pending: int | None = None
        self._rung = asyncio.Event()

    def offer(self, n: int) -> None:
        """Leave a hint."""
        self._pending = n if self._pending is None else max(self._pending, n)
        self._rung.set()

    def nudge(self) -> None:
        """Wake the reader without a number: hints may have been lost, so it should look for itself."""
        self._rung.set()

    async def next(self, timeout: float) -> int | None:
        """Take the pending hint; see `Subscription.next`."""
        try:
            async with asyncio.timeout(timeout):
                await self._rung.wait()
        except TimeoutError:
            return None
        self._rung.clear()
        pending, self._pending = self._pending, None
        return pending


class Mailboxes:
    """All mailboxes of one process, by topic."""

    def __init__(self) -> None:
        self._by_topic: dict[str, set[Mailbox]] = {}

    def open(self, topic: str) -> Mailbox:
        """A new mailbox for a topic."""
        mailbox = Mailbox()
        self._by_topic.setdefault(topic, set()).add(mailbox)
        return mailbox

    def close(self, topic: str, mailbox: Mailbox) -> None:
        """Forget a mailbox, and its topic with the last one."""
        boxes = self._by_topic.get(topic, set())
        boxes.discard(mailbox)
        if not boxes:
            self._by_topic.pop(topic, None)

    def offer(self, topic: str, n: int) -> None:
        """Leave a hint for everyone who listens to the topic."""
        for mailbox in self._by_topic.get(topic, ()):
            mailbox.offer(n)

    def nudge_all(self) -> None:
        """Wake everyone: see `Mailbox.nudge`."""
        for boxes in self._by_topic.values():
            for mailbox in boxes:
                mailbox.nudge()

    def __len__(self) -> int:
        return sum(len(boxes) for boxes in self._by_topic.values())
