"""RTCP as it arrives (RFC 3550 §6, RFC 4585, RFC 5104, REMB): a strict reader of plaintext compounds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Final

from hub.relay.core.malformed import Malformed

SR, RR, SDES, BYE, APP, RTPFB, PSFB, XR = 200, 201, 202, 203, 204, 205, 206, 207
FMT_NACK, FMT_PLI, FMT_FIR, FMT_AFB = 1, 1, 4, 15

_SENDER: Final = Struct("!IQIII")
_BLOCK: Final = Struct("!IIIIII")


@dataclass(frozen=True, slots=True)
class Block:
    """One report block: what its sender received of `ssrc`. `fraction` is lost/256, `delay` in 1/65536 s."""

    ssrc: int
    fraction: int
    lost: int
    highest: int
    jitter: int
    last_report: int
    delay: int


@dataclass(frozen=True, slots=True)
class SenderReport:
    """`ntp` is the 64-bit NTP time at which the RTP clock stood at `timestamp`."""

    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """Report blocks of a peer that sends nothing itself."""

    ssrc: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Nack:
    """Generic NACK: pairs of a sequence number and a bit mask of the 16 that follow it."""

    ssrc: int
    entries: tuple[tuple[int, int], ...]

    def sequences(self) -> Iterator[int]:
        """Every 16-bit sequence number asked for, in order."""
        for first, mask in self.entries:
            yield first
            for bit in range(16):
                if mask >> bit & 1:
                    yield (first + bit + 1) & 0xFFFF


@dataclass(frozen=True, slots=True)
class KeyframeRequest:
    """A PLI, or one entry of a FIR: `ssrc` cannot be decoded until a keyframe comes."""

    ssrc: int


@dataclass(frozen=True, slots=True)
class Remb:
    """The receiver's estimate of what its line carries, in bits per second."""

    bitrate: int
    ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bye:
    """These sources have ended."""

    ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """A well-formed packet of a type or format that this relay does not use."""

    kind: int
    format: int


Report = SenderReport | ReceiverReport | Nack | KeyframeRequest | Remb | Bye | Unread


def parse(compound: bytes) -> list[Report]:
    """Read a whole compound or nothing.

    Raises `Malformed`: `empty`, `version`, `length` (runs past the end), `padding`, or the name of the packet
    whose body is too short for what its header announces (`sr`, `rr`, `bye`, `nack`, `pli`, `fir`, `remb`).
    """
    if not compound:
        raise Malformed("empty")
    reports: list[Report] = []
    at = 0
    while at < len(compound):
        if len(compound) - at < 4:
            raise Malformed("length")
        end = at + 4 + 4 * int.from_bytes(compound[at + 2 : at + 4])
        reports += _packet(compound[at:end], end - at)
        at = end
    return reports


def _packet(packet: bytes, size: int) -> list[Report]:
    first, kind = packet[0], packet[1]
    if first >> 6 != 2:
        raise Malformed("version")
    if len(packet) < size:
        raise Malformed("length")
    body = packet[4:]
    if first & 0x20:
        if not body or not 0 < body[-1] <= len(body):
            raise Malformed("padding")
        body = body[: -body[-1]]
    reader = _READERS.get(kind)
    return reader(body, first & 0x1F) if reader else [Unread(kind, first & 0x1F)]


def _blocks(body: bytes, count: int, name: str) -> tuple[Block, ...]:
    if len(body) < 24 * count:
        raise Malformed(name)
    return tuple(_block(body, 24 * index) for index in range(count))


def _block(body: bytes, at: int) -> Block:
    ssrc, loss, highest, jitter, last_report, delay = _BLOCK.unpack_from(body, at)
    lost = loss & 0xFFFFFF
    return Block(ssrc, loss >> 24, lost - (lost >> 23 << 24), highest, jitter, last_report, delay)


def _sender_report(body: bytes, count: int) -> list[Report]:
    if len(body) < 24:
        raise Malformed("sr")
    ssrc, ntp, timestamp, packets, octets = _SENDER.unpack_from(body)
    return [SenderReport(ssrc, ntp, timestamp, packets, octets, _blocks(body[24:], count, "sr"))]


def _receiver_report(body: bytes, count: int) -> list[Report]:
    if len(body) < 4:
        raise Malformed("rr")
    return [ReceiverReport(int.from_bytes(body[:4]), _blocks(body[4:], count, "rr"))]


def _bye(body: bytes, count: int) -> list[Report]:
    if len(body) < 4 * count:
        raise Malformed("bye")
    return [Bye(_ssrcs(body, 0, count))]


def _ssrcs(body: bytes, start: int, count: int) -> tuple[int, ...]:
    return tuple(int.from_bytes(body[at : at + 4]) for at in range(start, start + 4 * count, 4))


def _transport_feedback(body: bytes, form: int) -> list[Report]:
    if form != FMT_NACK:
        return [Unread(RTPFB, form)]
    if len(body) < 12 or len(body) % 4:
        raise Malformed("nack")
    entries = tuple(
        (int.from_bytes(body[at : at + 2]), int.from_bytes(body[at + 2 : at + 4]))
        for at in range(8, len(body), 4)
    )
    return [Nack(int.from_bytes(body[4:8]), entries)]


def _payload_feedback(body: bytes, form: int) -> list[Report]:
    match form:
        case 1:
            return _pli(body)
        case 4:
            return _fir(body)
        case 15 if body[8:12] == b"REMB":
            return _remb(body)
        case _:
            return [Unread(PSFB, form)]


def _pli(body: bytes) -> list[Report]:
    if len(body) != 8:
        raise Malformed("pli")
    return [KeyframeRequest(int.from_bytes(body[4:8]))]


def _fir(body: bytes) -> list[Report]:
    if len(body) < 16 or len(body) % 8:
        raise Malformed("fir")
    return [KeyframeRequest(int.from_bytes(body[at : at + 4])) for at in range(8, len(body), 8)]


def _remb(body: bytes) -> list[Report]:
    if len(body) < 16 or len(body) != 16 + 4 * body[12]:
        raise Malformed("remb")
    packed = int.from_bytes(body[13:16])
    return [Remb((packed & 0x3FFFF) << (packed >> 18), _ssrcs(body, 16, body[12]))]


_READERS: Final[dict[int, Callable[[bytes, int], list[Report]]]] = {
    SR: _sender_report,
    RR: _receiver_report,
    BYE: _bye,
    RTPFB: _transport_feedback,
    PSFB: _payload_feedback,
}
