"""The lines of the ledger in which numbers stand: streams, viewers in slots, publishers' SRTP indexes.

They change with packets, so each is one record (`journal.Record`), written in about a microsecond.
"""

from collections.abc import Callable
from struct import Struct
from typing import Any, Final

from hub.relay.core.ledger import Head, Place, StreamLine
from hub.relay.wire.journal import Record

Key = bytes
"""16 bytes that name a line: a digest of what it is a line of."""

STREAM: Final = Struct("=16sqIIIdQ")
"""Key, number, timestamp, picture, tl0, written at, octets up to now."""
VIEW: Final = Struct("=16sBiqqqQQQQ")
"""Key, whether it grows, index of its stream, offset, next number, first number, packets, octets, the
stream's octets when it began to grow, end of the probes."""
INBOUND: Final = Struct("=16sIQ")
"""Key of the peer, SSRC, highest index."""


class Stream:
    """A `StreamLine` in a record."""

    def __init__(self, key: Key, index: int, record: Record) -> None:
        self.key = key
        self.index = index
        self.record = record
        self.before: Head | None = None
        self.number: int | None = None
        self.at: float | None = None
        self.octets = 0

    def load(self, values: tuple[Any, ...]) -> None:
        """Take what the process before this one wrote."""
        _, number, timestamp, picture, tl0, at, octets = values
        self.before = Head(number, timestamp, at, picture, tl0)
        self.number, self.at, self.octets = number, at, octets

    def wrote(self, head: Head, size: int) -> None:
        """See `StreamLine`."""
        self.octets += size
        self.number, self.at = head.number, head.at
        self.record.write(
            self.key,
            head.number,
            head.timestamp & 0xFFFFFFFF,
            head.picture & 0xFFFFFFFF,
            head.tl0 & 0xFFFFFFFF,
            head.at,
            self.octets,
        )


class View:
    """A `ViewLine` in a record. While it grows nothing has to be written: its next number follows from its
    stream's, and so does what it was sent."""

    def __init__(self, key: Key, index: int, record: Record) -> None:
        self.key = key
        self.index = index
        self.record = record
        self.before: Place | None = None
        self.lost: Callable[[], None] = lambda: None
        """Called when its numbers can no longer be told from the ledger."""
        self.first: int | None = None
        self._stream: Stream | None = None
        self._offset = 0
        self._number = 0
        self._began = 0
        self._packets = 0
        self._octets = 0
        self._probes = 0

    def load(self, values: tuple[Any, ...], streams: dict[int, Stream]) -> None:
        """Take what the process before this one wrote. A stream without a line was never written to."""
        _, grows, stream, offset, number, first, packets, octets, began, probes = values
        self.first = first if first >= 0 else None
        self._number, self._packets, self._octets, self._probes = number, packets, octets, probes
        if grows:
            self._offset, self._began = offset, began
            self._stream = streams.get(stream)
        if self.first is not None:
            last_at = self._stream.at if self._stream is not None else None
            self._settle(self._next())
            self.before = Place(self._number, self._packets, self._octets, last_at)
            self._stream = None
            self._write()

    @property
    def last_index(self) -> int | None:
        """Upper bound of the last SRTP index used on its SSRC, on the count that began with its keys; None
        when there was none."""
        if self.first is None or self._number <= self.first:
            return None
        return self._number - 1 - (self.first & ~0xFFFF)

    @property
    def probes_before(self) -> int | None:
        """See `ViewLine`."""
        return self._probes or None

    def grows(self, stream: StreamLine, start: int, number: int) -> None:
        """See `ViewLine`."""
        if self.first is None:
            self.first = number
        if not isinstance(stream, Stream):
            self.lost()
            return
        self._settle(number)
        self._stream, self._offset, self._number = stream, number - start, number
        self._began = stream.octets
        self._write()

    def stands(self, number: int) -> None:
        """See `ViewLine`."""
        self._settle(number)
        self._stream = None
        self._write()

    def probing(self, until: int) -> None:
        """See `ViewLine`."""
        self._probes = until
        self._write()

    def _next(self) -> int:
        if self._stream is None or self._stream.number is None:
            return self._number
        return max(self._number, self._stream.number + 1 + self._offset)

    def _settle(self, number: int) -> None:
        if self._stream is not None:
            self._packets += max(0, number - self._number)
            self._octets += max(0, self._stream.octets - self._began)
        self._number = number

    def _write(self) -> None:
        stream = self._stream
        self.record.write(
            self.key,
            stream is not None,
            -1 if stream is None else stream.index,
            self._offset,
            self._number,
            -1 if self.first is None else self.first,
            self._packets,
            self._octets,
            self._began,
            self._probes,
        )


class Inbound:
    """How far one peer's SRTP has come, SSRC by SSRC. `heard` may be called for every packet."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self.highest: dict[int, int] = {}
        self.records: dict[int, tuple[int, Record]] = {}

    def heard(self, ssrc: int, index: int) -> bool:
        """An authentic packet came with the highest index so far. False when that SSRC has no record yet."""
        self.highest[ssrc] = index
        found = self.records.get(ssrc)
        if found is None:
            return False
        found[1].write(self.key, ssrc, index)
        return True
