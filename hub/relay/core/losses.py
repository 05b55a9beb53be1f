"""What a publisher's track is missing, and when to ask for it again (RFC 4585 NACK)."""

from dataclasses import dataclass

from hub.relay.core.limits import Limits


@dataclass(slots=True)
class _Missing:
    ask_at: float
    tries: int = 0


class Losses:
    """The unused numbers behind the newest packet. A late packet is taken only when its number is still here.

    That is also what drops duplicates: a number leaves this set the first time it arrives.
    """

    def __init__(self, limits: Limits, tries: int) -> None:
        self._limits = limits
        self._tries = tries
        self._missing: dict[int, _Missing] = {}
        self.pending = False
        """Whether `due` still has anything to ask for."""

    def skipped(self, first: int, last: int, now: float) -> None:
        """Numbers `first` to `last` were passed over just now."""
        for number in range(first, last + 1):
            self._missing[number] = _Missing(now + self._limits.nack_first)
        if first <= last:
            self.pending = True
            self._forget(last + 1 - self._limits.window)

    def _forget(self, before: int) -> None:
        for number in list(self._missing):
            if number >= before:
                break  # numbers stand in ascending order
            del self._missing[number]

    def found(self, number: int) -> bool:
        """Take a late packet's number; False when it was used already or is too old."""
        return self._missing.pop(number, None) is not None

    def due(self, now: float, again: float) -> tuple[list[int], bool]:
        """The numbers to ask for now, and whether one was just given up.

        `again` is the wait before the same number is asked for once more: about a round trip.
        """
        wanted: list[int] = []
        given_up = False
        self.pending = False
        for number, missing in self._missing.items():
            if missing.tries > self._tries:
                continue
            if now >= missing.ask_at:
                given_up |= missing.tries == self._tries
                missing.tries += 1
                missing.ask_at = now + again
                if missing.tries <= self._tries:
                    wanted.append(number)
            self.pending |= missing.tries <= self._tries
        return wanted, given_up
