"""RTP headers (RFC 3550 §5.1): read what arrives, write what leaves. Payloads are never touched here."""

from struct import Struct
from typing import Final, NamedTuple

from hub.relay.core.malformed import Malformed

_HEADER: Final = Struct("!BBHII")
HEADER_SIZE: Final = 12


class Rtp(NamedTuple):
    """One packet without its contributing sources, extensions and padding."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def parse(packet: bytes) -> Rtp:
    """Read one plaintext packet.

    Raises `Malformed`: `short`, `version`, `csrc`, `extension` (either runs past the end) or `padding` (zero
    or too long).
    """
    if len(packet) < HEADER_SIZE:
        raise Malformed("short")
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(packet)
    if first >> 6 != 2:
        raise Malformed("version")
    start = _payload_start(packet, first)
    end = len(packet)
    if first & 0x20:
        end -= _padding(packet, start)
    return Rtp(second & 0x7F, second >= 0x80, sequence, timestamp, ssrc, packet[start:end])


def _payload_start(packet: bytes, first: int) -> int:
    start = HEADER_SIZE + 4 * (first & 0x0F)
    if start > len(packet):
        raise Malformed("csrc")
    if first & 0x10:
        if start + 4 > len(packet):
            raise Malformed("extension")
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4])
        if start > len(packet):
            raise Malformed("extension")
    return start


def _padding(packet: bytes, start: int) -> int:
    count = packet[-1]
    if count == 0 or count > len(packet) - start:
        raise Malformed("padding")
    return count


def build(  # noqa: PLR0917 (the header's fields, in its order)
    payload_type: int, marker: bool, sequence: int, timestamp: int, ssrc: int, payload: bytes
) -> bytes:
    """A packet with a bare 12-octet header. Sequence and timestamp are taken modulo their widths."""
    second = payload_type | 0x80 if marker else payload_type
    return _HEADER.pack(0x80, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc) + payload


def with_payload_type(packet: bytes, payload_type: int) -> bytes:
    """The same packet under another payload type; the very same object when it has that type already."""
    if packet[1] & 0x7F == payload_type:
        return packet
    return b"%c%c%b" % (packet[0], packet[1] & 0x80 | payload_type, packet[2:])


def forward_distance(older: int, newer: int) -> int:
    """How far `newer` is ahead of `older` on the 16-bit circle: −32768 to 32767."""
    return ((newer - older + 0x8000) & 0xFFFF) - 0x8000
