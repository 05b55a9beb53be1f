"""Retransmission to viewers: what they miss, from the history, within bounds."""

from collections.abc import Iterable
from itertools import islice

from hub.relay.core.limits import Limits
from hub.relay.core.plan import Totals
from hub.relay.core.slot import SlotStream
from hub.relay.core.view import Phase, View


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

    def answer(  # noqa: PLR0917 (who asks for what, and what is known of the line)
        self,
        stream: SlotStream,
        peer: str,
        sequences: Iterable[int],
        allowance: Allowance,
        round_trip: float,
        now: float,
    ) -> int:
        """Resend what that peer was given under these 16-bit numbers; the rest is counted. One that is on its
        way already, sent within a round trip, is not sent again. Returns how many are asked for for the
        first time."""
        view = stream.viewers.get(peer)
        if view is None or view.phase is Phase.OUT:
            self._totals.add("nacks_refused_outside")
            return 0
        patience = max(self._limits.resend_again, 0.8 * round_trip)
        new = 0
        for sequence in islice(sequences, self._limits.resends_per_viewer):
            found = view.resolve(sequence, self._limits.resend_window)
            kept = found.variant.history.get(found.place) if found else None
            if found is None or kept is None:
                self._totals.add("resends_unknown")
                continue
            if view.falls or (view.home is not None and found.variant is not view.home):
                # It begins anew with a keyframe of another variant: nothing before that is of use to it.
                self._totals.add("resends_of_former")
                continue
            number = found.place + found.offset
            before = view.resent.get(number)
            if before is not None and now - before < patience:
                self._totals.add("resends_in_flight")
                continue
            if before is None:
                new += 1
            if not (allowance.take(now) and self._in_all.take(now)):
                self._totals.add("resends_over_cap")
                return new
            self._remember(view, number, now)
            stream.viewers.resend(kept, found, view, now)
            self._totals.add("resends")
        return new

    def _remember(self, view: View, number: int, now: float) -> None:
        view.resent.pop(number, None)
        view.resent[number] = now
        if len(view.resent) > self._limits.resends_per_viewer:
            del view.resent[next(iter(view.resent))]
