"""Few frames out of a full stream: the lowest temporal layer (RFC 7741 §4.2), or keyframes only."""

from collections import deque
from itertools import takewhile
from typing import Final

from hub.relay.core import vp8
from hub.relay.core.specs import Codec
from hub.relay.core.track import Arrival

_MEMORY: Final = 1_024
"""Dropped numbers remembered, so that late packets find their place: as far back as late ones are taken."""


class Sieve:
    """Drops whole frames and closes the numbers up behind them. What was lost before it came leaves a gap, as
    any loss does: nobody knows whether it would have been kept."""

    def __init__(self) -> None:
        self._dropped: deque[int] = deque(maxlen=_MEMORY)
        self._count = 0
        self._key_timestamp: int | None = None
        self.has_layers = False
        """Whether the stream tells its temporal layers; without them only keyframes pass."""

    def take(self, arrival: Arrival, codec: Codec) -> int | None:
        """The number of a packet that stays, None for one that goes. Raises `Malformed` for a bad VP8
        descriptor."""
        if arrival.key:
            self._key_timestamp = arrival.rtp.timestamp
        kept = self._keeps(arrival, codec) or arrival.key
        if arrival.late:
            return self._late(arrival.extended) if kept else None
        if kept:
            return arrival.extended - self._count
        self._dropped.append(arrival.extended)
        self._count += 1
        return None

    def _keeps(self, arrival: Arrival, codec: Codec) -> bool:
        if codec is Codec.VP8 and arrival.rtp.payload:
            temporal = vp8.describe(arrival.rtp.payload).temporal
            if temporal is not None:
                self.has_layers = True
                return temporal == 0
        return bool(arrival.rtp.payload) and arrival.rtp.timestamp == self._key_timestamp

    def _late(self, extended: int) -> int | None:
        after = sum(1 for _ in takewhile(lambda number: number > extended, reversed(self._dropped)))
        if after == _MEMORY:
            return None
        return extended - self._count + after
