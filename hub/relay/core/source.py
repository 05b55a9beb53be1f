"""One kind of track of one publisher, in all its layers: liveness, and what is asked of the publisher."""

from hub.relay.core import rtcp_write
from hub.relay.core.capture import Skew
from hub.relay.core.intake import Intake
from hub.relay.core.limits import Limits
from hub.relay.core.outbox import Outbox
from hub.relay.core.plan import Feedback, SourceChanged, Totals
from hub.relay.core.rtcp import SenderReport
from hub.relay.core.rtp import Rtp
from hub.relay.core.specs import Codec, Layer, SourceId
from hub.relay.core.track import Arrival, Track


class Source:
    """Made at a publisher's first packet of its kind; ends with the peer (`end`).

    `tracks` holds the last track of every layer that was ever heard. `layers` are those that are sent now:
    browsers switch one off when their line gets narrow. A source that is silent as a whole (a still screen)
    keeps its layers.
    """

    def __init__(self, source: SourceId, skew: Skew, limits: Limits, totals: Totals, outbox: Outbox) -> None:
        self.id = source
        self.live = False
        self.tracks: dict[Layer, Track] = {}
        self.layers: frozenset[Layer] = frozenset()
        self.wanted_until = 0.0
        """Until then somebody beyond this relay waits for a keyframe."""
        self._intakes: dict[Layer, Intake] = {}
        self._skew = skew
        self._limits = limits
        self._totals = totals
        self._outbox = outbox
        self._last_at = 0.0

    def take(self, rtp: Rtp, codec: Codec, layer: Layer, now: float) -> Arrival | None:
        """Number a packet of that layer; None when it is dropped (and counted). Raises `Malformed`."""
        intake = self._intake(layer)
        arrival = intake.take(rtp, codec, now)
        if intake.track is not None:
            self.tracks[layer] = intake.track
        if arrival is None:
            return None
        self._last_at = now
        if layer not in self.layers:
            self._look()
        if not self.live:
            self.live = True
            self._outbox.say(SourceChanged(self.id.peer, self.id.kind, True, codec))
        return arrival if layer is Layer.HIGH else arrival._replace(layer=layer)

    def pad(self, rtp: Rtp, layer: Layer, now: float) -> None:
        """A packet of that layer without payload: a sign of life, and a number that is not missing."""
        intake = self._intakes.get(layer)
        if intake is not None:
            intake.pad(rtp, now)
            self._last_at = now

    def _intake(self, layer: Layer) -> Intake:
        intake = self._intakes.get(layer)
        if intake is None:
            intake = Intake(self._skew, self._limits, self._totals, self._say)
            self._intakes[layer] = intake
        return intake

    def _say(self, packet: bytes) -> None:
        self._outbox.say(Feedback(self.id.peer, rtcp_write.receiver_report() + packet))

    def _look(self) -> None:
        """Which layers have not fallen silent while another one went on."""
        oldest = self._last_at - self._limits.layer_silence
        self.layers = frozenset(
            layer for layer, intake in self._intakes.items() if intake.track and intake.heard_at > oldest
        )

    def layer_of(self, ssrc: int) -> Layer | None:
        """The layer that arrives under that SSRC."""
        for layer, track in self.tracks.items():
            if track.ssrc == ssrc:
                return layer
        return None

    def reported(self, report: SenderReport, now: float) -> None:
        """The publisher's sender report for one of its layers; any other is ignored."""
        layer = self.layer_of(report.ssrc)
        if layer is not None:
            self._intakes[layer].reported(report, now)

    def captured_at(self, layer: Layer, timestamp: int, arrived_at: float) -> float:
        """When that timestamp of the layer's current track was captured, in seconds of the hub's clock."""
        intake = self._intakes.get(layer)
        return intake.captured_at(timestamp, arrived_at) if intake is not None else arrived_at

    def ask_keyframe(self, layer: Layer, now: float) -> None:
        """Somebody needs a keyframe of that layer. One request in flight for each layer, at least a second
        apart."""
        self._intake(layer).keyframes.ask(now)

    def forget_keyframes(self) -> None:
        """Nobody needs a keyframe any more."""
        for intake in self._intakes.values():
            intake.keyframes.forget()

    @property
    def awaits_packets(self) -> bool:
        """Whether something is missing that will be asked for soon."""
        if self.live:
            for intake in self._intakes.values():
                if intake.awaits_packets:
                    return True
        return False

    def tick(self, now: float, round_trip: float) -> None:
        """Ask again for what is missing, and notice silence, of the whole source or of a layer."""
        if not self.live:
            return
        if now - self._last_at >= self._limits.silence:
            self.end()
            return
        if len(self.layers) > 1:
            self._look()
        for intake in self._intakes.values():
            intake.tick(now, round_trip)

    def end(self) -> None:
        """It fell silent or its publisher left. A packet that comes later makes it live again."""
        self.forget_keyframes()
        if self.live:
            self.live = False
            self._outbox.say(SourceChanged(self.id.peer, self.id.kind, False))
