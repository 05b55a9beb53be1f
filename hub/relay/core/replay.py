"""Joiners catch up: the stored group of pictures, paced so that 190 of them do not stall the live packets."""

from collections.abc import Sequence

from hub.relay.core.limits import Limits
from hub.relay.core.variant import Variant
from hub.relay.core.view import Phase, View


class Replay:
    """Call `tick` every `Limits.tick` while anybody is being replayed anything; it sends at most
    `replay_copies` over all variants of all slots."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._turn = 0

    def tick(self, variants: Sequence[Variant], now: float) -> None:
        """One tick. Variants take turns at being first, so that a crowd in one does not starve another."""
        budget = self._limits.replay_copies
        self._turn += 1
        for index in range(len(variants)):
            variant = variants[(index + self._turn) % len(variants)]
            budget -= self._catch_up(variant, budget, now)

    def _catch_up(self, variant: Variant, budget: int, now: float) -> int:
        """Whoever is nearest to done goes first, in long strides: what one viewer gets in a row is cheap to
        send.

        Returns the number of copies sent.
        """
        used = 0
        stride = self._limits.replay_per_viewer
        for cursor, cohort in _cohorts(variant):
            left = cohort
            while left and used < budget:
                share = left[: max(1, (budget - used) // stride)]
                left = left[len(share) :]
                count = max(1, min(stride, (budget - used) // len(share)))
                used += _advance(variant, share, cursor, cursor + count, now)
        return used


def _advance(variant: Variant, views: list[View], start: int, end: int, now: float) -> int:
    end = min(end, variant.splice.head + 1)
    kept = [packet for number in range(start, end) if (packet := variant.history.get(number)) is not None]
    for view in views:
        view.cursor = end
    if kept:
        variant.lanes.send_once([packet.packet for packet in kept], views, kept[0].codec, now)
    if end > variant.splice.head:
        for view in views:
            _catch_up_with(variant, view)
    return len(kept) * len(views)


def _catch_up_with(variant: Variant, view: View) -> None:
    """It has been replayed everything: from now on it is sent what the others are sent."""
    variant.replaying.pop(view.peer, None)
    view.phase = Phase.LIVE
    variant.lanes.add(view)


def _cohorts(variant: Variant) -> list[tuple[int, list[View]]]:
    """Joiners that stand at the same number share their plans."""
    cohorts: dict[int, list[View]] = {}
    for view in variant.replaying.values():
        cohorts.setdefault(view.cursor, []).append(view)
    return sorted(cohorts.items(), reverse=True)
