"""Who a lane's datagrams go to, resolved once and kept; and several lanes at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from hub.relay.core.plan import Lane, Totals
from hub.relay.wire.rows import Roster
from hub.relay.wire.target import Target
from hub.relay.wire.turns import FEW

_JOINTS: Final = 16
"""Sets of lanes that are kept."""
_WORTH: Final = 0.5
"""Least share of the largest lane's viewers that must be on every lane for one pass over them."""


@dataclass(frozen=True, slots=True)
class Joint:
    """Several lanes' viewers: those on all of them, with an offset for each lane, and who is left, lane by
    lane."""

    rosters: tuple[Roster, ...]
    common: Roster
    rests: tuple[Roster, ...]


class Rosters:
    """`targets` is the port's live map of peers that may be sent to. What is given is right at the moment."""

    def __init__(self, targets: Mapping[str, Target], totals: Totals) -> None:
        self._targets = targets
        self._totals = totals
        self._known: WeakKeyDictionary[Lane, Roster] = WeakKeyDictionary()
        self._joints: dict[tuple[int, ...], Joint | None] = {}
        self._kept: list[tuple[Roster, ...]] = []

    def of(self, lane: Lane) -> Roster:
        """A lane's viewers. Members who have no target are counted and left out."""
        known = self._known.get(lane)
        if known is not None and known.is_current:
            return known
        found = []
        for peer, offset in lane.members:
            target = self._targets.get(peer)
            if target is None:
                self._totals.add("fanout_no_target")
            elif target.open:
                found.append((target, (offset & 0xFFFF,)))
        roster = Roster(found)
        if len(lane.members) > 1:
            self._known[lane] = roster
        return roster

    def together(self, lanes: Sequence[Lane]) -> Joint | None:
        """Several lanes for one pass; None when they have too few viewers in common."""
        rosters = tuple(self.of(lane) for lane in lanes)
        key = tuple(map(id, rosters))
        if key in self._joints:
            joint = self._joints[key]
            if joint is None or joint.common.is_current:
                return joint
        if len(self._joints) >= _JOINTS:
            self._forget_joints()
        joint = self._joints[key] = _joint(rosters)
        self._kept.append(rosters)  # an id is that of one roster as long as it lives
        return joint

    def forget(self) -> None:
        """A peer came or went: resolve every lane anew."""
        self._known.clear()
        self._forget_joints()

    def _forget_joints(self) -> None:
        self._joints.clear()
        self._kept.clear()


def _joint(rosters: tuple[Roster, ...]) -> Joint | None:
    offsets = [dict(roster.viewers) for roster in rosters]
    largest = max(rosters, key=lambda roster: len(roster.viewers))
    common = [
        (target, tuple(each[target][0] for each in offsets))
        for target, _ in largest.viewers
        if all(target in each for each in offsets)
    ]
    if len(common) < max(FEW, _WORTH * len(largest.viewers)):
        return None
    inside = {target for target, _ in common}
    rests = tuple(
        Roster([viewer for viewer in (*roster.viewers, *roster.streams) if viewer[0] not in inside])
        for roster in rosters
    )
    return Joint(rosters, Roster(common), rests)
