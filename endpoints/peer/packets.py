"""RTP as a sender writes it: VP8 frames into packets (RFC 7741), Opus frames one each (RFC 7587). Pure."""

from collections.abc import Iterator
from struct import pack
from typing import Final

from endpoints.peer.description import FORMATS
from hub.relay.core.specs import HUB_EXTENSIONS

LARGEST: Final = 1180
"""Payload bytes of one packet: with every header and SRTP trailer it stays below 1,280."""


class Track:
    """The numbering of one outgoing SSRC."""

    def __init__(
        self, ssrc: int, payload_type: int, sequence: int, timestamp: int, extension: bytes = b""
    ) -> None:
        self.ssrc = ssrc
        self.packets = 0
        self.octets = 0
        self.timestamp = timestamp
        self._extension = extension
        self._type = payload_type
        self._sequence = sequence
        self._base = timestamp

    def packet(self, payload: bytes, elapsed: int, *, marker: bool) -> bytes:
        """`elapsed` is the media time since the start, in units of the clock rate."""
        self.timestamp = (self._base + elapsed) & 0xFFFFFFFF
        second = (0x80 if marker else 0) | self._type
        first = 0x90 if self._extension else 0x80
        head = pack("!BBHII", first, second, self._sequence, self.timestamp, self.ssrc)
        self._sequence = (self._sequence + 1) & 0xFFFF
        self.packets += 1
        self.octets += len(payload)
        return head + self._extension + payload


def named(number: int, name: str) -> bytes:
    """A header extension that says one name, for the one-byte id `number` (RFC 8285 §4.2)."""
    element = bytes([number << 4 | len(name) - 1]) + name.encode()
    element += bytes(-len(element) % 4)
    return b"\xbe\xde" + pack("!H", len(element) // 4) + element


class PictureTrack(Track):
    """VP8 with 15-bit picture ids, as browsers send it. `rid` names the layer in every packet, under id
    `rid_id`."""

    def __init__(  # noqa: PLR0917 (a stream's beginnings)
        self,
        ssrc: int,
        sequence: int = 1,
        timestamp: int = 0,
        payload_type: int = FORMATS["vp8"],
        rid: str | None = None,
        rid_id: int = HUB_EXTENSIONS.rid,
    ) -> None:
        super().__init__(
            ssrc, payload_type, sequence, timestamp, named(rid_id, rid) if rid is not None else b""
        )
        self._picture = sequence & 0x7FFF

    def frame(self, data: bytes, elapsed: int) -> Iterator[bytes]:
        """The packets of one frame, about equal as a browser makes them; the last has the marker bit."""
        self._picture = (self._picture + 1) & 0x7FFF
        tail = pack("!BH", 0x80, 0x8000 | self._picture)
        start = 0
        for size in about_equal(len(data)):
            descriptor = (b"\x90" if start == 0 else b"\x80") + tail
            end = start + size
            yield self.packet(descriptor + data[start:end], elapsed, marker=end == len(data))
            start = end


def about_equal(octets: int) -> list[int]:
    """Sizes of as few packets as hold a frame, no two further apart than one octet, the smaller ones
    first."""
    count = -(-octets // LARGEST)
    size, larger = divmod(octets, max(1, count))
    return [size] * (count - larger) + [size + 1] * larger


class VoiceTrack(Track):
    """Opus, one frame a packet."""

    def __init__(
        self, ssrc: int, sequence: int = 1, timestamp: int = 0, payload_type: int = FORMATS["opus"]
    ) -> None:
        super().__init__(ssrc, payload_type, sequence, timestamp)

    def frame(self, data: bytes, elapsed: int) -> bytes:
        """One packet; the first has the marker bit (the beginning of a talkspurt)."""
        return self.packet(data, elapsed, marker=self.packets == 0)
