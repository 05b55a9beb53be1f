"""The lanes of one variant: who is sent it, grouped by payload type and timestamp shift."""

from typing import NamedTuple

from hub.relay.core.outbox import Outbox
from hub.relay.core.plan import Lane
from hub.relay.core.specs import Codec, SlotName
from hub.relay.core.stamp import moved
from hub.relay.core.view import View


class _Group(NamedTuple):
    payload_type: int
    shift: int
    lane: Lane
    views: list[View]


class Lanes:
    """Rebuilt lazily, at the first packet after somebody came or went. The plaintext is copied once for each
    payload type and shift that somebody needs; without viewers nothing happens."""

    def __init__(self, slot: SlotName, outbox: Outbox) -> None:
        self.live: dict[str, View] = {}
        self._slot = slot
        self._outbox = outbox
        self._groups: list[_Group] | None = None
        self._codec: Codec | None = None

    def add(self, view: View) -> None:
        """From the next packet on it is sent what the others are sent."""
        self.live[view.peer] = view
        self.retire()

    def remove(self, view: View) -> None:
        """It is sent nothing more; an unknown one is ignored."""
        if self.live.pop(view.peer, None) is not None:
            self.retire()

    def send(self, packet: bytes, codec: Codec, now: float) -> None:
        """To all who are live."""
        if self._groups is None or self._codec is not codec:
            self.retire()
            self._codec = codec
            self._groups = self._grouped(list(self.live.values()), codec)
        for payload_type, shift, lane, _ in self._groups:
            self._outbox.send(moved(packet, payload_type, shift), lane, now, now)

    def send_once(self, packets: list[bytes], views: list[View], codec: Codec, now: float) -> None:
        """To a few, on lanes of their own, as each one's growing segment says."""
        for group in self._grouped(views, codec):
            for packet in packets:
                self._outbox.send(moved(packet, group.payload_type, group.shift), group.lane, now)
            _credit(group)

    def _grouped(self, views: list[View], codec: Codec) -> list[_Group]:
        by_kind: dict[tuple[int, int], list[View]] = {}
        for view in views:
            by_kind.setdefault((view.receiver.payload_types[codec], view.shift), []).append(view)
        return [
            _Group(
                *kind, self._outbox.lane(self._slot, tuple((v.peer, v.offset & 0xFFFF) for v in alike)), alike
            )
            for kind, alike in by_kind.items()
        ]

    def retire(self) -> None:
        """Somebody came or went."""
        self.settle()
        self._groups = None

    def uncredited(self, view: View) -> Lane | None:
        """The lane that a view is on, with what it has issued since it was last credited; None for one that
        is on none."""
        if self._codec is None or self.live.get(view.peer) is not view:
            return None
        kind = view.receiver.payload_types[self._codec], view.shift
        return next((group.lane for group in self._groups or () if group[:2] == kind), None)

    def settle(self) -> None:
        """Credit what the present lanes have issued."""
        for group in self._groups or ():
            _credit(group)


def _credit(group: _Group) -> None:
    lane = group.lane
    if lane.packets == 0:
        return
    for view in group.views:
        view.credit(lane)
    lane.packets = lane.octets = 0
