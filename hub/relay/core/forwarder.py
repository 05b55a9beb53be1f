"""The core's front: plaintext packets and wanted states in, plans and feedback out. No I/O, no clock of its
own."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from hub.relay.core.adapt import Adaptation, padding_for
from hub.relay.core.common import Common
from hub.relay.core.feedback import FeedbackReader
from hub.relay.core.ledger import NO_LEDGER, Ledger
from hub.relay.core.limits import Limits
from hub.relay.core.malformed import Malformed
from hub.relay.core.peer import Peer
from hub.relay.core.plan import Output, Plan, Totals
from hub.relay.core.replay import Replay
from hub.relay.core.reports import DownstreamReports, UpstreamReports
from hub.relay.core.rota import Rota
from hub.relay.core.source import Source
from hub.relay.core.specs import (
    Layers,
    PeerSpec,
    Rung,
    SlotCount,
    SlotName,
    SourceId,
    StageSpec,
    TrackKind,
    Want,
)
from hub.relay.core.stage import Stage
from hub.relay.core.view import View

_TURNS: Final = 10
_REVIEW: Final = 0.2
"""Seconds between two looks at layers that came or went, and at who waits for a keyframe."""


class Forwarder:
    """Mutate (any method with `now`), then `drain`, then call `tick` at `deadline`. `now` never goes back.

    Nothing raises for anything a peer sends: it is dropped and counted in `totals`.
    """

    def __init__(
        self, *, seed: int, totals: Totals, limits: Limits = Limits(), ledger: Ledger = NO_LEDGER
    ) -> None:
        """`seed` makes the first sequence numbers and timestamps unpredictable; give it fresh randomness.
        `ledger` remembers where numbering stands for the process after this one."""
        self._common = Common(limits, totals, seed, ledger)
        self.waited = 0.0
        """Seconds the packet that is given next lay in the socket: a publisher's estimator judges its line by
        when packets came, and a busy relay is no narrow line."""
        self.layers_learned: Callable[[str], None] = _nothing
        """Called with a publisher's name when an SSRC of it told its layer: `layers` has more to keep."""
        self._totals = totals
        self._limits = limits
        self._outbox = self._common.outbox
        self._peers: dict[str, Peer] = {}
        self._publishers: dict[str, Peer] = {}
        self._stages: dict[str, Stage] = {}
        self._replay = Replay(limits)
        self._upstream = UpstreamReports(limits, self._outbox)
        self._downstream = DownstreamReports(limits, self._outbox)
        self._feedback = FeedbackReader(limits, totals)
        self._adaptation = Adaptation(self._common)
        self._rota = Rota(limits.idle_tick)
        self._ticked_at = 0.0
        self._review_at = 0.0
        self._turn = 0

    @property
    def peers(self) -> Mapping[str, Peer]:
        """Everybody, to be looked at only."""
        return self._peers

    @property
    def stages(self) -> Mapping[str, Stage]:
        """Every stage, to be looked at only."""
        return self._stages

    def add_peer(self, spec: PeerSpec, now: float) -> None:
        """Know a peer. One of the same id is replaced: numbering and, on the same stage, counts go on."""
        old = self._peers.get(spec.peer)
        numbers, views = self._remove(old) if old is not None else ({}, {})
        # Lines are looked at in turns, so that those who came together are not looked at together.
        self._turn = (self._turn + 1) % _TURNS
        peer = Peer(spec, numbers, self._common, now + self._limits.adapt_interval * self._turn / _TURNS)
        if old is not None:
            # Before the new one takes lines of the ledger: else its probes stand in one given away.
            self._common.ledger.forget_peer(spec.peer)
        peer.line.padding = padding_for(peer, self._common)
        if old is not None:
            peer.line.inherit(old.line)
        self._peers[spec.peer] = peer
        peer.inlet.learned = self._learned
        stage = self._stage(spec.stage)
        stage.enter(peer)
        if old is not None and old.spec.stage == spec.stage:
            stage.inherit(spec.peer, views)
        if old is not None:
            self._forget_if_empty(old.spec.stage)

    def _learned(self, peer: str) -> None:
        self.layers_learned(peer)

    def layers(self, peer: str) -> Layers:
        """The layers of a publisher's SSRCs, as far as it told them; nothing for an unknown peer."""
        known = self._peers.get(peer)
        return known.inlet.layers if known is not None else ()

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
            self._common.ledger.forget_peer(peer)
            self._forget_if_empty(known.spec.stage)

    def _remove(self, peer: Peer) -> tuple[dict[SlotName, int], dict[SlotName, View]]:
        views = self._stages[peer.spec.stage].leave(peer)
        del self._peers[peer.spec.peer]
        self._publishers.pop(peer.spec.peer, None)
        self._upstream.end(peer.spec.peer)
        self._adaptation.forget(peer)
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
            stage = self._stages[name] = Stage(name, self._common)
        return stage

    def _forget_if_empty(self, name: str) -> None:
        if name in self._stages and self._stages[name].is_empty:
            del self._stages[name]
            self._common.ledger.forget_stage(name)

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
                self._forward(known, packet, now)
            except Malformed as error:
                self._totals.add("rtp_malformed")
                self._totals.add(f"rtp_malformed_{error.reason}")

    def _forward(self, peer: Peer, packet: bytes, now: float) -> None:
        incoming = peer.inlet.take(packet, now, self.waited)
        if incoming is None:
            return
        rtp, codec, kind, layer = incoming
        source = peer.sources.get(kind) or self._new_source(peer, kind)
        arrival = source.take(rtp, codec, layer, now)
        if arrival is None:
            return
        self._upstream.begin(peer, now)
        streams = self._stages[peer.spec.stage].fed_by(source.id)
        if not streams:
            if now >= source.wanted_until:
                source.forget_keyframes()
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

    def limit(self, peer: str, wants: Iterable[tuple[SlotName, Want]], now: float) -> bool:
        """The most that a viewer has use for, by slot; slots that are not named may have all. Replaces what
        was said before. False for an unknown peer."""
        known = self._peers.get(peer)
        if known is None:
            return False
        known.line.wants = {slot: Rung(want) for slot, want in wants}
        known.line.changed = True
        if known.receiver.ready:
            self._adaptation.look(known, self._stages[known.spec.stage], now)
        return True

    def want_keyframe(self, peer: str, ssrc: int, now: float) -> None:
        """Somebody beyond this relay needs a keyframe of what that publisher sends under that SSRC, on stage
        or not. At most one request a second leaves for each layer; an unknown peer or SSRC is ignored."""
        known = self._peers.get(peer)
        source = known.source_of(ssrc) if known is not None else None
        layer = source.layer_of(ssrc) if source is not None else None
        if source is not None and layer is not None:
            source.wanted_until = now + self._limits.keyframe_interval * 2
            source.ask_keyframe(layer, now)

    def congested(self, peer: str, now: float) -> None:
        """A viewer's connection cannot take what it is sent: send it less. An unknown peer is ignored."""
        known = self._peers.get(peer)
        if known is not None and known.receiver.ready:
            self._adaptation.congested(known, self._stages[known.spec.stage], now)

    def relieved(self, peer: str, ssrc: int, now: float) -> None:
        """A viewer's connection had to give up pictures of this SSRC and takes them again: like its asking
        for a keyframe. An unknown peer or SSRC is ignored."""
        known = self._peers.get(peer)
        if known is not None:
            self._feedback.relieved(known, self._stages[known.spec.stage], ssrc, now)

    def tick(self, now: float) -> None:
        """Do what time asks for: replays, repeated requests, reports. Calling it early does nothing."""
        deadline = self.deadline()
        if deadline is not None and now >= deadline:
            self._tick(now, looks=now >= self._rota.deadline)

    def tick_early(self, now: float) -> None:
        """A part of what `tick` would do soon, for those whose turn comes next. A driver that has just sent
        calls it: all of it at its deadline would stand before somebody's packets.
        """
        if self._peers and now - self._ticked_at >= self._limits.early_tick:
            self._tick(now, looks=True)

    def _tick(self, now: float, *, looks: bool) -> None:
        self._ticked_at = now
        self._replay_joiners(now)
        self._adaptation.pace(now)
        for stream in list(self._common.repeating):
            stream.repeat(now)
        for peer in self._publishers.values():
            for source in peer.sources.values():
                source.tick(now, peer.round_trip or 0.0)
            peer.inlet.tick(now)
        if looks:
            self._upstream.tick(self._publishers.values(), now)
            due = [
                (peer, self._stages[peer.spec.stage])
                for peer in self._rota.take(self._peers, now)
                if now >= peer.report_at or now >= peer.line.due_at
            ]
            self._downstream.tick(due, now)
            self._adaptation.tick(due, now)
        if now >= self._review_at:
            self._review_at = now + _REVIEW
            self._adaptation.share(self._peers.values(), now)
            for stage in self._stages.values():
                stage.review(now)

    def _present(self) -> Iterator[tuple[Peer, Stage]]:
        return ((peer, self._stages[peer.spec.stage]) for peer in self._peers.values())

    def deadline(self) -> float | None:
        """When `tick` is next wanted; None while there is nobody. In the past means: at once."""
        if not self._peers:
            return None
        return self._ticked_at + (self._limits.tick if self._is_busy() else self._limits.idle_tick)

    def _is_busy(self) -> bool:
        if self._common.replaying or self._common.repeating or self._adaptation.is_probing:
            return True
        for peer in self._publishers.values():
            for source in peer.sources.values():
                if source.awaits_packets:
                    return True
        return False

    def _replay_joiners(self, now: float) -> None:
        replaying = self._common.replaying
        if replaying:
            self._replay.tick(list(replaying), now)
            for variant in [variant for variant in replaying if not variant.replaying]:
                del replaying[variant]

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

    def rungs(self) -> dict[str, dict[SlotName, Rung]]:
        """Who is sent less than the best there is, slot by slot."""
        rungs: dict[str, dict[SlotName, Rung]] = {}
        for peer, stage in self._present():
            for slot, view in peer.views.items():
                rung = stage.streams[slot].rung_of(view)
                if rung is not None:
                    rungs.setdefault(peer.spec.peer, {})[slot] = rung
        return rungs


def _nothing(_: str) -> None:
    return
