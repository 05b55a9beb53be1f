"""One slot of one stage: continuous streams, one for each rung, whatever feeds them, to whoever may receive
them now."""

from hub.relay.core.common import Common
from hub.relay.core.pictures import clear_of
from hub.relay.core.repeat import Repeats
from hub.relay.core.shelf import ONE_LAYER, Shelf
from hub.relay.core.source import Source
from hub.relay.core.specs import Codec, Rung, SlotName, SourceId, TrackKind
from hub.relay.core.timeline import realign, timestamp_for
from hub.relay.core.track import Arrival, Track
from hub.relay.core.variant import Variant
from hub.relay.core.view import Phase, View
from hub.relay.core.viewers import Viewers


class SlotStream:
    """Rewrites each packet once per variant, for all viewers.

    It takes a new source at that source's next keyframe (voices: next packet). Until then it is silent: from
    the moment it is pointed elsewhere nothing leaves under the former source.
    """

    def __init__(self, stage: str, slot: SlotName, common: Common) -> None:
        self.slot = slot
        self._shelf = Shelf(stage, slot, common)
        self.is_picture = self._shelf.is_picture
        self.variants = self._shelf.variants
        self.viewers = Viewers(slot, self.variants.values(), common)
        self.repeats = Repeats(common.limits)
        self.details = False
        self._common = common
        self._limits = common.limits
        self._totals = common.totals
        self._audience: frozenset[str] = frozenset()
        self._wanted: SourceId | None = None
        self._source: Source | None = None
        self._codec: Codec | None = None

    # The wanted state

    def put(self, wanted: SourceId | None, audience: frozenset[str], now: float, *, details: bool) -> None:
        """Take the wanted state. Both cuts, of a source and of viewers, stand when this returns."""
        if wanted != self._wanted:
            self._wanted = wanted
            self.release()
        if not audience <= self._audience:
            # Newcomers are given nothing that was forwarded while they were outside.
            for variant in self.variants.values():
                variant.bar()
        self._audience = audience
        if details != self.details:
            self.details = details
            self._arrange(now)
        self.reconsider(now)

    def release(self) -> None:
        """The source is gone or no longer wanted: wait for the next beginning. Replays of it stop, too."""
        self._source = None
        for variant in self.variants.values():
            self._release(variant)

    def _release(self, variant: Variant) -> None:
        variant.release()
        self.viewers.stop_replays(variant)
        self.repeats.stop()

    def reconsider(self, now: float) -> None:
        """Put out whoever may no longer receive, let in whoever may."""
        views = list(self.viewers)
        self.viewers.expel([view for view in views if not self._may_receive(view)])
        for view in views:
            self._let_in(view, now)

    def ready(self, peer: str, now: float) -> None:
        """A viewer's keys are there: let it in, if it may receive."""
        view = self.viewers.get(peer)
        if view is not None:
            self._let_in(view, now)

    def _let_in(self, view: View, now: float) -> None:
        if view.phase is Phase.OUT and self._may_receive(view):
            self._settle(view, now)

    def _may_receive(self, view: View) -> bool:
        receiver = view.receiver
        if not receiver.ready or self._audience.isdisjoint(receiver.groups):
            return False
        if self._codec is not None and self._codec not in receiver.payload_types:
            return False
        wanted = self._wanted
        # Its own voice would come back to it as an echo.
        return wanted is None or wanted.kind is not TrackKind.MICROPHONE or wanted.peer != view.peer

    # Who is sent which variant

    def aim(self, view: View, rung: Rung, now: float) -> None:
        """From now on it is to be sent that rung: none at once, another one from its next keyframe on."""
        if view.aim is not rung:
            view.aim, view.aimed_at = rung, now
            if view.phase is not Phase.OUT:
                self._settle(view, now)

    def _settle(self, view: View, now: float) -> None:
        """Make what a view inside is sent, or waits for, fit its aim and what there is."""
        variant = self._shelf.variant_for(view.aim)
        if variant is None:
            self.viewers.rest(view)
        elif view.home is variant:
            self.viewers.stay(view)
        elif view.awaits is variant:
            pass
        elif view.home is None:
            self._admit(view, variant, now)
        else:
            self.viewers.expect(view, variant)
            self._hurry(view, variant, now)

    def _admit(self, view: View, variant: Variant, now: float) -> None:
        start = variant.replay_start()
        if not self.is_picture:
            self.viewers.go_live(view, variant, variant.splice.head + 1, None)
        elif start is not None and self._may_replay(view, variant, start):
            self.viewers.replay(view, variant, view.resume_at(variant, start))
            self._totals.add("joins_replayed")
        else:
            if view.phase is not Phase.WAITING:
                self._totals.add("joins_waited")
            self.viewers.wait(view, variant)
            self._ask(variant, now)

    def _may_replay(self, view: View, variant: Variant, start: int) -> bool:
        """A viewer that rested may be on a weak line: it is not given a long group at once. And nobody is
        given one from before what it has seen of another variant: it would take it for old."""
        short = variant.splice.head - start < self._limits.return_packets
        return view.may_begin(variant) and (short or view.phase is Phase.OUT)

    def _hurry(self, view: View, variant: Variant, now: float) -> None:
        """It changes at that variant's next keyframe. One that falls is not kept waiting; those that climb
        go together."""
        if view.falls or now - variant.group_at >= self._limits.climb_interval:
            self._ask(variant, now)

    def _ask(self, variant: Variant, now: float) -> None:
        """Few frames are asked for where they are taken from."""
        if self._source is not None:
            self._source.ask_keyframe(self._shelf.layer_of(variant), now)

    def rates(self, now: float) -> dict[Rung, float]:
        """Bits per second of every rung there is; empty while nothing feeds the slot."""
        return self._shelf.rates(now) if self._source is not None and self.is_picture else {}

    def rung_of(self, view: View) -> Rung | None:
        """What it is sent, when that is less than the best there is; None otherwise."""
        if self._source is None or not self.is_picture or view.phase in (Phase.OUT, Phase.WAITING):
            return None
        rung = Rung.NONE if view.home is None else view.home.rung
        return None if self._shelf.is_best(rung) else rung

    def want_keyframe(self, view: View, now: float) -> None:
        """Ask for the layer that it is sent, or waits for."""
        variant = view.home or view.awaits
        if variant is not None:
            self._ask(variant, now)

    def asked_by(self, peer: str, now: float) -> None:
        """A viewer cannot decode (PLI, FIR): pass it on, unless it asks too often or a keyframe is on its way
        to it."""
        view = self.viewers.get(peer)
        if view is None or view.phase in (Phase.OUT, Phase.RESTING):
            self._totals.add("keyframe_requests_refused_outside")
        elif view.phase is Phase.REPLAYING or (
            view.home is not None and now - view.home.group_at < self._limits.keyframe_crossing
        ):
            self._totals.add("keyframe_requests_crossed")
        elif now - view.keyframe_asked_at < self._limits.viewer_keyframe_interval:
            self._totals.add("keyframe_requests_too_often")
        else:
            view.keyframe_asked_at = now
            self.want_keyframe(view, now)

    def review(self, now: float) -> None:
        """What time asks for, a few times a second: layers that came or went, keyframes for who waits, and an
        end of what overruns a line."""
        if self._source is None:
            return
        if self._source.layers != self._shelf.layers:
            self._arrange(now)
        few = self.variants[Rung.FEW]
        if few.is_wanted and now - few.group_at >= self._limits.few_interval and not _has_temporal(few):
            self._ask(few, now)
        for variant in self.variants.values():
            if variant.awaiting:
                self._review_awaiting(variant, now)

    def _review_awaiting(self, variant: Variant, now: float) -> None:
        if now - variant.group_at >= self._limits.climb_interval:
            self._ask(variant, now)
        for view in list(variant.awaiting.values()):
            if view.falls and now - view.aimed_at >= self._limits.fall_patience:
                self._totals.add("falls_cut_short")
                self.viewers.wait(view, variant)

    def _arrange(self, now: float) -> None:
        """The source's layers changed, or what few frames are taken from."""
        layers = self._shelf.layers if self._source is None else self._source.layers
        if self._shelf.arrange(layers or ONE_LAYER, details=self.details):
            self._release(self.variants[Rung.FEW])
        for view in self.viewers:
            if view.phase is not Phase.OUT:
                self._settle(view, now)

    # The packets

    def push(self, source: Source, arrival: Arrival, now: float) -> None:
        """Forward a packet of the wanted source. Raises `Malformed` when its codec's header cannot be
        read."""
        track = source.tracks[arrival.layer]
        if source is not self._source or arrival.layer not in self._shelf.layers:
            self._source = source
            self._arrange(now)
        few = self.variants.get(Rung.FEW)
        if few is not None and few.track is not None and not few.is_wanted:
            self._release(few)  # it is not written while nobody wants it, and begins anew then
        placed = [
            (variant, place)
            for variant in self._shelf.fed_by(arrival.layer)
            if (place := self._place(variant, source, track, arrival, now)) is not None
        ]
        if arrival.key and self.is_picture:
            for variant, place in placed:
                if not arrival.late:
                    self._lead(variant, source, track, arrival, now)
                self._begin_group(variant, place, arrival, track.codec, now)
        for variant, place in placed:
            packet = variant.write(place, arrival, track.codec, now)
            if arrival.late:
                self._send_late(variant, place, packet, track.codec, now)
            else:
                variant.lanes.send(packet, track.codec, now)
                if not self.is_picture:
                    self._spoken(place, now)

    def _place(
        self, variant: Variant, source: Source, track: Track, arrival: Arrival, now: float
    ) -> int | None:
        if variant.track is not track:
            if arrival.late or not arrival.key or not self._shelf.takes(variant, track):
                self._totals.add("rtp_before_keyframe")
                if self.is_picture and variant.is_wanted:
                    source.ask_keyframe(arrival.layer, now)
                return None
            self._bind(variant, source, track, arrival, now)
        place = variant.place(arrival, track.codec)
        if place is None and variant.rung is not Rung.FEW:
            self._totals.add("rtp_before_switch")
        return place

    def _bind(self, variant: Variant, source: Source, track: Track, arrival: Arrival, now: float) -> None:
        timestamp = timestamp_for(variant, self.variants.values(), source, track, arrival, now)
        self._release(variant)
        if track.codec is not self._codec:
            self._codec = track.codec
            for other in self.variants.values():
                if other.track is not None and other.track.codec is not track.codec:
                    self._release(other)
            self.reconsider(now)
        variant.begin(source, track, arrival, now, timestamp)
        self._totals.add("switches")

    def _lead(self, variant: Variant, source: Source, track: Track, arrival: Arrival, now: float) -> None:
        """At a keyframe: in time with the other variants, and numbered after all that they were given, so
        that whoever changes to it takes it for new."""
        if not variant.is_sent:
            realign(variant, self.variants.values(), source, track, arrival, now)
        if track.codec is Codec.VP8:
            others = [other.splice.pictures for other in self.variants.values() if other is not variant]
            own = variant.splice.picture_of(arrival.rtp) or 0
            least = max(own, *(each.picture + 1 for each in others))
            seen = {each for view in variant.awaiting.values() if (each := view.seen) is not None}
            picture = clear_of(least, seen)
            variant.splice.lead(arrival.rtp, picture, max(each.tl0 for each in others) + 1)

    def _begin_group(self, variant: Variant, place: int, arrival: Arrival, codec: Codec, now: float) -> None:
        """A keyframe: whoever waits starts here, and whoever is still being replayed an older one skips to
        it."""
        if not variant.starts_group(place, arrival, codec, now):
            return
        for view in list(variant.awaiting.values()):
            if not arrival.late or view.may_begin(variant):
                self._start_at(view, variant, place, arrival)
            else:
                self._ask(variant, now)  # it came late, and is numbered before what this one has seen
        for view in list(variant.replaying.values()):
            if view.cursor < place:
                self._start_at(view, variant, place, arrival)

    def _start_at(self, view: View, variant: Variant, place: int, arrival: Arrival) -> None:
        if view.home is not None and view.home is not variant:
            self._totals.add("rung_switches_down" if view.falls else "rung_switches_up")
        timestamp = variant.splice.stamp(arrival.rtp)
        if arrival.late:
            self.viewers.replay(view, variant, place, timestamp)
        else:
            self.viewers.go_live(view, variant, place, timestamp)

    def _send_late(self, variant: Variant, place: int, packet: bytes, codec: Codec, now: float) -> None:
        """Only to those who have a place for it: who joined later has none, who is being replayed gets it in
        its turn."""
        views = [view for view in self.viewers if view.home is variant and view.was_sent(place)]
        variant.lanes.send_once([packet], views, codec, now)

    def _spoken(self, place: int, now: float) -> None:
        self.repeats.spoken(place, now)
        if self.repeats.waiting:
            self._common.repeating[self] = None

    def repeat(self, now: float) -> None:
        """Say again what is due, to those whose lines need it and who were sent it the first time."""
        variant = self.variants[Rung.HIGH]
        for place, peers in self.repeats.due(now):
            kept = variant.history.get(place)
            known = (self.viewers.get(peer) for peer in peers)
            views = [
                view for view in known if view is not None and view.home is variant and view.was_sent(place)
            ]
            if kept is not None and views:
                self._totals.add("voice_copies", len(views))
                variant.lanes.send_once([kept.packet], views, kept.codec, now)
        if not self.repeats.waiting:
            self._common.repeating.pop(self, None)


def _has_temporal(few: Variant) -> bool:
    return few.sieve is not None and few.sieve.has_layers
