"""A core that shares its publishers with its siblings, and hears theirs. Pure, like the core itself.

What is wanted follows from the stages: whoever feeds a slot and is not connected here. The publisher is
then a peer of this core like any other, under a spec that receives nothing (a *guest*), so layers, replays,
switches and keyframes need to know nothing of pipes. Of what this core has to say to a guest only keyframe
requests go back over the pipe; the relay that has the publisher mends its losses and tells it the rate.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from hub.relay.core import rtcp
from hub.relay.core.forwarder import Forwarder
from hub.relay.core.ledger import NO_LEDGER, Ledger
from hub.relay.core.limits import Limits
from hub.relay.core.malformed import Malformed
from hub.relay.core.plan import Feedback, Output, Totals
from hub.relay.core.specs import PeerSpec, StageSpec
from hub.relay.pipe.outlets import Outlet, Outlets

GRACE: Final = 5.0
"""Seconds a guest outlives its pipe: a relay that is started again goes on with the same streams."""


class PipedForwarder(Forwarder):
    """`wanted_changed` is called when `wanted` is another; `flush` before anything is sent to viewers, so
    that siblings need not wait for our own fan-out."""

    def __init__(
        self, *, seed: int, totals: Totals, limits: Limits = Limits(), ledger: Ledger = NO_LEDGER
    ) -> None:
        super().__init__(seed=seed, totals=totals, limits=limits, ledger=ledger)
        self.outlets = Outlets(totals)
        self.wanted: frozenset[str] = frozenset()
        self.wanted_changed: Callable[[], None] = _nothing
        self.flush: Callable[[], None] = _nothing
        self._local: set[str] = set()
        self._feeding: dict[str, frozenset[str]] = {}
        self._guests: dict[str, Guest] = {}

    def add_peer(self, spec: PeerSpec, now: float) -> None:
        """As the core's; one that was a guest is at home from now on."""
        self._guests.pop(spec.peer, None)
        super().add_peer(spec, now)
        self._local.add(spec.peer)
        self.outlets.came(spec)
        self._look(now)

    def _learned(self, peer: str) -> None:
        super()._learned(peer)
        if peer in self._local:
            self.outlets.learned(peer, self.layers(peer))

    def remove_peer(self, peer: str, now: float) -> None:
        """As the core's."""
        super().remove_peer(peer, now)
        self._local.discard(peer)
        self.outlets.went(peer)
        self._look(now)

    def put_stage(self, spec: StageSpec, now: float) -> None:
        """As the core's; the siblings are asked for what it names and we have not."""
        super().put_stage(spec, now)
        feeding = frozenset(source.peer for _, source in spec.slots)
        if feeding:
            self._feeding[spec.stage] = feeding
        else:
            self._feeding.pop(spec.stage, None)
        self._look(now)

    def rtp(self, peer: str, packet: bytes, now: float) -> None:
        """As the core's, and down the pipes."""
        if self.outlets.is_piped(peer) and len(packet) <= self._limits.max_packet:
            self.outlets.rtp(peer, packet)
        super().rtp(peer, packet, now)

    def rtcp(self, peer: str, packet: bytes, now: float) -> None:
        """As the core's, and what concerns others of it down the pipes."""
        if self.outlets.is_piped(peer):
            self.outlets.rtcp(peer, packet)
        super().rtcp(peer, packet, now)

    def drain(self) -> list[Output]:
        """As the core's, without what is for guests."""
        self.flush()
        outputs = super().drain()
        if not self._guests:
            return outputs
        kept: list[Output] = []
        for output in outputs:
            if isinstance(output, Feedback) and output.peer in self._guests:
                self._guests[output.peer].ask(output.packet)
            else:
                kept.append(output)
        return kept

    def guest_came(self, spec: PeerSpec, ask: Callable[[int], None], now: float) -> None:
        """A sibling has a publisher that we want. `ask(ssrc)` asks it for a keyframe.

        One that is known goes on where it was: its relay was started again, and it still sends the same
        streams. So does one of which only more layers are known.
        """
        if spec.peer not in self.wanted:
            return
        known = self._guests.get(spec.peer)
        self._guests[spec.peer] = Guest(spec, ask)
        if known is None or replace(known.spec, layers=()) != replace(spec, layers=()):
            super().add_peer(spec, now)
        else:
            self._peers[spec.peer].inlet.learn(spec.layers)

    def guest_rtp(self, peer: str, packet: bytes, now: float) -> None:
        """One of its packets."""
        if peer in self._guests:
            self._totals.add("pipe_received")
            super().rtp(peer, packet, now)

    def guest_rtcp(self, peer: str, packet: bytes, now: float) -> None:
        """What it reported."""
        if peer in self._guests:
            super().rtcp(peer, packet, now)

    def guest_went(self, peer: str, now: float) -> None:
        """It left the relay it was connected to."""
        if self._guests.pop(peer, None) is not None:
            super().remove_peer(peer, now)

    def guest_orphaned(self, peer: str, now: float) -> None:
        """The pipe to its relay broke: it may come back."""
        guest = self._guests.get(peer)
        if guest is not None:
            guest.orphaned_at = now

    def sweep(self, now: float) -> None:
        """Forget the guests whose pipe did not come back."""
        for peer, guest in list(self._guests.items()):
            if guest.orphaned_at is not None and now - guest.orphaned_at >= GRACE:
                self._totals.add("pipe_guests_lost")
                self.guest_went(peer, now)

    def starved(self, streams: Iterable[tuple[str, int]], now: float) -> None:
        """Streams of ours that a sibling lost packets of, because it did not read for a while."""
        for peer, ssrc in sorted(streams):
            self.want_keyframe(peer, ssrc, now)

    def asked_by(self, outlet: Outlet, handle: int, ssrc: int, now: float) -> None:
        """A sibling cannot go on without a keyframe."""
        peer = outlet.peer_of(handle)
        if peer is not None:
            self._totals.add("pipe_keyframes_wanted")
            self.want_keyframe(peer, ssrc, now)

    def _look(self, now: float) -> None:
        fed: frozenset[str] = frozenset().union(*self._feeding.values())
        wanted = fed - self._local
        if wanted == self.wanted:
            return
        self.wanted = wanted
        for peer in set(self._guests) - wanted:
            self.guest_went(peer, now)
        self.wanted_changed()


class Guest:
    """A publisher that is connected to a sibling."""

    def __init__(self, spec: PeerSpec, ask: Callable[[int], None]) -> None:
        self.spec = spec
        self.orphaned_at: float | None = None
        self._ask = ask

    def ask(self, compound: bytes) -> None:
        """Pass on what a compound asks keyframes of; the rest of it is for its own relay to say."""
        try:
            reports = rtcp.parse(compound)
        except Malformed:  # we wrote it ourselves: a bug, and none that may stop a burst
            return
        for report in reports:
            if isinstance(report, rtcp.KeyframeRequest):
                self._ask(report.ssrc)


def _nothing() -> None:
    return
