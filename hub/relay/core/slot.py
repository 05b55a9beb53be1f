"""One slot of one stage: a single continuous stream, whatever feeds it, to whoever may receive it now."""

from hub.relay.core.history import History
from hub.relay.core.limits import Limits
from hub.relay.core.outbox import Outbox
from hub.relay.core.plan import Totals
from hub.relay.core.seeds import Seeds
from hub.relay.core.source import Source
from hub.relay.core.specs import CLOCK_RATE, PICTURE_SLOTS, SLOT_SSRC, Codec, SlotName, SourceId, TrackKind
from hub.relay.core.splice import Splice
from hub.relay.core.track import Arrival, Track
from hub.relay.core.view import Phase, View
from hub.relay.core.viewers import Viewers


class SlotStream:
    """Rewrites each packet once, for all viewers.

    It takes a new source at that source's next keyframe (voices: next packet). Until then it is silent: from
    the moment it is pointed elsewhere nothing leaves under the former source.
    """

    def __init__(self, slot: SlotName, first: Seeds, limits: Limits, totals: Totals, outbox: Outbox) -> None:
        self.slot = slot
        self.is_picture = slot in PICTURE_SLOTS
        self.splice = Splice(SLOT_SSRC[slot], first)
        self.history = History(limits.history)
        self.viewers = Viewers(slot, outbox)
        self._limits = limits
        self._totals = totals
        self._audience: frozenset[str] = frozenset()
        self._wanted: SourceId | None = None
        self._bound: tuple[Source, Track] | None = None
        self._codec: Codec | None = None
        self._group_start: int | None = None
        self._group_at = -1e9
        self._barrier = self.splice.head + 1

    def put(self, wanted: SourceId | None, audience: frozenset[str], now: float) -> None:
        """Take the wanted state. Both cuts, of a source and of viewers, stand when this returns."""
        if wanted != self._wanted:
            self._wanted = wanted
            self.release()
            self._stop_replays()
        if not audience <= self._audience:
            # Newcomers are given nothing that was forwarded while they were outside.
            self._barrier = self.splice.head + 1
        self._audience = audience
        self.reconsider(now)

    def _stop_replays(self) -> None:
        """What is stored is of a source taken off: whoever is still behind waits for the next one."""
        for view in list(self.viewers.replaying.values()):
            view.finish(view.cursor - 1)
            self.viewers.wait(view)

    def release(self) -> None:
        """The source is gone or no longer wanted: wait for the next beginning. Replays of it stop, too."""
        self._bound = None
        self._group_start = None
        self.viewers.stop_replays()

    def reconsider(self, now: float) -> None:
        """Put out whoever may no longer receive, let in whoever may."""
        views = list(self.viewers)
        self.viewers.expel([view for view in views if not self._may_receive(view)], self.splice.head)
        for view in views:
            self._let_in(view, now)

    def ready(self, peer: str, now: float) -> None:
        """A viewer's keys are there: let it in, if it may receive."""
        view = self.viewers.get(peer)
        if view is not None:
            self._let_in(view, now)

    def _let_in(self, view: View, now: float) -> None:
        if view.phase is Phase.OUT and self._may_receive(view):
            self._admit(view, now)

    def _may_receive(self, view: View) -> bool:
        receiver = view.receiver
        if not receiver.ready or self._audience.isdisjoint(receiver.groups):
            return False
        if self._codec is not None and self._codec not in receiver.payload_types:
            return False
        wanted = self._wanted
        # Its own voice would come back to it as an echo.
        return wanted is None or wanted.kind is not TrackKind.MICROPHONE or wanted.peer != view.peer

    def _admit(self, view: View, now: float) -> None:
        if not self.is_picture:
            self.viewers.go_live(view, self.splice.head + 1)
        elif self._group_start is not None and self._may_replay(self._group_start):
            self.viewers.replay(view, self._group_start)
            self._totals.add("joins_replayed")
        else:
            self.viewers.wait(view)
            self._totals.add("joins_waited")
            self.want_keyframe(now)

    def _may_replay(self, start: int) -> bool:
        return start >= self._barrier and self.splice.head - start < self._limits.replay_packets

    def want_keyframe(self, now: float) -> None:
        """Ask the source; a slot that has none yet asks at the first packet it sees."""
        if self._bound is not None:
            self._bound[0].keyframes.ask(now)

    def asked_by(self, peer: str, now: float) -> None:
        """A viewer cannot decode (PLI, FIR): pass it on, unless it asks too often or a keyframe is on its way
        to it."""
        view = self.viewers.get(peer)
        if view is None or view.phase is Phase.OUT:
            self._totals.add("keyframe_requests_refused_outside")
        elif view.phase is Phase.REPLAYING or now - self._group_at < self._limits.keyframe_crossing:
            self._totals.add("keyframe_requests_crossed")
        elif now - view.keyframe_asked_at < self._limits.viewer_keyframe_interval:
            self._totals.add("keyframe_requests_too_often")
        else:
            view.keyframe_asked_at = now
            self.want_keyframe(now)

    def push(self, source: Source, arrival: Arrival, now: float) -> None:
        """Forward a packet of the wanted source. Raises `Malformed` when its codec's header cannot be
        read."""
        track = source.track
        if track is None or not self._is_bound_to(source, track, arrival, now):
            return
        place = self.splice.place(arrival.extended)
        if place is None:
            self._totals.add("rtp_before_switch")
            return
        packet = self.splice.write(place, arrival.rtp, track.codec, now)
        self.history.put(place, packet, track.codec)
        if arrival.key and self.is_picture:
            self._begin_group(place, arrival.late, now)
        if arrival.late:
            self._send_late(place, packet, track.codec, now)
        else:
            self.viewers.send(packet, track.codec, now)

    def _is_bound_to(self, source: Source, track: Track, arrival: Arrival, now: float) -> bool:
        if self._bound is not None and self._bound[1] is track:
            return True
        if arrival.late or not arrival.key:
            self._totals.add("rtp_before_keyframe")
            if self.is_picture:
                source.keyframes.ask(now)
            return False
        self._bind(source, track, arrival, now)
        return True

    def _bind(self, source: Source, track: Track, arrival: Arrival, now: float) -> None:
        self.release()
        if track.codec is not self._codec:
            self._codec = track.codec
            self.reconsider(now)
        self.splice.begin(arrival.extended, arrival.rtp, track.codec, now)
        self._bound = source, track
        self._totals.add("switches")

    def _begin_group(self, place: int, late: bool, now: float) -> None:
        """A keyframe: whoever waits starts here, and whoever is still being replayed an older one skips to
        it."""
        if late and place < max(self._group_start or 0, self._barrier):
            return
        self._group_start, self._group_at = place, now
        for view in list(self.viewers.waiting.values()):
            self._start_at(view, place, late)
        for view in list(self.viewers.replaying.values()):
            if view.cursor < place:
                view.finish(view.cursor - 1)
                self._start_at(view, place, late)

    def _start_at(self, view: View, place: int, late: bool) -> None:
        if late:
            self.viewers.replay(view, place)
        else:
            self.viewers.go_live(view, place)

    def _send_late(self, place: int, packet: bytes, codec: Codec, now: float) -> None:
        """Only to those who have a place for it: who joined later has none, who is being replayed gets it in
        its turn."""
        views = [view for view in self.viewers if view.was_sent(place, self.splice.head)]
        self.viewers.send_once([packet], views, codec, now)

    def clock(self, now: float) -> int | None:
        """The slot's RTP timestamp at `now`, for sender reports; None while nothing feeds it."""
        written_at = self.splice.written_at
        if self._bound is None or self._codec is None or written_at is None:
            return None
        captured_at = self._bound[0].captured_at(self.splice.source_timestamp, written_at)
        return self.splice.timestamp + int((now - captured_at) * CLOCK_RATE[self._codec])
