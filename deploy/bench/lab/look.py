"""What a modelled receiver sees of a packet: read once, however many viewers it goes to."""

from struct import Struct
from typing import Final, NamedTuple

from hub.relay.core.specs import ABS_SEND_TIME

_HEADER: Final = Struct("!BBHII")
MARK: Final = b"lab"
"""Begins the body of every packet of the lab's publisher; the layer's letter and a counter follow."""


class Look(NamedTuple):
    """`size` is the whole packet, `body` its payload and padding, which is all that browsers count for REMB.
    `sent` is abs-send-time in seconds on its 64 s circle, None where it is missing. `picture` and `tl0`
    are -1 where the VP8 descriptor has none. `starts` is the first packet of a frame, `layer` the letter that
    the lab's publisher wrote."""

    ssrc: int
    payload_type: int
    sequence: int
    timestamp: int
    marker: bool
    size: int
    body: int
    sent: float | None
    starts: bool
    key: bool
    picture: int
    tl0: int
    temporal: int
    layer: str


def look(packet: bytes, *, picture: bool) -> Look:
    """Read a well-formed plaintext packet as the core wrote it; `picture` when its payload is VP8."""
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(packet)
    at = 12 + 4 * (first & 15)
    sent = None
    if first & 0x10:
        length = 4 * int.from_bytes(packet[at + 2 : at + 4])
        sent = _sent(packet, at + 4, at + 4 + length)
        at += 4 + length
    end = len(packet) - (packet[-1] if first & 0x20 else 0)
    starts, key, number, tl0, temporal = (
        _vp8(packet, at) if picture and end > at else (False, False, -1, -1, 0)
    )
    found = packet.find(MARK, at, at + 20)
    layer = chr(packet[found + len(MARK)]) if found >= 0 else ""
    size = len(packet)
    return Look(
        ssrc, second & 0x7F, sequence, timestamp, second >= 0x80, size, size - at, sent,
        starts, key, number, tl0, temporal, layer,
    )  # fmt: skip


def _sent(packet: bytes, at: int, end: int) -> float | None:
    while at < end:
        head = packet[at]
        if head == 0:
            at += 1
            continue
        size = (head & 15) + 1
        if head >> 4 == ABS_SEND_TIME and size == 3:
            return int.from_bytes(packet[at + 1 : at + 4]) / (1 << 18)
        at += 1 + size
    return None


def _vp8(packet: bytes, at: int) -> tuple[bool, bool, int, int, int]:
    """Starts a frame, of a keyframe, picture id, TL0PICIDX, temporal id (RFC 7741 §4.2)."""
    first = packet[at]
    at += 1
    picture = tl0 = -1
    temporal = 0
    if first & 0x80:
        flags = packet[at]
        at += 1
        if flags & 0x80:
            wide = packet[at] >= 0x80
            picture = (packet[at] & 0x7F) << 8 | packet[at + 1] if wide else packet[at]
            at += 2 if wide else 1
        if flags & 0x40:
            tl0 = packet[at]
            at += 1
        if flags & 0x30:
            temporal = packet[at] >> 6 if flags & 0x20 else 0
            at += 1
    starts = first & 0x17 == 0x10
    return starts, starts and not packet[at] & 1, picture, tl0, temporal
