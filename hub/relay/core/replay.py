"""Joiners catch up: the stored group of pictures, paced so that 190 of them do not stall the live packets."""

from hub.relay.core.limits import Limits
from hub.relay.core.slot import SlotStream
from hub.relay.core.view import View


class Replay:
    """Call `tick` every `Limits.tick` while any slot has `viewers.replaying`; it sends at most
    `replay_copies` over all slots."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._turn = 0

    def tick(self, streams: list[SlotStream], now: float) -> None:
        """One tick. Slots take turns at being first, so that a crowd in one does not starve another."""
        budget = self._limits.replay_copies
        self._turn += 1
        for index in range(len(streams)):
            stream = streams[(index + self._turn) % len(streams)]
            budget -= self._catch_up(stream, budget, now)

    def _catch_up(self, stream: SlotStream, budget: int, now: float) -> int:
        """Whoever is nearest to done goes first, in long strides: what one viewer gets in a row is cheap to
        send.

        Returns the number of copies sent.
        """
        used = 0
        stride = self._limits.replay_per_viewer
        for cursor, cohort in _cohorts(stream):
            left = cohort
            while left and used < budget:
                share = left[: max(1, (budget - used) // stride)]
                left = left[len(share) :]
                count = max(1, min(stride, (budget - used) // len(share)))
                used += self._advance(stream, share, cursor, cursor + count, now)
        return used

    def _advance(self, stream: SlotStream, views: list[View], start: int, end: int, now: float) -> int:
        end = min(end, stream.splice.head + 1)
        kept = [packet for number in range(start, end) if (packet := stream.history.get(number)) is not None]
        for view in views:
            view.cursor = end
        if kept:
            stream.viewers.send_once([packet.packet for packet in kept], views, kept[0].codec, now)
        if end > stream.splice.head:
            for view in views:
                stream.viewers.catch_up(view)
        return len(kept) * len(views)


def _cohorts(stream: SlotStream) -> list[tuple[int, list[View]]]:
    """Joiners that stand at the same number share their plans."""
    cohorts: dict[int, list[View]] = {}
    for view in stream.viewers.replaying.values():
        cohorts.setdefault(view.cursor, []).append(view)
    return sorted(cohorts.items(), reverse=True)
