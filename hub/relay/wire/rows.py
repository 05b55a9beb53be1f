"""A burst's packets, arranged for the hot loop: rows the kernel can cut, and message headers made once.

A group is what a lane is sent in one go. Its *pattern* is how many packets each of its rows has; two groups
of one pattern to the same viewers need the very same message headers (only the sizes differ), so these are
kept. What is left per packet is one copy, one length and one call into libsrtp.
"""

from array import array
from collections.abc import Iterator, Sequence
from struct import pack, pack_into
from typing import Any, Final

from hub.relay.wire.mmsg import Batch, ffi
from hub.relay.wire.target import Target

BATCH: Final = 128
"""Packets per system call: few, so that the first of a burst leave early, and 256 kB of slots stay in a
second-level cache; half as many cost 3 % more."""
SEGMENTS: Final = 32
"""Most packets of one message: the kernel cuts at most 64, and 64 KiB."""
LONGEST_SEGMENT: Final = 1400
"""Plaintext bytes; a longer packet might not fit the path, and the kernel cuts only what fits."""
_STEP: Final = 128
"""Packets are copied in lengths of so many bytes: a slice of each length is kept for every slot."""
_PATTERNS: Final = 24
"""Patterns whose headers are kept for one set of viewers: paced pictures have about six."""
_CUT: Final = pack("=QiiH6x", 18, 17, 103, 0)
"""`cmsghdr {length 18, SOL_UDP, UDP_SEGMENT}` and the 16-bit size, padded."""
_SIZE_AT: Final = 16

Packet = tuple[bytes, int]
"""Plaintext, and its length."""
Viewer = tuple[Target, tuple[int, ...]]
"""Whom to send to, and what is added to the sequence numbers (modulo 2^16) of each lane of the pass."""


def rows_of(packets: Sequence[bytes], *, segments: bool) -> list[list[bytes]]:
    """Packets of equal length share a row, and one shorter may end it: that is what the kernel can cut again.

    Without `segments` every packet has a row of its own.
    """
    rows: list[list[bytes]] = []
    size, may_grow = 0, False
    for packet in packets:
        length = len(packet)
        if may_grow and length <= size and len(rows[-1]) < SEGMENTS:
            rows[-1].append(packet)
            may_grow = length == size
        else:
            rows.append([packet])
            size, may_grow = length, segments and length <= LONGEST_SEGMENT
    return rows


def numbered(packet: bytes, offset: int) -> bytes:
    """The packet under the number a viewer knows it by."""
    if not offset:
        return packet
    number = (packet[2] << 8 | packet[3]) + offset & 0xFFFF
    return b"%b%c%c%b" % (packet[:2], number >> 8, number & 0xFF, packet[4:])


class Slots:
    """A batch of fixed slots, and the slices to fill them: made once, since making one costs as much as the
    copy."""

    def __init__(self, slot: int) -> None:
        self.batch = Batch(BATCH, slot)
        self._parts: dict[int, list[slice]] = {}
        self._lengths = memoryview(self.batch.iovecs_view).cast("B").cast("Q")[1::2]

    def parts(self, width: int) -> list[slice]:
        """For each slot where its first `width` bytes are."""
        known = self._parts.get(width)
        if known is None:
            step = self.batch.slot
            known = self._parts[width] = [slice(i * step, i * step + width) for i in range(BATCH)]
        return known

    def set_lengths(self, lengths: Sequence[int]) -> None:
        """Of the packets in the first slots."""
        self._lengths[: len(lengths)] = memoryview(array("Q", lengths))

    @staticmethod
    def width(longest: int) -> int:
        """How many bytes are copied when a group's longest packet has so many."""
        return (longest + _STEP - 1) // _STEP * _STEP


class Chunk:
    """Some viewers' messages of a pattern, at most `BATCH` packets: headers that point into the slots."""

    __slots__ = ("_batch", "_firsts", "count", "headers", "kept", "offsets", "size", "viewers")

    def __init__(
        self, batch: Batch, viewers: Sequence[Viewer], pattern: Sequence[int], cuts: Sequence[dict[int, Any]]
    ) -> None:
        self.viewers = viewers
        self.size = sum(pattern) * len(viewers)
        """Packets."""
        self.kept: Any = None
        """What `fill.py` makes once for these viewers."""
        each = {offsets for _, offsets in viewers}
        self.offsets = each.pop() if len(each) == 1 else None
        """Those of all of them; None when they differ."""
        self.count = len(viewers) * len(pattern)
        self.headers = ffi.new("struct mmsghdr[]", self.count)
        self._batch = batch
        self._firsts: list[int] = []
        slot = 0
        for target, _ in viewers:
            for row, cut in zip(pattern, cuts, strict=True):
                self._address(self.headers[len(self._firsts)].msg_hdr, target, slot, row, cut)
                self._firsts.append(slot)
                slot += row

    def _address(self, header: Any, target: Target, slot: int, row: int, cut: dict[int, Any]) -> None:
        header.msg_name, header.msg_namelen = target.name, target.name_length
        header.msg_iov, header.msg_iovlen = self._batch.iovecs[slot], row
        if row > 1:
            header.msg_control, header.msg_controllen = cut[target.tag], len(_CUT)

    def packets(self, message: int) -> Iterator[memoryview]:
        """What one message is pointed at."""
        batch, first = self._batch, self._firsts[message]
        for i in range(first, first + int(self.headers[message].msg_hdr.msg_iovlen)):
            start = i * batch.slot
            yield memoryview(batch.view)[start : start + batch.lengths[i][0]]


class Pattern:
    """The chunks of one pattern for one set of viewers."""

    def __init__(self, batch: Batch, viewers: Sequence[Viewer], pattern: Sequence[int]) -> None:
        tags = {target.tag for target, _ in viewers}
        self._cuts = [{tag: ffi.new("char[]", _CUT) for tag in tags} for _ in pattern]
        share = max(1, BATCH // sum(pattern))
        self.chunks = [
            Chunk(batch, viewers[at : at + share], pattern, self._cuts)
            for at in range(0, len(viewers), share)
        ]

    def cut_at(self, sizes: Sequence[int]) -> None:
        """The plaintext lengths of the rows' packets in this group."""
        for cuts, size in zip(self._cuts, sizes, strict=True):
            for tag, control in cuts.items():
                pack_into("=H", ffi.buffer(control), _SIZE_AT, size + tag)


class Roster:
    """Who a lane's datagrams go to. Headers stay right until any target changes (`Target.changes`)."""

    def __init__(self, viewers: Sequence[Viewer]) -> None:
        self.viewers = [viewer for viewer in viewers if not viewer[0].stream]
        self.streams = [viewer for viewer in viewers if viewer[0].stream]
        """Those behind a TCP connection."""
        self.stamp = Target.changes
        self._patterns: dict[tuple[int, ...], Pattern] = {}

    @property
    def is_current(self) -> bool:
        """False once a target moved or closed: make another one."""
        return self.stamp == Target.changes

    def pattern(self, batch: Batch, pattern: tuple[int, ...]) -> Pattern:
        """The headers for a group of that pattern."""
        known = self._patterns.get(pattern)
        if known is None:
            if len(self._patterns) >= _PATTERNS:
                self._patterns.clear()
            known = self._patterns[pattern] = Pattern(batch, self.viewers, pattern)
        return known
