"""How much a stream takes of a line: bits per second, averaged over about a second."""

from typing import Final

from hub.relay.core.stamp import ON_THE_LINE

_WINDOW: Final = 0.5
_STALE: Final = 2.0
"""After this long without a packet what was measured before says nothing any more."""


class Meter:
    """Costs an addition per packet. The latest half-second weighs as much as everything before it."""

    def __init__(self) -> None:
        self._octets = 0
        self._since: float | None = None
        self._rate: float | None = None
        self.turn_at = 0.0

    def add(self, octets: int, now: float) -> None:
        """A packet of that size went by."""
        if now >= self.turn_at:
            self._turn(now)
        self._octets += octets + ON_THE_LINE

    def rate(self, now: float) -> float:
        """Bits per second; 0 before the first packet."""
        if self._since is None:
            return 0.0
        if now >= self.turn_at:
            self._turn(now)
        if self._rate is not None:
            return self._rate
        return self._octets * 8 / max(now - self._since, _WINDOW)

    def _turn(self, now: float) -> None:
        if self._since is None:
            self._since = now
        elapsed = now - self._since
        if elapsed >= _WINDOW:
            sample = self._octets * 8 / elapsed
            fresh = self._rate is None or elapsed >= _STALE
            self._rate = sample if fresh else (sample + (self._rate or 0.0)) / 2
            self._octets, self._since = 0, now
        self.turn_at = self._since + _WINDOW
