"""One kind of track of one publisher, across its restarts: liveness, losses, keyframes."""

from hub.relay.core import rtcp_write
from hub.relay.core.capture import Capture, Skew
from hub.relay.core.keyframes import KeyframeRequester
from hub.relay.core.limits import Limits
from hub.relay.core.outbox import Outbox
from hub.relay.core.plan import Feedback, SourceChanged, Totals
from hub.relay.core.rtcp import SenderReport
from hub.relay.core.rtp import Rtp
from hub.relay.core.specs import CLOCK_RATE, Codec, SourceId, TrackKind
from hub.relay.core.track import Arrival, Track


class Source:
    """Made at a publisher's first packet of its kind; ends with the peer (`end`)."""

    def __init__(self, source: SourceId, skew: Skew, limits: Limits, totals: Totals, outbox: Outbox) -> None:
        self.id = source
        self.track: Track | None = None
        self.live = False
        self.keyframes = KeyframeRequester(self._request_keyframe, limits)
        self._skew = skew
        self._capture: Capture | None = None
        self._limits = limits
        self._totals = totals
        self._outbox = outbox
        self._last_at = 0.0

    def take(self, rtp: Rtp, codec: Codec, now: float) -> Arrival | None:
        """Number a packet of this source; None when it is dropped (and counted). Raises `Malformed`."""
        track = self._track_for(rtp, codec, now)
        if track is None:
            self._totals.add("rtp_contested")
            return None
        arrival = track.take(rtp, now)
        if arrival is None:
            self._totals.add("rtp_duplicate_or_late")
            return None
        self._heard(codec, now)
        if arrival.late:
            self._totals.add("rtp_recovered")
        if arrival.key:
            self.keyframes.arrived()
        return arrival

    def _track_for(self, rtp: Rtp, codec: Codec, now: float) -> Track | None:
        track = self.track
        if track is not None:
            same = track.ssrc == rtp.ssrc and track.codec is codec
            if same and not track.jumps(rtp.sequence):
                return track
            if not same and now - self._last_at < self._limits.takeover:
                return None
        self._totals.add("tracks_begun")
        self._capture = Capture(self._skew, CLOCK_RATE[codec])
        self.track = Track(rtp, codec, self._limits)
        return self.track

    def _heard(self, codec: Codec, now: float) -> None:
        self._last_at = now
        if not self.live:
            self.live = True
            self._outbox.say(SourceChanged(self.id.peer, self.id.kind, True, codec))

    def reported(self, report: SenderReport, now: float) -> None:
        """The publisher's sender report for its current SSRC; any other is ignored."""
        if self.track is not None and self._capture is not None and report.ssrc == self.track.ssrc:
            self.track.reception.reported(report.ntp, now)
            self._capture.reported(report.ntp, report.timestamp, now)

    def captured_at(self, timestamp: int, arrived_at: float) -> float:
        """When that timestamp of the current track was captured, in seconds of the hub's clock."""
        return self._capture.at(timestamp, arrived_at) if self._capture is not None else arrived_at

    @property
    def awaits_packets(self) -> bool:
        """Whether something is missing that will be asked for soon."""
        return self.live and self.track is not None and self.track.losses.pending

    def tick(self, now: float, round_trip: float) -> None:
        """Ask again for what is missing, and notice silence."""
        if self.track is None or not self.live:
            return
        if now - self._last_at >= self._limits.silence:
            self.end()
            return
        self.keyframes.tick(now)
        if self.track.losses.pending:
            self._chase_losses(self.track, now, round_trip)

    def _chase_losses(self, track: Track, now: float, round_trip: float) -> None:
        wanted, given_up = track.losses.due(now, max(self._limits.nack_again, round_trip))
        if wanted:
            self._totals.add("nacks_sent")
            self._totals.add("packets_asked_again", len(wanted))
            packet = rtcp_write.nack(track.ssrc, [number & 0xFFFF for number in wanted])
            self._outbox.say(Feedback(self.id.peer, rtcp_write.receiver_report() + packet))
        if given_up:
            self._totals.add("packets_given_up")
            if self.id.kind is TrackKind.CAMERA:
                self.keyframes.ask(now)

    def end(self) -> None:
        """It fell silent or its publisher left. A packet that comes later makes it live again."""
        self.keyframes.forget()
        if self.live:
            self.live = False
            self._outbox.say(SourceChanged(self.id.peer, self.id.kind, False))

    def _request_keyframe(self) -> None:
        if self.track is not None:
            self._totals.add("keyframes_asked")
            packet = rtcp_write.keyframe_request(self.track.ssrc)
            self._outbox.say(Feedback(self.id.peer, rtcp_write.receiver_report() + packet))
