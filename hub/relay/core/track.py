"""One run of one publisher's SSRC with one codec: extended numbers, losses, statistics. A restart is a new
track."""

from collections import deque
from itertools import takewhile
from typing import NamedTuple

from hub.relay.core.keyframe import starts_keyframe
from hub.relay.core.limits import Limits
from hub.relay.core.losses import Losses
from hub.relay.core.reception import Reception
from hub.relay.core.rtp import Rtp, forward_distance
from hub.relay.core.specs import CLOCK_RATE, Codec, Layer


class Arrival(NamedTuple):
    """A packet that was taken. `extended` counts on without the numbers that were used for padding; `late`
    means that newer ones came before; `key` that a receiver may begin here."""

    rtp: Rtp
    extended: int
    late: bool
    key: bool
    layer: Layer = Layer.HIGH


class Track:
    """Each number is taken at most once, whatever the network or the publisher repeats.

    What was used for padding is closed up: to viewers it would be a loss. Padding that is overtaken leaves
    its gap, since what came after it has its number already. Losses and reports keep the publisher's numbers.
    """

    def __init__(self, rtp: Rtp, codec: Codec, limits: Limits) -> None:
        self.ssrc = rtp.ssrc
        self.codec = codec
        self.losses = Losses(
            limits, limits.nack_tries_voice if codec is Codec.OPUS else limits.nack_tries_picture
        )
        self._limits = limits
        # One turn of the circle up, so that no number is ever negative.
        self._highest = rtp.sequence + 0xFFFF
        self.reception = Reception(rtp.ssrc, self._highest + 1, CLOCK_RATE[codec])
        self._key_timestamp: int | None = None
        self._padded: deque[int] = deque(maxlen=limits.window)
        """The newest of the numbers closed up, in ascending order."""
        self._closed = 0
        """How many numbers were closed up."""

    def jumps(self, sequence: int) -> bool:
        """Whether that number is too far ahead to be this run's continuation."""
        return forward_distance(self._highest & 0xFFFF, sequence) > self._limits.max_gap

    def take(self, rtp: Rtp, now: float) -> Arrival | None:
        """Number a packet; None for a duplicate or one that is too late.

        Raises `Malformed` when the codec's header cannot be read; the number then stays unused.
        """
        key = starts_keyframe(self.codec, rtp.payload)
        ahead = forward_distance(self._highest & 0xFFFF, rtp.sequence)
        extended = self._highest + ahead
        if ahead > 0:
            self.losses.skipped(self._highest + 1, extended - 1, now)
            self._highest = extended
            number: int | None = extended - self._closed
        elif self.losses.found(extended, now):
            number = self._late(extended)
        else:
            return None
        self.reception.arrived(extended, rtp.timestamp, now)
        if number is None:
            return None
        return Arrival(rtp, number, ahead <= 0, key and self._is_first(rtp.timestamp))

    def _late(self, extended: int) -> int | None:
        """The number of a late packet where padding is closed up; None when nobody remembers how much came
        after it."""
        after = sum(1 for _ in takewhile(lambda padded: padded > extended, reversed(self._padded)))
        return None if after == self._limits.window else extended - self._closed + after

    def pass_over(self, sequence: int, now: float) -> None:
        """A number that was used for padding: nothing is to be asked for, nothing forwarded."""
        ahead = forward_distance(self._highest & 0xFFFF, sequence)
        extended = self._highest + ahead
        if 0 < ahead <= self._limits.max_gap:
            self.losses.skipped(self._highest + 1, extended - 1, now)
            self._highest = extended
            self._padded.append(extended)
            self._closed += 1
        elif ahead > 0 or not self.losses.found(extended, now):
            return
        self.reception.padded(extended)

    def _is_first(self, timestamp: int) -> bool:
        """H.264 announces one keyframe up to three times (parameter sets, picture); only the first counts."""
        if self.codec is Codec.OPUS:
            return True
        first = timestamp != self._key_timestamp
        self._key_timestamp = timestamp
        return first
