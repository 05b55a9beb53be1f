"""RTP header extensions (RFC 8285), one- and two-byte form: what a publisher's packets say of themselves."""

from typing import Final, NamedTuple

from hub.relay.core.malformed import Malformed
from hub.relay.core.rtp import HEADER_SIZE
from hub.relay.core.specs import Extensions

_ONE_BYTE: Final = 0xBEDE
_TWO_BYTE: Final = 0x1000


class Marks(NamedTuple):
    """`sequence` is the transport-wide number; `rid` names the layer a packet is of, `repaired_rid` the
    layer a repeated packet is of. None where the packet does not tell."""

    sequence: int | None = None
    rid: str | None = None
    repaired_rid: str | None = None


NOTHING: Final = Marks()


def read(packet: bytes, ids: Extensions) -> Marks:
    """What stands under the agreed ids. Raises `Malformed`: `short`, or `extension` when an element or the
    whole runs past the end."""
    if len(packet) < HEADER_SIZE:
        raise Malformed("short")
    if not packet[0] & 0x10:
        return NOTHING
    start = HEADER_SIZE + 4 * (packet[0] & 0x0F)
    end = start + 4 + 4 * int.from_bytes(packet[start + 2 : start + 4])
    if end > len(packet):
        raise Malformed("extension")
    form = int.from_bytes(packet[start : start + 2])
    if form == _ONE_BYTE:
        found = _one_byte(packet, start + 4, end)
    elif form & 0xFFF0 == _TWO_BYTE:
        found = _two_byte(packet, start + 4, end)
    else:
        return NOTHING
    return _marks(found, ids)


def _one_byte(packet: bytes, at: int, end: int) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while at < end:
        first = packet[at]
        if first == 0:  # padding
            at += 1
            continue
        number, size = first >> 4, (first & 0x0F) + 1
        if number in {0, 15}:
            break  # reserved: nothing after it is to be read (§4.2)
        if at + 1 + size > end:
            raise Malformed("extension")
        found.setdefault(number, packet[at + 1 : at + 1 + size])
        at += 1 + size
    return found


def _two_byte(packet: bytes, at: int, end: int) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while at < end:
        if packet[at] == 0:  # padding
            at += 1
            continue
        if at + 2 > end or at + 2 + packet[at + 1] > end:
            raise Malformed("extension")
        found.setdefault(packet[at], packet[at + 2 : at + 2 + packet[at + 1]])
        at += 2 + packet[at + 1]
    return found


def _marks(found: dict[int, bytes], ids: Extensions) -> Marks:
    """An id of 0 is never found: it was not agreed."""
    sequence = found.get(ids.sequence)
    return Marks(
        int.from_bytes(sequence) if sequence is not None and len(sequence) == 2 else None,
        _name(found.get(ids.rid)),
        _name(found.get(ids.repaired_rid)),
    )


def _name(value: bytes | None) -> str | None:
    return value.rstrip(b"\0").decode("ascii", "replace") or None if value is not None else None
