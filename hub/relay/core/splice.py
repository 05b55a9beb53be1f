"""One unbroken stream out of many sources: sequence numbers, timestamps and VP8 picture ids go on across
every switch."""

from typing import Final

from hub.relay.core import stamp, vp8
from hub.relay.core.ledger import Head
from hub.relay.core.pictures import Pictures
from hub.relay.core.rtp import Rtp
from hub.relay.core.seeds import Seeds
from hub.relay.core.specs import CLOCK_RATE, HUB_PAYLOAD_TYPES, Codec

_PAYLOAD_TYPE: Final = dict(HUB_PAYLOAD_TYPES)
_FRAMES_PER_SECOND: Final = 30
"""A switch advances the timestamp by one frame of this rate at the least; 50 for voice would do as well."""


class Splice:
    """Rewrites the packets of whichever source feeds a stream. Its numbers never wrap; the wire carries their
    low 16 bits.

    `head` is the highest number written, `timestamp` and `written_at` belong to it. `source_timestamp` is the
    same packet's timestamp on its source's clock. `pictures` are the VP8 counters.
    """

    def __init__(self, ssrc: int, first: Seeds, longest: int = 0, before: Head | None = None) -> None:
        """Pictures are padded up to `longest` octets at most. `before` is where the stream stood when the
        process before this one was killed; it replaces `first`."""
        self._ssrc = ssrc
        self._longest = longest
        self.head = first.sequence - 1
        self.timestamp = first.timestamp
        self.source_timestamp = 0
        self.written_at: float | None = None
        self.pictures = Pictures(first.picture, first.tl0)
        if before is not None:
            self.head, self.timestamp, self.written_at = before.number, before.timestamp, before.at
            self.pictures = Pictures(before.picture, before.tl0)
        self._begins_at = 0
        self._number_shift = 0
        self._timestamp_shift = 0

    def begin(self, extended: int, rtp: Rtp, codec: Codec, now: float, timestamp: int | None = None) -> None:
        """From the packet numbered `extended` by its source on, that source feeds the stream.

        Its timestamp there is `timestamp`, or goes on from the former source's by the time that went by.
        """
        self._begins_at = extended
        self._number_shift = self.head + 1 - extended
        self.align(rtp, self.timestamp + self.pause(codec, now) if timestamp is None else timestamp)
        if codec is Codec.VP8 and rtp.payload:
            self.pictures.begin(vp8.describe(rtp.payload))

    def lead(self, rtp: Rtp, picture: int, tl0: int) -> None:
        """The VP8 keyframe that this packet begins gets these numbers at the least. Raises `Malformed` for a
        bad descriptor."""
        self.pictures.lead(vp8.describe(rtp.payload), picture, tl0)

    def picture_of(self, rtp: Rtp) -> int | None:
        """The picture id of a VP8 packet here, None when the source tells none."""
        descriptor = vp8.describe(rtp.payload)
        return self.pictures.of(descriptor)[0] if descriptor.picture_at else None

    def align(self, rtp: Rtp, timestamp: int) -> None:
        """From now on that packet of the source has this timestamp."""
        self._timestamp_shift = timestamp - rtp.timestamp

    def pause(self, codec: Codec, now: float) -> int:
        """How far the timestamp moves when another source goes on at `now`."""
        if self.written_at is None:
            return 0
        rate = CLOCK_RATE[codec]
        return max(rate // _FRAMES_PER_SECOND, int((now - self.written_at) * rate))

    def place(self, extended: int) -> int | None:
        """The number here of a source's packet; None when it belongs before the source's beginning."""
        return extended + self._number_shift if extended >= self._begins_at else None

    def stamp(self, rtp: Rtp) -> int:
        """The timestamp that packet has here."""
        return (rtp.timestamp + self._timestamp_shift) & 0xFFFFFFFF

    def write(self, place: int, rtp: Rtp, codec: Codec, now: float) -> bytes:
        """The packet as it stands in the stream, with the hub's payload type. Raises `Malformed` for a bad
        VP8 descriptor."""
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
        longest = 0 if codec is Codec.OPUS else self._longest
        return stamp.write(
            _PAYLOAD_TYPE[codec], rtp.marker, place, timestamp, self._ssrc, payload, now, longest
        )

    def _renumbered(self, payload: bytes, newest: bool) -> bytes:
        descriptor = vp8.describe(payload)
        if not descriptor.picture_at and not descriptor.tl0_at:
            return payload
        picture, tl0 = self.pictures.of(descriptor)
        if newest:
            self.pictures.wrote(descriptor, picture, tl0)
        return vp8.renumber(payload, descriptor, picture, tl0)
