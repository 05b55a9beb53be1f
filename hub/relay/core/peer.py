"""One connected peer: what it receives, what it publishes, how its line is."""

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
        self._fraction: float | None = None

    def source_of(self, ssrc: int) -> Source | None:
        """The source that is arriving under that SSRC."""
        for source in self.sources.values():
            if source.layer_of(ssrc) is not None:
                return source
        return None

    def reported(self, block: Block, now: float) -> bool:
        """What it received of one slot. False when that says nothing about its line as it is."""
        self._fraction = max(self._fraction or 0.0, block.fraction / 256)
        round_trip = ntp.round_trip(block.last_report, block.delay, now)
        if round_trip is not None:
            self.round_trip = round_trip
        return self.line.downlink.reported(block, round_trip, now)

    def take_quality(self) -> tuple[float, float | None] | None:
        """The worst fraction lost (0 to 1) since the last call and the round trip in ms; None without a
        report since."""
        if self._fraction is None:
            return None
        fraction, self._fraction = self._fraction, None
        return fraction, None if self.round_trip is None else self.round_trip * 1000
