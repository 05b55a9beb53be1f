"""Transport-wide feedback to a publisher (draft-holmer-rmcat-transport-wide-cc-extensions-01): which of its
packets came, and when, so that its own estimator finds what the line carries.

Packets are told in 250 µs ticks of the hub's clock. Every number from the last one told to the newest is
told, late arrivals again with all that follows them.
"""

from collections.abc import Iterator
from itertools import takewhile
from struct import Struct
from typing import Final, NamedTuple

from hub.relay.core.rtcp import RTPFB
from hub.relay.core.rtcp_write import HUB_SSRC
from hub.relay.core.rtp import forward_distance

FORMAT: Final = 15
TICKS_PER_SECOND: Final = 4_000
REFERENCE_TICKS: Final = 256
"""64 ms, the unit of the reference time."""
WINDOW: Final = 1_000
"""How far numbers may jump or come late before everything begins anew: two seconds of a fast sender."""
MOST_TOLD: Final = 400
"""Numbers in one packet: at most 900 octets, whatever the pattern."""
LONGEST_RUN: Final = 0x1FFF

_LOST, _SMALL, _LARGE = 0, 1, 2
_HEADER: Final = Struct("!BBHIIHH")


class Told(NamedTuple):
    """One number: its status symbol, and the ticks since the one before it that came."""

    symbol: int
    delta: int = 0


class TransportFeedback:
    """One publisher's. Numbers are extended; a duplicate keeps its first arrival."""

    def __init__(self) -> None:
        self._arrivals: dict[int, int] = {}
        self._highest = -1
        self._next = 0
        self._count = 0

    def arrived(self, sequence: int, now: float) -> bool:
        """A packet with that 16-bit number came. False when it is a duplicate or far from all others."""
        if self._highest < 0:
            self._begin(sequence)
        ahead = forward_distance(self._highest & 0xFFFF, sequence)
        if abs(ahead) > WINDOW:
            self._begin(sequence)
            ahead = 0
        number = self._highest + ahead
        if number in self._arrivals:
            return False
        if len(self._arrivals) > 2 * WINDOW:
            self._forget()
        self._arrivals[number] = int(now * TICKS_PER_SECOND)
        self._highest = max(self._highest, number)
        self._next = min(self._next, number)
        return True

    def _begin(self, sequence: int) -> None:
        self._arrivals = {}
        # A turn of the circle up, so that no number is ever negative.
        self._highest = self._next = sequence + 0x10000

    @property
    def pending(self) -> bool:
        """Whether anything came that has not been told."""
        return bool(self._arrivals) and self._next <= self._highest

    def write(self, media: int) -> list[bytes]:
        """All that has not been told, as RTCP packets; `media` is one of the publisher's SSRCs."""
        packets = []
        while self.pending:
            packets.append(self._packet(media))
        self._forget()
        return packets

    def _forget(self) -> None:
        oldest = self._highest - WINDOW
        for number in [number for number in self._arrivals if number < oldest]:
            del self._arrivals[number]

    def _packet(self, media: int) -> bytes:
        first = next(number for number in range(self._next, self._highest + 1) if number in self._arrivals)
        base = max(self._next, first - WINDOW)
        reference = self._arrivals[first] // REFERENCE_TICKS
        told = list(self._told(base, reference * REFERENCE_TICKS))
        self._next = base + len(told)
        body = b"".join(_chunks([each.symbol for each in told])) + b"".join(_deltas(told))
        count, self._count = self._count, (self._count + 1) & 0xFF
        tail = ((reference & 0xFFFFFF) << 8 | count).to_bytes(4)
        return _compound(media, base & 0xFFFF, len(told), tail + body)

    def _told(self, base: int, ticks: int) -> Iterator[Told]:
        """From `base` on, until the packet is full or a step is too long for its field."""
        for number in range(base, min(self._highest + 1, base + MOST_TOLD)):
            at = self._arrivals.get(number)
            if at is None:
                yield Told(_LOST)
                continue
            delta = at - ticks
            if not -0x8000 <= delta <= 0x7FFF:
                return
            yield Told(_SMALL if 0 <= delta <= 0xFF else _LARGE, delta)
            ticks = at


def _compound(media: int, base: int, count: int, body: bytes) -> bytes:
    size = 16 - 4 + len(body)
    spare = -size % 4
    body += bytes(spare - 1) + bytes([spare]) if spare else b""
    first = 0x80 | (0x20 if spare else 0) | FORMAT
    return _HEADER.pack(first, RTPFB, (size + spare) // 4, HUB_SSRC, media, base, count) + body


def _chunks(symbols: list[int]) -> Iterator[bytes]:
    """Runs where they are long enough to pay, else vectors: 14 symbols of one bit, or 7 of two."""
    at = 0
    while at < len(symbols):
        run = _run(symbols, at)
        one_bit = _LARGE not in symbols[at : at + 14]
        if run >= (14 if one_bit else 7) or at + run == len(symbols):
            yield (symbols[at] << 13 | run).to_bytes(2)
            at += run
        elif one_bit:
            yield _vector(0x8000, symbols[at : at + 14], 14, 1)
            at += 14
        else:
            yield _vector(0xC000, symbols[at : at + 7], 7, 2)
            at += 7


def _run(symbols: list[int], at: int) -> int:
    return sum(1 for _ in takewhile(lambda symbol: symbol == symbols[at], symbols[at : at + LONGEST_RUN]))


def _vector(head: int, symbols: list[int], places: int, bits: int) -> bytes:
    for place, symbol in enumerate(symbols):
        head |= symbol << bits * (places - 1 - place)
    return head.to_bytes(2)


def _deltas(told: list[Told]) -> Iterator[bytes]:
    for each in told:
        if each.symbol == _SMALL:
            yield each.delta.to_bytes(1)
        elif each.symbol == _LARGE:
            yield each.delta.to_bytes(2, signed=True)
