"""One connected peer: what it receives, what it publishes, how its line is."""

from dataclasses import replace
from typing import Final

from hub.relay.core import ntp
from hub.relay.core.capture import Skew
from hub.relay.core.common import Common
from hub.relay.core.inlet import Inlet
from hub.relay.core.line import Line
from hub.relay.core.repeat import Missed
from hub.relay.core.resend import Allowance
from hub.relay.core.rtcp import Block
from hub.relay.core.source import Source
from hub.relay.core.specs import PeerSpec, SlotName, TrackKind
from hub.relay.core.view import Receiver, View

_ON_THE_WAY: Final = 0.1
"""Seconds over a round trip that a report may be old."""


class Peer:
    """`numbers` are the sequence numbers to go on with, slot by slot, when this replaces an earlier peer of
    the same id: should its keys be the same, no number may be used twice."""

    def __init__(self, spec: PeerSpec, numbers: dict[SlotName, int], common: Common, now: float) -> None:
        self.spec = spec
        self.receiver = Receiver(spec.peer, spec.groups, dict(spec.payload_types))
        self.numbers = numbers
        self.sources: dict[TrackKind, Source] = {}
        self.inlet = Inlet(spec, self.sources, common.totals, common.outbox)
        self.skew = Skew()
        self.missed = Missed()
        self.resends = Allowance(common.limits.resends_per_viewer)
        self.views: dict[SlotName, View] = {}
        self.line = Line(now)
        self.report_at = now + common.limits.first_report
        self.round_trip: float | None = None
        self._told: dict[int, int] = {}
        """By SSRC, the highest number of its last report."""
        self._fraction: float | None = None

    def source_of(self, ssrc: int) -> Source | None:
        """The source that is arriving under that SSRC."""
        for source in self.sources.values():
            if source.layer_of(ssrc) is not None:
                return source
        return None

    def without_absent(self, slot: SlotName, block: Block, now: float) -> tuple[Block, int]:
        """The block as it speaks of its line alone, and how many numbers that leaves out. What the
        publisher's line lost is missing from everybody's numbers, and each receiver reports it as lost. What
        came late, within the last round trip, cannot be in it yet."""
        before = self._told.get(block.ssrc)
        self._told[block.ssrc] = block.highest
        new = (block.highest - before) & 0xFFFFFFFF if before is not None else 0
        view = self.views.get(slot)
        if not block.fraction or not 0 < new < 1 << 16 or view is None:
            return block, 0
        absent = min(new, view.absent(block.highest, new, now - (self.round_trip or 0.0) - _ON_THE_WAY))
        if not absent:
            return block, 0
        lost = max(0.0, new * block.fraction / 256 - absent)
        fraction = min(255, int(lost * 256 / (new - absent))) if lost else 0
        return replace(block, fraction=fraction), absent

    def reported(self, block: Block, now: float, absent: int = 0) -> bool:
        """What it received of one slot (see `without_absent`). False when that says nothing about its line
        as it is."""
        self._fraction = max(self._fraction or 0.0, block.fraction / 256)
        round_trip = ntp.round_trip(block.last_report, block.delay, now)
        if round_trip is not None:
            self.round_trip = round_trip
        return self.line.downlink.reported(block, round_trip, now, absent)

    def take_quality(self) -> tuple[float, float | None] | None:
        """The worst fraction lost (0 to 1) since the last call and the round trip in ms; None without a
        report since."""
        if self._fraction is None:
            return None
        fraction, self._fraction = self._fraction, None
        return fraction, None if self.round_trip is None else self.round_trip * 1000
