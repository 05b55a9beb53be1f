"""Retransmission to viewers: what they miss, from the history, within bounds."""

from collections.abc import Iterable
from itertools import islice

from hub.relay.core.limits import Limits
from hub.relay.core.plan import Totals
from hub.relay.core.slot import SlotStream
from hub.relay.core.view import Phase


class Allowance:
    """So many in each second; what is not used is not saved."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._second = -1
        self._left = 0

    def take(self, now: float) -> bool:
        """Use one; False when this second's are used up."""
        if int(now) != self._second:
            self._second = int(now)
            self._left = self._per_second
        self._left -= 1
        return self._left >= 0


class Resender:
    """Answers the NACKs of all viewers. Nobody is resent anything while outside the audience."""

    def __init__(self, limits: Limits, totals: Totals) -> None:
        self._limits = limits
        self._totals = totals
        self._in_all = Allowance(limits.resends_in_all)

    def answer(
        self, stream: SlotStream, peer: str, sequences: Iterable[int], allowance: Allowance, now: float
    ) -> None:
        """Resend what that peer was given under these 16-bit numbers; the rest is counted."""
        view = stream.viewers.get(peer)
        if view is None or view.phase is Phase.OUT:
            self._totals.add("nacks_refused_outside")
            return
        for sequence in islice(sequences, self._limits.resends_per_viewer):
            found = view.resolve(sequence, stream.splice.head)
            kept = stream.history.get(found[0]) if found else None
            if found is None or kept is None:
                self._totals.add("resends_unknown")
                continue
            if not (allowance.take(now) and self._in_all.take(now)):
                self._totals.add("resends_over_cap")
                return
            stream.viewers.resend(kept.packet, kept.codec, view, found[1], now)
            self._totals.add("resends")
