"""One variant of a slot: the continuous stream of one rung, whichever sources feed the slot."""

from collections import deque
from typing import Final

from hub.relay.core.common import Common
from hub.relay.core.few import Sieve
from hub.relay.core.history import History
from hub.relay.core.lanes import Lanes
from hub.relay.core.ledger import NO_STREAM, Head
from hub.relay.core.meter import Meter
from hub.relay.core.seeds import Seeds
from hub.relay.core.source import Source
from hub.relay.core.specs import CLOCK_RATE, SLOT_SSRC, Codec, Layer, Rung, SlotName
from hub.relay.core.splice import Splice
from hub.relay.core.stamp import timestamp_of
from hub.relay.core.track import Arrival, Track
from hub.relay.core.view import View

_GAPS: Final = 256
"""Gaps in what the publisher's line let through, remembered until viewers report them as lost."""
_FILLED: Final = 1_024
_OUTAGE: Final = 0.5
"""Seconds without a packet. What comes later than that, receivers do not count as received."""


class Variant:
    """Its own numbers, history, group of pictures and lanes. All variants of a slot share its SSRC: a viewer
    is sent one of them at a time.

    `line` is its line of the ledger. `source`, `track` and `layer` are what feeds it, None between two.
    """

    def __init__(self, stage: str, slot: SlotName, rung: Rung, first: Seeds, common: Common) -> None:
        self.rung = rung
        self.line = common.ledger.stream(stage, slot, rung)
        self.splice = Splice(SLOT_SSRC[slot], first, common.limits.max_packet, self.line.before)
        self.history = History(common.limits.history)
        self.lanes = Lanes(slot, common.outbox)
        self.meter = Meter()
        self.replaying: dict[str, View] = {}
        self.awaiting: dict[str, View] = {}
        """Who starts here at the next keyframe, sent another variant or nothing until then."""
        self.source: Source | None = None
        self.track: Track | None = None
        self.layer = Layer.HIGH
        self.sieve: Sieve | None = None
        self.group_start: int | None = None
        self.group_picture: int | None = None
        """The picture id of its stored group's keyframe; None where there are none."""
        self.group_at = -1e9
        self._gaps: deque[tuple[int, int, bool]] = deque(maxlen=_GAPS)
        """First and last number, and whether they were lost in an outage."""
        self._filled: dict[int, float] = {}
        """When late packets came."""
        self._longest_replay = common.limits.replay_packets
        self._barrier = self.splice.head + 1

    @property
    def is_sent(self) -> bool:
        """Whether anybody is being sent it."""
        return bool(self.lanes.live or self.replaying)

    @property
    def is_wanted(self) -> bool:
        """Whether anybody is being sent it, or waits for it."""
        return bool(self.lanes.live or self.replaying or self.awaiting)

    def bar(self) -> None:
        """Newcomers are given nothing of what was forwarded up to now."""
        self._barrier = self.splice.head + 1

    def release(self) -> None:
        """What fed it is gone or no longer wanted. Its viewers stay."""
        self.source = self.track = self.sieve = None
        self.group_start = None

    def begin(
        self, source: Source, track: Track, arrival: Arrival, now: float, timestamp: int | None
    ) -> None:
        """From this packet on that track feeds it, with that timestamp or one that goes on by the clock."""
        self.source, self.track, self.layer = source, track, arrival.layer
        self.sieve = Sieve() if self.rung is Rung.FEW else None
        self.group_start = None
        number = self._number(arrival, track.codec)
        if number is not None:
            self.splice.begin(number, arrival.rtp, track.codec, now, timestamp)

    def place(self, arrival: Arrival, codec: Codec) -> int | None:
        """The number that packet has here; None for one that has no place."""
        number = arrival.extended if self.sieve is None else self._number(arrival, codec)
        return None if number is None else self.splice.place(number)

    def _number(self, arrival: Arrival, codec: Codec) -> int | None:
        return arrival.extended if self.sieve is None else self.sieve.take(arrival, codec)

    def write(self, place: int, arrival: Arrival, codec: Codec, now: float) -> bytes:
        """Rewrite, keep and measure that packet. The ledger hears of it before anybody is sent it."""
        splice, pictures = self.splice, self.splice.pictures
        following, silence = splice.head + 1, now - (splice.written_at or now)
        packet = splice.write(place, arrival.rtp, codec, now)
        if place > following:
            self._gaps.append((following, place - 1, silence >= _OUTAGE))
        elif place < following:
            self._filled[place] = now
            if len(self._filled) > _FILLED:
                del self._filled[next(iter(self._filled))]
        self.history.put(place, packet, codec)
        self.meter.add(len(packet), now)
        if self.line is not NO_STREAM and place == splice.head:
            self.line.wrote(Head(place, splice.timestamp, now, pictures.picture, pictures.tl0), len(packet))
        return packet

    def absent(self, first: int, last: int, before: float) -> int:
        """How many of these numbers it did not have before that time: the publisher's line lost them, and
        nobody was sent them."""
        count = 0
        for begins, ends, outage in reversed(self._gaps):
            if ends < first:
                break
            for place in range(max(first, begins), min(last, ends) + 1):
                late = self._filled.get(place, before) > before
                count += outage or late or self.history.get(place) is None
        return count

    def starts_group(self, place: int, arrival: Arrival, codec: Codec, now: float) -> bool:
        """A keyframe at that place: whether viewers may start there."""
        if arrival.late and place < max(self.group_start or 0, self._barrier):
            return False
        self.group_start, self.group_at = place, now
        self.group_picture = self.splice.picture_of(arrival.rtp) if codec is Codec.VP8 else None
        return True

    def replay_start(self) -> int | None:
        """Where a joiner may start now, None when it has to wait for the next keyframe."""
        start = self.group_start
        if start is None or start < self._barrier or self.splice.head - start >= self._longest_replay:
            return None
        return start

    def timestamp_at(self, place: int) -> int | None:
        """The timestamp of a number that was written; None when it is forgotten."""
        if place == self.splice.head:
            return self.splice.timestamp
        kept = self.history.get(place)
        return None if kept is None else timestamp_of(kept.packet)

    def clock(self, at: float) -> int | None:
        """What its timestamp is for something captured at that time; None while nothing feeds it."""
        written_at = self.splice.written_at
        if self.source is None or self.track is None or written_at is None:
            return None
        captured_at = self.source.captured_at(self.layer, self.splice.source_timestamp, written_at)
        return self.splice.timestamp + int((at - captured_at) * CLOCK_RATE[self.track.codec])
