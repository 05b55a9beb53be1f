"""What waits for one socket: in order, bounded, and never in anybody's way."""

import asyncio

from signaling.errors import CloseCode
from signaling.outbox import MOST_CHARACTERS, MOST_TEXTS, Outbox


class Wire:
    """A socket that records, and can be held."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.closed: int | None = None
        self.open = asyncio.Event()
        self.open.set()
        self.broken = False

    async def send(self, text: str) -> None:
        await self.open.wait()
        if self.broken:
            raise ConnectionError("gone")
        self.texts.append(text)

    async def close(self, code: int, reason: str) -> None:
        self.closed = code


async def test_texts_go_out_in_order_and_then_the_close_code():
    outbox, wire = Outbox(), Wire()
    for text in "abc":
        outbox.put(text)
    outbox.close(CloseCode.REPLACED)
    outbox.put("too late")
    outbox.close(CloseCode.DONE)
    await outbox.write(wire)
    assert wire.texts == ["a", "b", "c"]
    assert wire.closed == CloseCode.REPLACED


async def test_a_socket_that_takes_nothing_is_sent_away_when_the_queue_is_full():
    outbox, wire = Outbox(), Wire()
    wire.open.clear()
    writer = asyncio.create_task(outbox.write(wire))
    for index in range(MOST_TEXTS + 3):
        outbox.put(str(index))
    assert outbox.closing
    wire.open.set()
    await writer
    assert wire.texts == []
    assert wire.closed == CloseCode.GOING_AWAY


async def test_much_text_counts_as_much_as_many_texts():
    outbox = Outbox()
    outbox.put("x" * (MOST_CHARACTERS - 1))
    assert not outbox.closing
    outbox.put("yy")
    assert outbox.closing


async def test_a_broken_socket_ends_the_writing():
    outbox, wire = Outbox(), Wire()
    wire.broken = True
    outbox.put("a")
    await outbox.write(wire)
    assert outbox.closing
    assert wire.closed is None
