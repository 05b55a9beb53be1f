"""The viewers of one slot: who is live, who is joining, on which lanes, and what each was sent."""

from collections.abc import Iterable, Iterator

from hub.relay.core.outbox import Outbox
from hub.relay.core.plan import Lane, Plan
from hub.relay.core.rtp import with_payload_type
from hub.relay.core.specs import Codec, SlotCount, SlotName
from hub.relay.core.view import Phase, View

_SENT_TO = (Phase.LIVE, Phase.REPLAYING)


class Viewers:
    """Lanes are rebuilt lazily, at the first packet after somebody came or went; a cut takes effect at
    once."""

    def __init__(self, slot: SlotName, outbox: Outbox) -> None:
        self._slot = slot
        self._outbox = outbox
        self._views: dict[str, View] = {}
        self.waiting: dict[str, View] = {}
        self.replaying: dict[str, View] = {}
        self._lanes: dict[int, Lane] | None = None
        self._codec: Codec | None = None

    def __iter__(self) -> Iterator[View]:
        return iter(list(self._views.values()))

    def get(self, peer: str) -> View | None:
        """That peer's view, in the audience or not."""
        return self._views.get(peer)

    def add(self, view: View) -> None:
        """Know a viewer, outside for now."""
        self._views[view.peer] = view

    def discard(self, peer: str) -> None:
        """Forget a viewer that was expelled before."""
        self._views.pop(peer, None)

    def wait(self, view: View) -> None:
        """Inside, but nothing is sent until a keyframe comes."""
        self._join_over(view)
        self._join_over(view)
        view.phase = Phase.WAITING
        self.waiting[view.peer] = view

    def replay(self, view: View, start: int) -> None:
        """Send it the stored packets from slot number `start` on, behind the others."""
        self._join_over(view)
        view.begin(start)
        view.phase = Phase.REPLAYING
        self.replaying[view.peer] = view

    def stop_replays(self) -> None:
        """Whoever is being replayed something waits for the next keyframe instead."""
        for view in list(self.replaying.values()):
            view.finish(view.cursor - 1)
            self.wait(view)

    def go_live(self, view: View, start: int) -> None:
        """Send it everything from slot number `start` on."""
        view.begin(start)
        self.catch_up(view)

    def catch_up(self, view: View) -> None:
        """It has been replayed everything: from now on it is sent what the others are sent."""
        self._join_over(view)
        view.phase = Phase.LIVE
        self._retire()

    def _join_over(self, view: View) -> None:
        self.waiting.pop(view.peer, None)
        self.replaying.pop(view.peer, None)

    def expel(self, views: Iterable[View], head: int) -> None:
        """Put viewers out. Nothing queued or handed out reaches them any more; `head` is the last number
        issued."""
        out = {view.peer: view for view in views if view.phase is not Phase.OUT}
        if not out:
            return
        for view in out.values():
            view.finish(view.sent_to(head))
            view.phase = Phase.OUT
            self._join_over(view)
        self._retire()
        for plan in self._outbox.cut(self._slot, set(out)):
            self.take_back(plan, set(out))

    def take_back(self, plan: Plan, peers: set[str] | None = None) -> None:
        """A plan was not sent to these peers (None: to no member) after all."""
        for peer, _ in plan.lane.members:
            view = self._views.get(peer)
            if view is not None and (peers is None or peer in peers):
                view.take_back(len(plan.packet))

    def send(self, packet: bytes, codec: Codec, now: float) -> None:
        """To all who are live: one plan per payload type."""
        if self._lanes is None or self._codec is not codec:
            self._retire()
            self._codec = codec
            self._lanes = self._lanes_of(
                [view for view in self._views.values() if view.phase is Phase.LIVE], codec
            )
        for payload_type, lane in self._lanes.items():
            self._outbox.send(with_payload_type(packet, payload_type), lane, now, now)

    def send_once(self, packets: list[bytes], views: list[View], codec: Codec, now: float) -> None:
        """To a few, on lanes of their own, under the offset of each one's growing segment."""
        for payload_type, lane in self._lanes_of(views, codec).items():
            for packet in packets:
                self._outbox.send(with_payload_type(packet, payload_type), lane, now)
            self._credit(lane)

    def resend(self, packet: bytes, codec: Codec, view: View, offset: int, now: float) -> None:
        """To one, under the offset that the number was given with: byte for byte what it was sent before."""
        lane = self._outbox.lane(self._slot, ((view.peer, offset & 0xFFFF),))
        self._outbox.send(with_payload_type(packet, view.receiver.payload_types[codec]), lane, now)
        self._credit(lane)

    def _lanes_of(self, views: list[View], codec: Codec) -> dict[int, Lane]:
        by_type: dict[int, list[tuple[str, int]]] = {}
        for view in views:
            member = view.peer, view.offset & 0xFFFF
            by_type.setdefault(view.receiver.payload_types[codec], []).append(member)
        return {kind: self._outbox.lane(self._slot, tuple(members)) for kind, members in by_type.items()}

    def _retire(self) -> None:
        self.settle()
        self._lanes = None

    def settle(self) -> None:
        """Credit what the present lanes have issued."""
        for lane in (self._lanes or {}).values():
            self._credit(lane)

    def _credit(self, lane: Lane) -> None:
        if lane.packets == 0:
            return
        for peer, _ in lane.members:
            self._views[peer].credit(lane)
        lane.packets = lane.octets = 0

    def count(self, peer: str) -> SlotCount | None:
        """What one viewer was sent up to now; None for a stranger and for one that is sent nothing at
        present."""
        self.settle()
        view = self._views.get(peer)
        return view.count(self._slot) if view is not None and view.phase in _SENT_TO else None

    def counts(self) -> list[SlotCount]:
        """What each was sent up to now."""
        self.settle()
        return [view.count(self._slot) for view in self._views.values()]
