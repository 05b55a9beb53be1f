"""RTCP as it leaves. Each function makes one packet; a compound is their concatenation, a report first (RFC
3550 §6.1)."""

from collections.abc import Iterable, Sequence
from struct import Struct
from typing import Final

from hub.relay.core.rtcp import FMT_AFB, FMT_NACK, FMT_PLI, PSFB, RR, RTPFB, SDES, SR, Block

HUB_SSRC: Final = 1
"""Who signs the hub's receiver reports and feedback."""
_CNAME: Final = b"hub"
"""One name for all slots: their sender reports share one clock, so a browser may synchronise any two of
them."""

_HEADER: Final = Struct("!BBH")
_WORDS: Final = Struct("!II")
_BLOCK: Final = Struct("!IIIIII")
_SENDER: Final = Struct("!IQIII")


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return _HEADER.pack(0x80 | count, kind, len(body) // 4) + body


def receiver_report(blocks: Sequence[Block] = ()) -> bytes:
    """At most 31 blocks. With none it is the empty report that must open any feedback compound."""
    body = HUB_SSRC.to_bytes(4)
    return _packet(RR, len(blocks), body + b"".join(_block(block) for block in blocks))


def _block(block: Block) -> bytes:
    loss = block.fraction << 24 | block.lost & 0xFFFFFF
    return _BLOCK.pack(block.ssrc, loss, block.highest, block.jitter, block.last_report, block.delay)


def sender_report(ssrc: int, ntp: int, timestamp: int, packets: int, octets: int) -> bytes:
    """`ntp` is 64-bit fixed point; the counters are taken modulo 2^32."""
    return _packet(
        SR, 0, _SENDER.pack(ssrc, ntp, timestamp & 0xFFFFFFFF, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF)
    )


def description(ssrcs: Sequence[int]) -> bytes:
    """SDES with the hub's CNAME for at most 31 sources."""
    item = bytes((1, len(_CNAME))) + _CNAME
    chunk = item + bytes(4 - len(item) % 4)
    return _packet(SDES, len(ssrcs), b"".join(ssrc.to_bytes(4) + chunk for ssrc in ssrcs))


def keyframe_request(ssrc: int) -> bytes:
    """A PLI (RFC 4585 §6.3.1)."""
    return _packet(PSFB, FMT_PLI, _WORDS.pack(HUB_SSRC, ssrc))


def nack(ssrc: int, sequences: Iterable[int]) -> bytes:
    """Generic NACK (RFC 4585 §6.2.1) for 16-bit sequence numbers given in ascending order of the stream."""
    entries: list[list[int]] = []
    for sequence in sequences:
        ahead = (sequence - entries[-1][0]) & 0xFFFF if entries else 0
        if entries and 0 < ahead <= 16:
            entries[-1][1] |= 1 << (ahead - 1)
        else:
            entries.append([sequence, 0])
    body = _WORDS.pack(HUB_SSRC, ssrc) + b"".join((first << 16 | mask).to_bytes(4) for first, mask in entries)
    return _packet(RTPFB, FMT_NACK, body)


def remb(bitrate: int, ssrcs: Sequence[int]) -> bytes:
    """Receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb), bits per second, rounded down to 18
    bits."""
    exponent = max(0, bitrate.bit_length() - 18)
    packed = len(ssrcs) << 24 | exponent << 18 | bitrate >> exponent
    body = (
        _WORDS.pack(HUB_SSRC, 0) + b"REMB" + packed.to_bytes(4) + b"".join(ssrc.to_bytes(4) for ssrc in ssrcs)
    )
    return _packet(PSFB, FMT_AFB, body)
