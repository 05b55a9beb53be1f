"""RTP as a sender writes it: VP8 frames into packets (RFC 7741), Opus frames one each (RFC 7587). Pure."""

from collections.abc import Iterator
from struct import pack
from typing import Final

from endpoints.peer.description import FORMATS

LARGEST: Final = 1180
"""Payload bytes of one packet: with every header and SRTP trailer it stays below 1,280."""


class Track:
    """The numbering of one outgoing SSRC."""

    def __init__(self, ssrc: int, payload_type: int, sequence: int, timestamp: int) -> None:
        self.ssrc = ssrc
        self.packets = 0
        self.octets = 0
        self.timestamp = timestamp
        self._type = payload_type
        self._sequence = sequence
        self._base = timestamp

    def packet(self, payload: bytes, elapsed: int, *, marker: bool) -> bytes:
        """`elapsed` is the media time since the start, in units of the clock rate."""
        self.timestamp = (self._base + elapsed) & 0xFFFFFFFF
        second = (0x80 if marker else 0) | self._type
        head = pack("!BBHII", 0x80, second, self._sequence, self.timestamp, self.ssrc)
        self._sequence = (self._sequence + 1) & 0xFFFF
        self.packets += 1
        self.octets += len(payload)
        return head + payload


class PictureTrack(Track):
    """VP8 with 15-bit picture ids, as browsers send it."""

    def __init__(
        self, ssrc: int, sequence: int = 1, timestamp: int = 0, payload_type: int = FORMATS["vp8"]
    ) -> None:
        super().__init__(ssrc, payload_type, sequence, timestamp)
        self._picture = sequence & 0x7FFF

    def frame(self, data: bytes, elapsed: int) -> Iterator[bytes]:
        """The packets of one frame; the last has the marker bit."""
        self._picture = (self._picture + 1) & 0x7FFF
        tail = pack("!BH", 0x80, 0x8000 | self._picture)
        for start in range(0, len(data), LARGEST):
            descriptor = (b"\x90" if start == 0 else b"\x80") + tail
            yield self.packet(
                descriptor + data[start : start + LARGEST], elapsed, marker=start + LARGEST >= len(data)
            )


class VoiceTrack(Track):
    """Opus, one frame a packet."""

    def __init__(
        self, ssrc: int, sequence: int = 1, timestamp: int = 0, payload_type: int = FORMATS["opus"]
    ) -> None:
        super().__init__(ssrc, payload_type, sequence, timestamp)

    def frame(self, data: bytes, elapsed: int) -> bytes:
        """One packet; the first has the marker bit (the beginning of a talkspurt)."""
        return self.packet(data, elapsed, marker=self.packets == 0)
