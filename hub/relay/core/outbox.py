"""What waits to be drained, and every lane that may still be in somebody's hands."""

from collections.abc import Iterable
from weakref import WeakSet

from hub.relay.core.plan import Cut, Feedback, Lane, Output, Plan, SourceChanged
from hub.relay.core.specs import SlotName


class Outbox:
    """The one way out of the core.

    Lanes are remembered weakly: a plan that was drained and not yet executed keeps its lane alive, so `cut`
    closes it too.
    """

    def __init__(self) -> None:
        self._queue: list[Output] = []
        self._lanes: WeakSet[Lane] = WeakSet()

    def lane(self, slot: SlotName, members: tuple[tuple[str, int], ...]) -> Lane:
        """A new open lane."""
        lane = Lane(slot, members)
        self._lanes.add(lane)
        return lane

    def send(self, packet: bytes, lane: Lane, now: float, received_at: float | None = None) -> None:
        """Queue a plan and count it on its lane."""
        lane.packets += 1
        lane.octets += len(packet)
        lane.last_at = now
        self._queue.append(Plan(packet, lane, received_at))

    def say(self, output: Feedback | SourceChanged) -> None:
        """Queue anything that is not media."""
        self._queue.append(output)

    def cut(self, slot: SlotName, peers: set[str]) -> list[Plan]:
        """Make sure that nothing queued or handed out for this slot reaches these peers.

        Every lane with one of them closes. Plans still queued go on to the other members on a new lane; they
        are returned in their old shape, so that what the peers were credited with can be taken back.
        """
        closed = {id(lane) for lane in self._lanes if lane.slot == slot and _has(lane, peers)}
        for lane in self._lanes:
            if id(lane) in closed:
                lane.open = False
        taken: list[Plan] = []
        kept: list[Output] = []
        for output in self._queue:
            if isinstance(output, Plan) and id(output.lane) in closed:
                taken.append(output)
                kept += self._without(output, peers)
            else:
                kept.append(output)
        self._queue = [*kept, Cut(slot, frozenset(peers))]
        return taken

    def _without(self, plan: Plan, peers: set[str]) -> Iterable[Plan]:
        members = tuple(member for member in plan.lane.members if member[0] not in peers)
        return [Plan(plan.packet, self.lane(plan.lane.slot, members), plan.received_at)] if members else []

    def drain(self) -> list[Output]:
        """Everything queued, oldest first."""
        queue, self._queue = self._queue, []
        return queue


def _has(lane: Lane, peers: set[str]) -> bool:
    return any(peer in peers for peer, _ in lane.members)
