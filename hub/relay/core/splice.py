"""One unbroken stream out of many sources: sequence numbers, timestamps and VP8 picture ids go on across
every switch."""

from typing import Final

from hub.relay.core import vp8
from hub.relay.core.rtp import Rtp, build
from hub.relay.core.seeds import Seeds
from hub.relay.core.specs import CLOCK_RATE, HUB_PAYLOAD_TYPES, Codec

_PAYLOAD_TYPE: Final = dict(HUB_PAYLOAD_TYPES)
_FRAMES_PER_SECOND: Final = 30
"""A switch advances the timestamp by one frame of this rate at the least; 50 for voice would do as well."""


class Splice:
    """Rewrites the packets of whichever source feeds a slot. Slot numbers never wrap; the wire carries their
    low 16 bits.

    `head` is the highest slot number written, `timestamp` and `written_at` belong to it. `source_timestamp`
    is the same packet's timestamp on its source's clock.
    """

    def __init__(self, ssrc: int, first: Seeds) -> None:
        self._ssrc = ssrc
        self.head = first.sequence - 1
        self.timestamp = first.timestamp
        self.source_timestamp = 0
        self.written_at: float | None = None
        self._picture = first.picture
        self._tl0 = first.tl0
        self._begins_at = 0
        self._number_shift = 0
        self._timestamp_shift = 0
        self._picture_shift = 0
        self._tl0_shift = 0

    def begin(self, extended: int, rtp: Rtp, codec: Codec, now: float) -> None:
        """From the packet numbered `extended` by its source on, that source feeds the slot."""
        self._begins_at = extended
        self._number_shift = self.head + 1 - extended
        self._timestamp_shift = self.timestamp + self._pause(CLOCK_RATE[codec], now) - rtp.timestamp
        if codec is Codec.VP8 and rtp.payload:
            descriptor = vp8.describe(rtp.payload)
            self._picture_shift = self._picture + 1 - descriptor.picture
            self._tl0_shift = self._tl0 + 1 - descriptor.tl0

    def _pause(self, clock_rate: int, now: float) -> int:
        if self.written_at is None:
            return 0
        return max(clock_rate // _FRAMES_PER_SECOND, int((now - self.written_at) * clock_rate))

    def place(self, extended: int) -> int | None:
        """The slot number of a source's packet; None when it belongs before the source's beginning here."""
        return extended + self._number_shift if extended >= self._begins_at else None

    def write(self, place: int, rtp: Rtp, codec: Codec, now: float) -> bytes:
        """The packet as it stands in the slot, with the hub's payload type. Raises `Malformed` for a bad VP8
        descriptor."""
        newest = place > self.head
        payload = self._renumbered(rtp.payload, newest) if codec is Codec.VP8 and rtp.payload else rtp.payload
        timestamp = (rtp.timestamp + self._timestamp_shift) & 0xFFFFFFFF
        if newest:
            self.head, self.timestamp, self.source_timestamp, self.written_at = (
                place,
                timestamp,
                rtp.timestamp,
                now,
            )
        return build(_PAYLOAD_TYPE[codec], rtp.marker, place, timestamp, self._ssrc, payload)

    def _renumbered(self, payload: bytes, newest: bool) -> bytes:
        descriptor = vp8.describe(payload)
        if not descriptor.picture_at and not descriptor.tl0_at:
            return payload
        picture = (descriptor.picture + self._picture_shift) & 0x7FFF
        tl0 = (descriptor.tl0 + self._tl0_shift) & 0xFF
        if newest:
            self._picture, self._tl0 = picture, tl0
        return vp8.renumber(payload, descriptor, picture, tl0)
