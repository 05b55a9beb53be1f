"""The core's front: plaintext packets and wanted states in, plans and feedback out. No I/O, no clock of its
own."""

from hub.relay.core.feedback import FeedbackReader
from hub.relay.core.limits import Limits
from hub.relay.core.malformed import Malformed
from hub.relay.core.outbox import Outbox
from hub.relay.core.peer import Peer
from hub.relay.core.plan import Output, Plan, Totals
from hub.relay.core.replay import Replay
from hub.relay.core.reports import DownstreamReports, UpstreamReports
from hub.relay.core.rtp import Rtp, parse
from hub.relay.core.slot import SlotStream
from hub.relay.core.source import Source
from hub.relay.core.specs import PICTURE_SLOTS, PeerSpec, SlotCount, SlotName, SourceId, StageSpec, TrackKind
from hub.relay.core.stage import Stage
from hub.relay.core.view import View


class Forwarder:
    """Mutate (any method with `now`), then `drain`, then call `tick` at `deadline`. `now` never goes back.

    Nothing raises for anything a peer sends: it is dropped and counted in `totals`.
    """

    def __init__(self, *, seed: int, totals: Totals, limits: Limits = Limits()) -> None:
        """`seed` makes the first sequence numbers and timestamps unpredictable; give it fresh randomness."""
        self._seed = seed
        self._totals = totals
        self._limits = limits
        self._outbox = Outbox()
        self._peers: dict[str, Peer] = {}
        self._publishers: dict[str, Peer] = {}
        self._stages: dict[str, Stage] = {}
        self._replay = Replay(limits)
        self._upstream = UpstreamReports(limits, self._outbox)
        self._downstream = DownstreamReports(limits, self._outbox)
        self._feedback = FeedbackReader(limits, totals)
        self._ticked_at = 0.0
        self._slow_at = 0.0

    def add_peer(self, spec: PeerSpec, now: float) -> None:
        """Know a peer. One of the same id is replaced: numbering and, on the same stage, counts go on."""
        old = self._peers.get(spec.peer)
        numbers, views = self._remove(old) if old is not None else ({}, {})
        peer = Peer(spec, numbers, self._limits, now + self._limits.first_report)
        self._peers[spec.peer] = peer
        stage = self._stage(spec.stage)
        stage.enter(peer)
        if old is not None and old.spec.stage == spec.stage:
            stage.inherit(spec.peer, views)
        if old is not None:
            self._forget_if_empty(old.spec.stage)

    def peer_ready(self, peer: str, now: float) -> None:
        """Its keys are there: from now on it may be sent to. An unknown peer is ignored."""
        known = self._peers.get(peer)
        if known is not None and not known.receiver.ready:
            known.report_at = now + self._limits.first_report
            self._stages[known.spec.stage].ready(known, now)

    def remove_peer(self, peer: str, now: float) -> None:  # noqa: ARG002 (the contract of every mutation)
        """Forget a peer; its sources end. An unknown one is ignored."""
        known = self._peers.get(peer)
        if known is not None:
            self._remove(known)
            self._forget_if_empty(known.spec.stage)

    def _remove(self, peer: Peer) -> tuple[dict[SlotName, int], dict[SlotName, View]]:
        views = self._stages[peer.spec.stage].leave(peer)
        del self._peers[peer.spec.peer]
        self._publishers.pop(peer.spec.peer, None)
        self._upstream.end(peer.spec.peer)
        numbers = dict(peer.numbers)
        numbers.update({slot: view.number for slot, view in views.items() if view.number is not None})
        return numbers, views

    def put_stage(self, spec: StageSpec, now: float) -> None:
        """Make this the stage's wanted state. When it returns nothing can leave under the old one: lanes of
        whoever is out are closed, queued plans are re-addressed, and slots that changed their source are
        silent until it begins."""
        self._stage(spec.stage).put(spec, now)
        self._forget_if_empty(spec.stage)

    def _stage(self, name: str) -> Stage:
        stage = self._stages.get(name)
        if stage is None:
            stage = self._stages[name] = Stage(name, self._seed, self._limits, self._totals, self._outbox)
        return stage

    def _forget_if_empty(self, name: str) -> None:
        if name in self._stages and self._stages[name].is_empty:
            del self._stages[name]

    def rtp(self, peer: str, packet: bytes, now: float) -> None:
        """One authenticated, plaintext RTP packet from a peer."""
        self._totals.add("rtp_received")
        known = self._peers.get(peer)
        if known is None:
            self._totals.add("rtp_unknown_peer")
        elif len(packet) > self._limits.max_packet:
            self._totals.add("rtp_oversized")
        else:
            try:
                self._forward(known, parse(packet), now)
            except Malformed as error:
                self._totals.add("rtp_malformed")
                self._totals.add(f"rtp_malformed_{error.reason}")

    def _forward(self, peer: Peer, packet: Rtp, now: float) -> None:
        accepted = peer.incoming.get(packet.payload_type)
        if accepted is None:
            self._totals.add("rtp_unexpected")
            return
        codec, kind = accepted
        source = peer.sources.get(kind) or self._new_source(peer, kind)
        arrival = source.take(packet, codec, now)
        if arrival is None:
            return
        self._upstream.begin(peer, now)
        streams = self._stages[peer.spec.stage].fed_by(source.id)
        if not streams:
            source.keyframes.forget()
            self._totals.add("rtp_off_stage")
        for stream in streams:
            stream.push(source, arrival, now)

    def _new_source(self, peer: Peer, kind: TrackKind) -> Source:
        source = Source(SourceId(peer.spec.peer, kind), peer.skew, self._limits, self._totals, self._outbox)
        peer.sources[kind] = source
        self._publishers[peer.spec.peer] = peer
        return source

    def rtcp(self, peer: str, packet: bytes, now: float) -> None:
        """One authenticated, plaintext RTCP compound from a peer."""
        self._totals.add("rtcp_received")
        known = self._peers.get(peer)
        if known is None:
            self._totals.add("rtcp_unknown_peer")
            return
        try:
            self._feedback.read(known, self._stages[known.spec.stage], packet, now)
        except Malformed as error:
            self._totals.add("rtcp_malformed")
            self._totals.add(f"rtcp_malformed_{error.reason}")

    def tick(self, now: float) -> None:
        """Do what time asks for: replays, repeated requests, reports. Calling it early does nothing."""
        deadline = self.deadline()
        if deadline is None or now < deadline:
            return
        self._ticked_at = now
        self._replay.tick(self._picture_streams(), now)
        for peer in self._publishers.values():
            for source in peer.sources.values():
                source.tick(now, peer.round_trip or 0.0)
        if now >= self._slow_at:
            self._slow_at = now + self._limits.idle_tick
            self._upstream.tick(self._publishers.values(), now)
            self._downstream.tick(
                ((peer, self._stages[peer.spec.stage]) for peer in self._peers.values()), now
            )

    def deadline(self) -> float | None:
        """When `tick` is next wanted; None while there is nobody. In the past means: at once."""
        if not self._peers:
            return None
        return self._ticked_at + (self._limits.tick if self._is_busy() else self._limits.idle_tick)

    def _is_busy(self) -> bool:
        if any(stream.viewers.replaying for stream in self._picture_streams()):
            return True
        return any(
            source.awaits_packets for peer in self._publishers.values() for source in peer.sources.values()
        )

    def _picture_streams(self) -> list[SlotStream]:
        return [stage.streams[slot] for stage in self._stages.values() for slot in PICTURE_SLOTS]

    def drain(self) -> list[Output]:
        """Everything to be sent, in order. See `Lane.open` for plans that are not sent at once."""
        return self._outbox.drain()

    def skipped(self, plan: Plan) -> None:
        """A drained plan was dropped because its lane had closed: take it back from its members' counts."""
        self._totals.add("plans_skipped")
        for stage in self._stages.values():
            stage.streams[plan.lane.slot].viewers.take_back(plan)

    def counts(self, stage: str | None) -> list[SlotCount]:
        """What every present peer was handed to the fan-out for, by slot, of one stage or of all."""
        stages = (
            self._stages.values() if stage is None else [s for n, s in self._stages.items() if n == stage]
        )
        return [count for each in stages for count in each.counts()]

    def quality(self) -> dict[str, tuple[float, float | None]]:
        """Of peers whose reports came in since the last call: worst fraction lost (0 to 1) and round trip in
        ms."""
        taken = ((name, peer.take_quality()) for name, peer in self._peers.items())
        return {name: quality for name, quality in taken if quality is not None}
