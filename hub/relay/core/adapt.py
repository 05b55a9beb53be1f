"""Keeps what every viewer is sent within what its line carries: judge, choose, climb, try."""

from collections.abc import Iterable
from math import inf
from typing import Final

from hub.relay.core import ladder
from hub.relay.core.common import Common
from hub.relay.core.downlink import Verdict
from hub.relay.core.ladder import Offer, Rungs
from hub.relay.core.line import Line
from hub.relay.core.peer import Peer
from hub.relay.core.probe import BODY_SHARE, Padding, Probe
from hub.relay.core.specs import PICTURE_SLOTS, PROBE_SSRC, Rung
from hub.relay.core.stage import Stage
from hub.relay.core.view import Phase

_CALM: Final = 3.0
"""Seconds without trouble before a viewer is sent more."""
_TRUST: Final = 10.0
"""Seconds at the top without trouble after which no bound is believed in any more."""
_TOLERATED: Final = 1.3
"""Encoders vary: so much more than the estimate is put up with as long as the line bears it."""
_SHARE_TOLERATED: Final = 1.05
_PROOF: Final = 1.05
"""A probe goes a little over its goal, since pacing and measuring are not exact."""
_BODY_SHARE: Final = 0.93
"""Of what pictures take of a line is payload and padding, about: the rest is headers and the SRTP tag. It is
what browsers count for REMB."""

Present = tuple[Peer, Stage]


