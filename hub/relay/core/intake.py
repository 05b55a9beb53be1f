"""One layer of one source, across the publisher's restarts: its track, its losses, its keyframes."""

from collections.abc import Callable

from hub.relay.core import rtcp_write
from hub.relay.core.capture import Capture, Skew
from hub.relay.core.keyframes import KeyframeRequester
from hub.relay.core.limits import Limits
from hub.relay.core.plan import Totals
from hub.relay.core.rtcp import SenderReport
from hub.relay.core.rtp import Rtp
from hub.relay.core.specs import CLOCK_RATE, Codec
from hub.relay.core.track import Arrival, Track


class Intake:
    """`say` sends the publisher a feedback packet. `heard_at` is when the layer's last packet came."""

    def __init__(self, skew: Skew, limits: Limits, totals: Totals, say: Callable[[bytes], None]) -> None:
        self.track: Track | None = None
        self.heard_at = 0.0
        self.keyframes = KeyframeRequester(self._request_keyframe, limits)
        self._skew = skew
        self._capture: Capture | None = None
        self._limits = limits
        self._totals = totals
        self._say = say

    def take(self, rtp: Rtp, codec: Codec, now: float) -> Arrival | None:
        """Number a packet; None when it is dropped (and counted). Raises `Malformed`."""
        track = self._track_for(rtp, codec, now)
        if track is None:
            self._totals.add("rtp_contested")
            return None
        arrival = track.take(rtp, now)
        if arrival is None:
            self._totals.add("rtp_duplicate_or_late")
            return None
        self.heard_at = now
        if arrival.late:
            self._totals.add("rtp_recovered")
        if arrival.key:
            self.keyframes.arrived()
        return arrival

    def pad(self, rtp: Rtp, now: float) -> None:
        """A packet without payload came: its number is used, and not to be asked for again."""
        if self.track is not None and self.track.ssrc == rtp.ssrc:
            self.track.pass_over(rtp.sequence, now)

    def _track_for(self, rtp: Rtp, codec: Codec, now: float) -> Track | None:
        track = self.track
        if track is not None:
            same = track.ssrc == rtp.ssrc and track.codec is codec
            if same and not track.jumps(rtp.sequence):
                return track
            if not same and now - self.heard_at < self._limits.takeover:
                return None
        self._totals.add("tracks_begun")
        self._capture = Capture(self._skew, CLOCK_RATE[codec])
        self.track = Track(rtp, codec, self._limits)
        return self.track

    def reported(self, report: SenderReport, now: float) -> None:
        """The publisher's sender report for this track."""
        if self.track is not None and self._capture is not None:
            self.track.reception.reported(report.ntp, now)
            self._capture.reported(report.ntp, report.timestamp, now)

    def captured_at(self, timestamp: int, arrived_at: float) -> float:
        """When that timestamp of the current track was captured, in seconds of the hub's clock."""
        return self._capture.at(timestamp, arrived_at) if self._capture is not None else arrived_at

    @property
    def awaits_packets(self) -> bool:
        """Whether something is missing that will be asked for soon."""
        return self.track is not None and self.track.losses.pending

    def tick(self, now: float, round_trip: float) -> None:
        """Ask (again) for the keyframe that is wanted, and for what is missing."""
        self.keyframes.tick(now)
        if self.track is None or not self.track.losses.pending:
            return
        wanted, given_up = self.track.losses.due(now, round_trip)
        if wanted:
            self._totals.add("nacks_sent")
            self._totals.add("packets_asked_again", len(wanted))
            self._say(rtcp_write.nack(self.track.ssrc, [number & 0xFFFF for number in wanted]))
        if given_up:
            self._totals.add("packets_given_up")
            if self.track.codec is not Codec.OPUS:
                self.keyframes.ask(now)

    def _request_keyframe(self) -> None:
        if self.track is not None:
            self._totals.add("keyframes_asked")
            self._say(rtcp_write.keyframe_request(self.track.ssrc))
