"""The bus of a hub that is several processes: Redis publish/subscribe.

Every node reads every hint over one channel: a hint is some forty bytes, and one channel makes subscribing
a local act without a round trip. After a lost connection every reader is woken to look for itself.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from hub.store.bus import Mailboxes, Subscription

CHANNEL = "hub:hints"
PUBLISH_SECONDS = 0.9
REST_SECONDS = 1.0
CONNECT_SECONDS = 0.9
FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 5.0
LONGEST_MESSAGE = 300
PING_SECONDS = 5.0
SILENCE_SECONDS = 3 * PING_SECONDS
"""A connection that answers no ping for so long is taken for dead: a pulled cable says nothing."""

_log = structlog.get_logger(__name__)


class RedisBus:
    """Hints through a Redis server. Implements `hub.store.bus.Bus`; `close` ends the reader it starts."""

    def __init__(self, url: str, channel: str = CHANNEL) -> None:
        self._client = Redis.from_url(
            url, socket_connect_timeout=CONNECT_SECONDS, retry=Retry(NoBackoff(), 0)
        )
        self._channel = channel
        self._mailboxes = Mailboxes()
        self._reader: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()
        self._missed = False
        self._rest_until = 0.0
        self.lost = 0
        """Hints that could not be published."""

    async def publish(self, topic: str, n: int) -> None:
        """Publish, or count the hint as lost: what it hints at is committed already."""
        if time.monotonic() < self._rest_until:
            self._lose(topic, n, "down")
            return
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                await self._client.publish(self._channel, f"{n} {topic}")
        except (RedisError, OSError, TimeoutError) as error:
            # The next second's commits must not each wait for a server that does not answer.
            self._rest_until = time.monotonic() + REST_SECONDS
            self._lose(topic, n, type(error).__name__)

    def _lose(self, topic: str, n: int, reason: str) -> None:
        self.lost += 1
        _log.warning("bus_hint_lost", reason=reason, lost=self.lost)
        self._mailboxes.offer(topic, n)  # at least this process need not wait for its next poll

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[Subscription]:
        """Listen while the context lasts; waits a moment for the connection, then goes on without it."""
        mailbox = self._mailboxes.open(topic)
        try:
            if self._reader is None:
                self._reader = asyncio.create_task(self._read_forever(), name="redis-bus")
            with suppress(TimeoutError):
                async with asyncio.timeout(CONNECT_SECONDS):
                    await self._listening.wait()
            yield mailbox
        finally:
            self._mailboxes.close(topic, mailbox)

    @property
    def subscribers(self) -> int:
        """How many subscriptions are open."""
        return len(self._mailboxes)

    async def close(self) -> None:
        """End the reader and the connections."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.cancel()
            with suppress(asyncio.CancelledError):
                await reader
        await self._client.aclose()

    async def _read_forever(self) -> None:
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                await self._read_once()
            except (RedisError, OSError, TimeoutError) as error:
                self._missed = True
                _log.warning("bus_down", reason=type(error).__name__)
            wait = FIRST_WAIT_SECONDS if self._listening.is_set() else min(wait * 2, LONGEST_WAIT_SECONDS)
            self._listening.clear()
            await asyncio.sleep(wait)

    async def _read_once(self) -> None:
        async with self._client.pubsub(ignore_subscribe_messages=False) as channel:
            await channel.subscribe(self._channel)
            heard_at = time.monotonic()
            while True:
                message = await channel.get_message(timeout=PING_SECONDS)
                if message is not None:
                    heard_at = time.monotonic()
                    self._take(message["type"], message["data"])
                elif time.monotonic() - heard_at > SILENCE_SECONDS:
                    raise TimeoutError("the server answers no ping")
                else:
                    await channel.ping()

    def _connected(self) -> None:
        self._listening.set()
        if self._missed:
            self._missed = False
            self._mailboxes.nudge_all()

    def _take(self, kind: str, data: bytes) -> None:
        if kind == "subscribe":
            self._connected()
        if kind != "message":
            return
        n, _, topic = data[:LONGEST_MESSAGE].decode(errors="replace").partition(" ")
        if n.isdecimal() and len(n) < 20:
            self._mailboxes.offer(topic, int(n))