class Adaptation:
    """Each viewer is looked at every `adapt_interval`, in its own turn. A line that was never overrun costs a
    sum over its slots."""

    def __init__(self, common: Common) -> None:
        self._common = common
        self._totals = common.totals
        self._limits = common.limits
        self._probing: dict[str, Present] = {}
        self._share = inf
        self._shared_at = -inf

    @property
    def is_probing(self) -> bool:
        """Whether `pace` is wanted every few milliseconds."""
        return bool(self._probing)

    def pace(self, now: float) -> None:
        """Send the padding that is due."""
        for peer, _ in list(self._probing.values()):
            probe = peer.line.probe
            if probe is None or probe.padding.is_cut:
                self._end_probe(peer)
            elif peer.line.downlink.is_alarmed:
                self._fail_probe(peer, now)
                peer.line.downlink.alarm(now)
            else:
                probe.tick(peer.line.media, now)

    def forget(self, peer: Peer) -> None:
        """It is gone."""
        self._probing.pop(peer.spec.peer, None)

    def tick(self, peers: Iterable[Present], now: float) -> None:
        """Look at those whose turn it is."""
        for peer, stage in peers:
            if now >= peer.line.due_at and peer.receiver.ready:
                self.look(peer, stage, now)

    def share(self, peers: Iterable[Peer], now: float) -> None:
        """Divide the uplink anew, where there is a bound; at most once a second."""
        if self._limits.uplink and now - self._shared_at >= 1.0:
            self._shared_at = now
            demands = [peer.line.demand for peer in peers if peer.receiver.ready]
            self._share = ladder.shares(demands, float(self._limits.uplink))

    def congested(self, peer: Peer, stage: Stage, now: float) -> None:
        """Its line is known to be overrun, from elsewhere."""
        peer.line.downlink.congested(peer.line.media, now)
        self._fit(peer, stage, Verdict.OVERRUN, now)

    def look(self, peer: Peer, stage: Stage, now: float) -> None:
        """Judge one viewer's line, and make what it is sent fit."""
        line = peer.line
        verdict = self._judge(peer, now)
        line.due_at = now + self._limits.adapt_interval
        if line.downlink.queues or line.probe is not None:
            peer.report_at = min(peer.report_at, now + self._limits.adapt_interval / 2)
        if line.probe is not None:
            verdict = self._watch(peer, line.probe, verdict, now)
        if verdict is Verdict.OVERRUN or self._share < inf or line.downlink.estimate < inf:
            line.limited = True
        if line.limited or self._limits.uplink:
            self._fit(peer, stage, verdict, now)
        elif line.changed:
            line.changed = False
            for slot in PICTURE_SLOTS:
                if slot in peer.views:
                    stage.streams[slot].aim(peer.views[slot], line.wants.get(slot, Rung.HIGH), now)

    def _judge(self, peer: Peer, now: float) -> Verdict:
        line = peer.line
        media = pictures = 0.0
        given = 0
        for slot, view in peer.views.items():
            given += view.next_number() or 0
            if view.home is not None:
                rate = view.home.meter.rate(now)
                media += rate
                if slot in PROBE_SSRC:
                    pictures += rate
        line.media = media
        elapsed = max(now - line.judged_at, 0.001)
        line.judged_at = now
        padding = line.probe.take_bits() / elapsed if line.probe is not None else 0.0
        new, line.given = given - line.given, given
        return line.downlink.judge(
            media + padding,
            pictures * _BODY_SHARE + padding * BODY_SHARE,
            max(0, new),
            now,
            trying=line.probe is not None,
            watched=pictures > 0,
        )

    def _watch(self, peer: Peer, probe: Probe, verdict: Verdict, now: float) -> Verdict:
        """What the verdict says of the media alone: padding that was too much says nothing about them."""
        stale = probe.is_stale(now, watched=peer.line.downlink.is_watched)
        if verdict is Verdict.OVERRUN or stale or probe.padding.is_cut:
            self._fail_probe(peer, now)
            peer.line.downlink.hold(peer.line.media)
            return Verdict.SHAKY
        if verdict is Verdict.FINE and peer.line.downlink.is_told:
            probe.went_well(now)
        return verdict

    def _fail_probe(self, peer: Peer, now: float) -> None:
        self._totals.add("probes_failed")
        if peer.line.probe is not None:
            peer.line.downlink.bound(max(peer.line.media, peer.line.probe.carried))
        self._end_probe(peer)
        peer.line.probe_failed(now)

    def _end_probe(self, peer: Peer) -> None:
        peer.line.probe = None
        self._probing.pop(peer.spec.peer, None)

    # Choosing

    def _fit(self, peer: Peer, stage: Stage, verdict: Verdict, now: float) -> None:
        line = peer.line
        offers = self._offers(peer, stage, now)
        voices = line.media - sum(
            view.home.meter.rate(now)
            for slot, view in peer.views.items()
            if slot in PROBE_SSRC and view.home is not None
        )
        estimate = line.downlink.estimate
        budget = min(estimate, self._share) - voices
        was = ladder.fitted(offers, line.rungs)
        top = ladder.best(offers)
        line.demand = min(estimate, ladder.rate(offers, top) + voices)
        rungs = was
        if self._is_over(ladder.rate(offers, was) + voices, estimate, verdict):
            rungs = ladder.lowered(offers, was, budget)
            if rungs != was and verdict is Verdict.OVERRUN:
                line.fell(now)
                self._totals.add("ladder_down")
        elif was != top:
            rungs = self._climbed(peer, offers, was, budget, now)
            step = ladder.next_step(offers, was)
            if rungs == was and step is not None:
                goal = (ladder.rate(offers, step) + voices) * ladder.MARGIN
                if line.probe is not None:
                    line.probe.goal = goal * _PROOF
                elif goal <= self._share and self._may_be_tried(line, now):
                    rungs = self._try(peer, stage, was, step, goal, now)
        elif now - line.downlink.troubled_at >= _TRUST and line.is_settled(now):
            line.downlink.trust()
            line.limited = False
        line.changed = False
        self._apply(peer, stage, rungs, now)

    def _is_over(self, sent: float, estimate: float, verdict: Verdict) -> bool:
        if sent > self._share * _SHARE_TOLERATED:
            return True
        return sent > estimate * (1.0 if verdict is Verdict.OVERRUN else _TOLERATED)

    def _offers(self, peer: Peer, stage: Stage, now: float) -> list[Offer]:
        offers = []
        for slot in PICTURE_SLOTS:
            view = peer.views.get(slot)
            stream = stage.streams[slot]
            if view is None or view.phase is Phase.OUT:
                continue
            rates = stream.rates(now)
            if rates:
                most = peer.line.wants.get(slot, Rung.HIGH)
                offers.append(ladder.offer(slot, rates, most=most, details=stream.details))
        return offers

    def _climbed(self, peer: Peer, offers: list[Offer], was: Rungs, budget: float, now: float) -> Rungs:
        line = peer.line
        if now < line.climb_at or now - line.downlink.troubled_at < _CALM:
            return was
        rungs = ladder.raised(offers, was, budget / ladder.MARGIN)
        if rungs != was:
            self._totals.add("ladder_up")
            line.climbed(now)
            self._end_probe(peer)
        return rungs

    def _may_be_tried(self, line: Line, now: float) -> bool:
        return now - line.downlink.troubled_at >= _CALM and line.downlink.may_be_tried(now)

    def _try(  # noqa: PLR0917 (who, from where, to where)
        self, peer: Peer, stage: Stage, was: Rungs, step: Rungs, goal: float, now: float
    ) -> Rungs:
        """Find out whether the line carries that step more: by padding, or by sending just that."""
        line = peer.line
        if line.padding is None:
            if now < line.climb_at:
                return was
            self._totals.add("ladder_up")
            line.downlink.estimate = max(line.downlink.estimate, goal)
            line.climbed(now)
            return step
        if now >= line.probe_at and len(self._probing) < self._limits.probes_at_once:
            self._totals.add("probes_begun")
            known = max(line.media, line.downlink.estimate)
            line.probe = Probe(line.padding, goal * _PROOF, known, line.media, now)
            self._probing[peer.spec.peer] = peer, stage
        return was

    def _apply(self, peer: Peer, stage: Stage, rungs: Rungs, now: float) -> None:
        line: Line = peer.line
        line.rungs.update(rungs)
        for slot, rung in rungs.items():
            stage.streams[slot].aim(peer.views[slot], rung, now)
        if not line.limited:
            line.rungs.clear()
            line.changed = True  # slots that offered nothing just now are aimed anew, too


def padding_for(peer: Peer, common: Common) -> Padding | None:
    """What to try that viewer's line with; None where it cannot take it."""
    slot = next((slot for slot in PICTURE_SLOTS if slot in peer.spec.receives), None)
    if peer.spec.probe_type is None or slot is None:
        return None
    return Padding(peer.spec.peer, slot, peer.spec.probe_type, common)
