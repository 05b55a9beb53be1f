"""What the relay knows and wants of one viewer's line."""

from math import inf
from typing import Final

from hub.relay.core.downlink import Downlink
from hub.relay.core.ladder import Rungs
from hub.relay.core.probe import Padding, Probe
from hub.relay.core.specs import Rung, SlotName

_BACK_OFF: Final = 5.0
_LONGEST_BACK_OFF: Final = 60.0
_TRIAL: Final = 6.0
"""Seconds; whoever falls this soon after a climb climbed in vain."""


class Line:
    """One viewer's. `wants` are the most it has use for, slot by slot. Times are in seconds."""

    def __init__(self, due_at: float) -> None:
        self.downlink = Downlink()
        self.wants: dict[SlotName, Rung] = {}
        self.rungs: Rungs = {}
        self.limited = False
        """Whether it is (or may have to be) sent less than it has use for."""
        self.changed = True
        """Whether its wants changed since it was last looked at."""
        self.padding: Padding | None = None
        self.probe: Probe | None = None
        self.due_at = due_at
        self.judged_at = due_at
        self.given = 0
        self.media = 0.0
        """Bits per second of pictures and voices, at the last look."""
        self.demand = 0.0
        """Bits per second of all it has use for and its line carries."""
        self.climb_at = 0.0
        """Not before this time is it sent more."""
        self.probe_at = 0.0
        """Not before this time is it tried with padding."""
        self._climbed_at = -inf
        self._failures = 0

    def inherit(self, other: "Line") -> None:
        """Go on with another's wants and numbers: the same peer, replaced."""
        self.wants = other.wants
        if self.padding is not None and other.padding is not None:
            self.padding.number = max(self.padding.number, other.padding.number)

    def fell(self, now: float) -> None:
        """It is sent less, since its line did not carry more. Soon after a climb that means a longer wait
        before the next one."""
        self._failures = self._failures + 1 if now - self._climbed_at < _TRIAL else 0
        self._climbed_at = -inf
        self.climb_at = now + min(_LONGEST_BACK_OFF, _BACK_OFF * 2 ** max(0, self._failures - 1))
        self.probe_at = self.climb_at

    def climbed(self, now: float) -> None:
        """It is sent more."""
        self._climbed_at = now

    def is_settled(self, now: float) -> bool:
        """The last climb is no trial any more."""
        return now - self._climbed_at >= _TRIAL

    def probe_failed(self, now: float) -> None:
        """The line does not carry more now. Padding does little harm, so the wait is short: a line that
        recovers is to be noticed."""
        self.probe = None
        self.probe_at = now + _BACK_OFF
