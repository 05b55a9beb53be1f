"""What a publisher's track is missing, and when to ask for it again (RFC 4585 NACK)."""

from dataclasses import dataclass
from typing import Final

from hub.relay.core.limits import Limits

_FALLS: Final = 1 / 4
_RISES: Final = 1 / 8
_PATIENCE: Final = 1.25
"""Half of all answers take longer than answers take."""


@dataclass(slots=True)
class _Missing:
    since: float
    """When it was asked for last, or before that, when it was noticed."""
    asked_at: float = 0.0
    """When it was asked for first."""
    tries: int = 0
    given_up: bool = False


class Losses:
    """The unused numbers behind the newest packet. A late packet is taken only when its number is still here.

    That is also what drops duplicates: a number leaves this set the first time it arrives.

    `answered_in` is how long answers take, as far as they told (0 before the first): a publisher that is sent
    nothing, or is connected to another relay, never tells a round trip, and to ask ten times before the first
    answer can be here costs ten answers and a keyframe.
    """

    def __init__(self, limits: Limits, tries: int) -> None:
        self.answered_in = 0.0
        self._limits = limits
        self._tries = tries
        self._missing: dict[int, _Missing] = {}
        self.pending = False
        """Whether `due` still has anything to ask for."""

    def skipped(self, first: int, last: int, now: float) -> None:
        """Numbers `first` to `last` were passed over just now."""
        for number in range(first, last + 1):
            self._missing[number] = _Missing(now)
        if first <= last:
            self.pending = True
            self._forget(last + 1 - self._limits.window)

    def _forget(self, before: int) -> None:
        for number in list(self._missing):
            if number >= before:
                break  # numbers stand in ascending order
            del self._missing[number]

    def found(self, number: int, now: float) -> bool:
        """Take a late packet's number; False when it was used already or is too old."""
        missing = self._missing.pop(number, None)
        if missing is None:
            return False
        if missing.tries:  # given up or not
            self._learn(now - missing.asked_at)
        return True

    def _learn(self, took: float) -> None:
        """One that only was overtaken looks like a quick answer, one whose first answer got lost like a slow
        one: neither may move the estimate far."""
        took = min(took, self._limits.nack_again_most)
        known = self.answered_in or took
        self.answered_in = known + (took - known) * (_FALLS if took < known else _RISES)

    def due(self, now: float, round_trip: float) -> tuple[list[int], bool]:
        """The numbers to ask for now, and whether one was just given up.

        A number is asked for once more after `round_trip`, or when its answer is overdue by what others took,
        if that is longer; the longer, the fewer times.
        """
        again = max(round_trip, self.answered_in * _PATIENCE, self._limits.nack_again)
        most = min(self._tries, max(self._limits.nack_tries_least, int(self._limits.nack_for / again)))
        wanted: list[int] = []
        given_up = False
        self.pending = False
        for number, missing in self._missing.items():
            if missing.given_up:
                continue
            if now >= missing.since + (again if missing.tries else self._limits.nack_first):
                if missing.tries >= most:
                    missing.given_up = given_up = True
                    continue
                if not missing.tries:
                    missing.asked_at = now
                missing.tries += 1
                missing.since = now
                wanted.append(number)
            self.pending = True
        return wanted, given_up
