"""What is particular to the bus over Redis: the server may go and come back, and nobody is hurt."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis

from hub.store import redis
from hub.store.redis import RedisBus
from tests.kit import servers


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.05)


async def test_two_processes_hear_each_other(redis_server: str) -> None:
    one, other = RedisBus(redis_server), RedisBus(redis_server)
    async with one.subscribe("t") as subscription:
        await other.publish("t", 8)
        assert await subscription.next(2) == 8
    await one.close()
    await other.close()


async def test_without_a_server_publishing_and_subscribing_go_on() -> None:
    bus = RedisBus(f"redis://127.0.0.1:{servers.free_port()}/0")
    began = time.monotonic()
    async with bus.subscribe("t") as subscription:
        await bus.publish("t", 1)
        assert await subscription.next(1) == 1, "within the process the hint is still good"
    assert bus.lost == 1
    assert time.monotonic() - began < 4
    await bus.close()


async def test_a_silent_server_is_noticed(redis_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis answers for a while, then its machine is cut off: the reader gives up and tries again."""
    monkeypatch.setattr(redis, "PING_SECONDS", 0.05)
    monkeypatch.setattr(redis, "SILENCE_SECONDS", 0.2)
    port = int(redis_server.rpartition(":")[2].partition("/")[0])
    cut = asyncio.Event()
    doors: list[asyncio.StreamWriter] = []

    async def forward(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(4096):
            if not cut.is_set():
                sink.write(data)

    async def door(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection("127.0.0.1", port)
        doors.extend([writer, outer])
        await asyncio.gather(forward(reader, outer), forward(inner, writer))

    server = await asyncio.start_server(door, "127.0.0.1", 0)
    bus = RedisBus(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0")
    async with bus.subscribe("t") as subscription:
        cut.set()
        waiting = asyncio.create_task(subscription.next(60))

        async def reconnecting() -> bool:
            return len(doors) > 2

        await until(reconnecting)
        cut.clear()
        assert await waiting is None
    await bus.close()
    for writer in doors:
        writer.close()
    server.close()


async def test_comes_back_by_itself_and_wakes_its_readers() -> None:
    port = servers.free_port()
    with servers.redis(port) as url:
        bus, other = RedisBus(url), RedisBus(url)
        async with bus.subscribe("t") as subscription:
            await other.publish("t", 1)
            assert await subscription.next(2) == 1
    async with bus.subscribe("t") as subscription:
        await other.publish("t", 2)
        assert other.lost == 1
        waiting = asyncio.create_task(subscription.next(60))
        with servers.redis(port):
            assert await waiting is None, "hints may be missing: look for yourself"

            async def heard() -> bool:
                await other.publish("t", 3)
                return await subscription.next(0.2) == 3

            await until(heard)
            await bus.close()
            await other.close()


@pytest.mark.parametrize(
    "data", [b"", b"x", b"9" * 40 + b" t", b"-1 t", b"\xff\xfe t", b"\xb2 t", b"1" * 10_000]
)
async def test_strange_messages_are_ignored(redis_server: str, data: bytes) -> None:
    bus = RedisBus(redis_server, channel="strange")
    stranger = Redis.from_url(redis_server)
    async with bus.subscribe("t") as subscription:
        await stranger.publish("strange", data)
        await bus.publish("t", 1)
        assert await subscription.next(2) == 1
    await stranger.aclose()
    await bus.close()
