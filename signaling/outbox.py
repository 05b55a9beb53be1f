"""What waits to be sent to one participant: bounded, with a writer of its own, so that a slow socket delays
nobody.
"""

import asyncio
from collections import deque
from typing import Final, Protocol

from signaling.errors import REASON, CloseCode

MOST_TEXTS: Final = 1000
MOST_CHARACTERS: Final = 4 * 1024 * 1024
SEND_SECONDS: Final = 20.0
"""A socket that takes nothing for so long is as good as gone."""


class Sink(Protocol):
    """The sending half of a WebSocket."""

    async def send(self, text: str) -> None:
        """Send one text frame; waits while the socket's own buffer is full. Raises ConnectionError when it
        is gone.
        """
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close it; harmless when it is closed."""
        ...


class Outbox:
    """A queue of texts that ends with a close code. `put` never waits; overflowing ends it with 1001."""

    def __init__(self) -> None:
        self._texts: deque[str] = deque()
        self._characters = 0
        self._there = asyncio.Event()
        self._closing: CloseCode | None = None

    @property
    def closing(self) -> bool:
        """Whether nothing more is taken."""
        return self._closing is not None

    def put(self, text: str) -> None:
        """Queue a text. When too much waits already, all of it is dropped: the client resumes from its last
        number.
        """
        if self._closing is not None:
            return
        if len(self._texts) >= MOST_TEXTS or self._characters + len(text) > MOST_CHARACTERS:
            self._clear()
            self.close(CloseCode.GOING_AWAY)
            return
        self._texts.append(text)
        self._characters += len(text)
        self._there.set()

    def close(self, code: CloseCode) -> None:
        """Send what waits, then close with this code. Only the first counts."""
        if self._closing is None:
            self._closing = code
            self._there.set()

    async def write(self, sink: Sink) -> None:
        """Send until closed or the socket is gone. Raises nothing but cancellation."""
        try:
            while (text := await self._next()) is not None:
                async with asyncio.timeout(SEND_SECONDS):
                    await sink.send(text)
            code = self._closing or CloseCode.DONE
            async with asyncio.timeout(SEND_SECONDS):
                await sink.close(code, REASON[code])
        except (ConnectionError, TimeoutError):
            self.close(CloseCode.GOING_AWAY)

    async def _next(self) -> str | None:
        while not self._texts:
            if self._closing is not None:
                return None
            self._there.clear()
            await self._there.wait()
        text = self._texts.popleft()
        self._characters -= len(text)
        return text

    def _clear(self) -> None:
        self._texts.clear()
        self._characters = 0
