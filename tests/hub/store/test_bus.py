"""The contract of a bus, over memory and over Redis."""

import asyncio
from contextlib import suppress

import pytest

from hub.store.bus import Bus, Mailbox
from hub.store.memory import MemoryBus
from hub.store.redis import RedisBus


async def test_a_hint_arrives(bus: Bus) -> None:
    async with bus.subscribe("session:1") as subscription:
        await bus.publish("session:1", 7)
        assert await subscription.next(2) == 7


async def test_silence_is_none(bus: Bus) -> None:
    async with bus.subscribe("session:1") as subscription:
        assert await subscription.next(0.02) is None


async def test_topics_are_apart(bus: Bus) -> None:
    async with bus.subscribe("session:1") as one, bus.subscribe("session:12") as other:
        await bus.publish("session:12", 3)
        assert await other.next(2) == 3
        assert await one.next(0.02) is None


async def test_everyone_hears(bus: Bus) -> None:
    async with bus.subscribe("t") as one, bus.subscribe("t") as other:
        await bus.publish("t", 3)
        assert [await one.next(2), await other.next(2)] == [3, 3]


async def test_only_the_highest_is_kept(bus: Bus) -> None:
    async with bus.subscribe("t") as subscription, bus.subscribe("end") as end:
        for n in (1, 2, 9, 4):
            await bus.publish("t", n)
        await bus.publish("end", 1)
        assert await end.next(2) == 1
        assert await subscription.next(2) == 9
        assert await subscription.next(0.02) is None


async def test_a_taken_hint_is_gone_and_the_next_is_new(bus: Bus) -> None:
    async with bus.subscribe("t") as subscription:
        await bus.publish("t", 5)
        assert await subscription.next(2) == 5
        await bus.publish("t", 5)
        assert await subscription.next(2) == 5


async def test_a_waiting_reader_is_woken(bus: Bus) -> None:
    async with bus.subscribe("t") as subscription:
        waiting = asyncio.create_task(subscription.next(5))
        await asyncio.sleep(0)
        await bus.publish("t", 1)
        assert await waiting == 1


async def test_nobody_listening_is_fine(bus: Bus) -> None:
    await bus.publish("t", 1)


async def test_ending_a_subscription_forgets_it(bus: Bus) -> None:
    assert isinstance(bus, MemoryBus | RedisBus)
    with suppress(RuntimeError):
        async with bus.subscribe("t"):
            assert bus.subscribers == 1
            raise RuntimeError
    assert bus.subscribers == 0


async def test_a_cancelled_reader_leaves_the_hint(bus: Bus) -> None:
    async with bus.subscribe("t") as subscription:
        waiting = asyncio.create_task(subscription.next(5))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await bus.publish("t", 2)
        assert await subscription.next(2) == 2


async def test_topics_may_hold_spaces_and_vietnamese(bus: Bus) -> None:
    async with bus.subscribe("đơn 1 2") as subscription:
        await bus.publish("đơn 1 2", 1)
        assert await subscription.next(2) == 1


async def test_closing_twice_is_harmless(bus: Bus) -> None:
    async with bus.subscribe("t"):
        pass
    await bus.close()
    await bus.close()


async def test_a_nudge_wakes_without_a_number() -> None:
    mailbox = Mailbox()
    mailbox.nudge()
    assert await mailbox.next(1) is None
    mailbox.offer(0)
    mailbox.nudge()
    assert await mailbox.next(1) == 0
