"""RTP packets as viewers get them: bare header, abs-send-time, pictures padded to lengths that repeat."""

from struct import Struct
from typing import Final

from hub.relay.core.rtp import HEADER_SIZE
from hub.relay.core.specs import ABS_SEND_TIME

_HEADER: Final = Struct("!BBHIIHHI")
OVERHEAD: Final = _HEADER.size
_PROFILE: Final = 0xBEDE
"""One-byte headers (RFC 8285 §4.2)."""
_ELEMENT: Final = (ABS_SEND_TIME << 4 | 2) << 24
"""The extension's id and its length, three octets, less one."""
_STEP: Final = 8
"""Picture packets are padded to a multiple of this: runs of one length leave as one message (UDP GSO)."""
_PADDING: Final = tuple(bytes(count - 1) + bytes((count,)) if count else b"" for count in range(256))
_VERSION, _PADDED, _EXTENDED = 0x80, 0x20, 0x10
PADDING_BODY: Final = 255
"""The most that RTP can pad; so much of a packet of padding is its body."""
_FILLER: Final = 230
"""Words of zeros in the extension of such a packet: RFC 8285 §4.2 has receivers pass over them. They make it
as long as a picture's packets, and a probe a fifth of the packets."""
PADDING_SIZE: Final = OVERHEAD + 4 * _FILLER + PADDING_BODY
ON_THE_LINE: Final = 44
"""Octets that a packet is longer on the line: IPv4, UDP, the SRTP tag."""


def send_time(now: float) -> int:
    """Seconds in 6.18 fixed point, modulo 64 s (abs-send-time)."""
    return int(now * (1 << 18)) & 0xFFFFFF


def write(  # noqa: PLR0917 (the header's fields, in its order)
    payload_type: int,
    marker: bool,
    sequence: int,
    timestamp: int,
    ssrc: int,
    payload: bytes,
    now: float,
    longest: int = 0,
) -> bytes:
    """A packet stamped with `now`. Padded where that keeps it within `longest` octets; 0: not at all."""
    size = OVERHEAD + len(payload)
    spare = -size % _STEP
    if size + spare > longest:
        spare = 0
    header = _HEADER.pack(
        _VERSION | _EXTENDED | _PADDED if spare else _VERSION | _EXTENDED,
        payload_type | 0x80 if marker else payload_type,
        sequence & 0xFFFF,
        timestamp & 0xFFFFFFFF,
        ssrc,
        _PROFILE,
        1,
        _ELEMENT | int(now * 262_144) & 0xFFFFFF,  # send_time, without the call: this is per packet
    )
    return header + payload + _PADDING[spare]


def padding(payload_type: int, sequence: int, timestamp: int, ssrc: int, now: float) -> bytes:
    """A packet of nothing but padding, of `PADDING_SIZE` octets."""
    header = _HEADER.pack(
        _VERSION | _EXTENDED | _PADDED,
        payload_type,
        sequence & 0xFFFF,
        timestamp & 0xFFFFFFFF,
        ssrc,
        _PROFILE,
        1 + _FILLER,
        _ELEMENT | send_time(now),
    )
    return header + _ZEROS


_ZEROS: Final = bytes(4 * _FILLER) + _PADDING[PADDING_BODY]


def moved(packet: bytes, payload_type: int, shift: int) -> bytes:
    """The same packet under another payload type and with its timestamp moved; the very same object when
    neither changes."""
    if not shift:
        if packet[1] & 0x7F == payload_type:
            return packet
        return b"%c%c%b" % (packet[0], packet[1] & 0x80 | payload_type, packet[2:])
    timestamp = (int.from_bytes(packet[4:8]) + shift) & 0xFFFFFFFF
    return b"%c%c%b%b%b" % (
        packet[0],
        packet[1] & 0x80 | payload_type,
        packet[2:4],
        timestamp.to_bytes(4),
        packet[8:],
    )


def timestamp_of(packet: bytes) -> int:
    """Its RTP timestamp."""
    return int.from_bytes(packet[4:8])


assert OVERHEAD == HEADER_SIZE + 8
