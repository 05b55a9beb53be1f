"""The viewers of one slot: who waits, who is joining, who is live, on which variant; and what each was
sent."""

from collections.abc import Iterable, Iterator

from hub.relay.core.common import Common
from hub.relay.core.history import Kept
from hub.relay.core.plan import Plan
from hub.relay.core.specs import SlotCount, SlotName
from hub.relay.core.stamp import moved
from hub.relay.core.variant import Variant
from hub.relay.core.view import Found, Phase, View


class Viewers:
    """Every move of a view from one phase or variant to another is made here. A cut takes effect at once."""

    def __init__(self, slot: SlotName, variants: Iterable[Variant], common: Common) -> None:
        self._slot = slot
        self._variants = tuple(variants)
        self._common = common
        self._views: dict[str, View] = {}

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

    def rest(self, view: View) -> None:
        """Inside, and sent nothing."""
        self._stop(view, Phase.RESTING)

    def wait(self, view: View, variant: Variant) -> None:
        """Inside, but nothing is sent until that variant's keyframe comes."""
        self._stop(view, Phase.WAITING)
        self.expect(view, variant)

    def expect(self, view: View, variant: Variant) -> None:
        """Start at that variant's next keyframe; until then it is sent what it is sent now."""
        self.stay(view)
        view.awaits = variant
        variant.awaiting[view.peer] = view

    def stay(self, view: View) -> None:
        """Expect nothing else than what it is sent."""
        if view.awaits is not None:
            view.awaits.awaiting.pop(view.peer, None)
            view.awaits = None

    def replay(self, view: View, variant: Variant, start: int, timestamp: int | None = None) -> None:
        """Send it that variant's stored packets from number `start` on, whose timestamp may be given, behind
        the others. What is not written yet comes after what is."""
        self._stop(view, Phase.REPLAYING)
        at = variant.timestamp_at(min(start, variant.splice.head)) if timestamp is None else timestamp
        view.begin(variant, start, at)
        variant.replaying[view.peer] = view
        self._common.replaying[variant] = None

    def stop_replays(self, variant: Variant) -> None:
        """Whoever is being replayed that variant waits for its next keyframe instead."""
        for view in list(variant.replaying.values()):
            self.wait(view, view.awaits or variant)

    def go_live(self, view: View, variant: Variant, start: int, timestamp: int | None) -> None:
        """Send it everything of that variant from number `start` on, whose timestamp is given."""
        self._stop(view, Phase.LIVE)
        view.begin(variant, start, timestamp)
        variant.lanes.add(view)

    def _stop(self, view: View, phase: Phase) -> None:
        self.stay(view)
        home = view.home
        view.finish()
        if home is not None:
            home.replaying.pop(view.peer, None)
            home.lanes.remove(view)
        view.phase = phase

    def expel(self, views: Iterable[View]) -> None:
        """Put viewers out. Nothing queued or handed out reaches them any more."""
        out = {view.peer: view for view in views if view.phase is not Phase.OUT}
        if not out:
            return
        for view in out.values():
            self._stop(view, Phase.OUT)
        for plan in self._common.outbox.cut(self._slot, set(out)):
            self.take_back(plan, set(out))

    def resend(self, kept: Kept, found: Found, view: View, now: float) -> None:
        """To one, as it was sent before: the same number, byte for byte."""
        lane = self._common.outbox.lane(self._slot, ((view.peer, found.offset & 0xFFFF),))
        packet = moved(kept.packet, view.receiver.payload_types[kept.codec], found.shift)
        self._common.outbox.send(packet, lane, now)
        view.credit(lane)
        lane.packets = lane.octets = 0

    def take_back(self, plan: Plan, peers: set[str] | None = None) -> None:
        """A plan was not sent to these peers (None: to no member) after all."""
        if plan.lane.is_probe:
            return
        for peer, _ in plan.lane.members:
            view = self._views.get(peer)
            if view is not None and (peers is None or peer in peers):
                view.take_back(len(plan.packet))

    def count(self, peer: str) -> SlotCount | None:
        """What one viewer was sent up to now; None for a stranger and for one that is sent nothing at
        present."""
        view = self._views.get(peer)
        if view is None or view.home is None:
            return None
        return view.count(self._slot, view.home.lanes.uncredited(view))

    def counts(self) -> list[SlotCount]:
        """What each was sent up to now."""
        for variant in self._variants:
            variant.lanes.settle()
        return [view.count(self._slot) for view in self._views.values()]
