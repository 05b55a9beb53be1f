"""The reports that the hub itself sends: receiver reports and REMB to publishers, sender reports to
viewers."""

from collections.abc import Iterable, Iterator
from math import inf

from hub.relay.core import ntp, rtcp_write
from hub.relay.core.limits import Limits
from hub.relay.core.outbox import Outbox
from hub.relay.core.peer import Peer
from hub.relay.core.plan import Feedback
from hub.relay.core.specs import SLOT_SSRC
from hub.relay.core.stage import Stage
from hub.relay.core.variant import Variant

Clocks = dict[Variant, int | None]
"""Each variant's RTP timestamp now, worked out once for all its viewers."""

_EAGER_SECONDS = 2.0
_EAGER_INTERVAL = 0.2
"""Chrome trusts REMB in its first 2 seconds, so it hears of it often in that time."""
_STEADY_INTERVAL = 1.0


class UpstreamReports:
    """A compound of receiver report and REMB for each publisher, from its first packet on."""

    def __init__(self, limits: Limits, outbox: Outbox) -> None:
        self._bitrate = limits.publish_bitrate
        self._outbox = outbox
        self._schedule: dict[str, tuple[float, float]] = {}

    def begin(self, peer: Peer, now: float) -> None:
        """A publisher's first packet came: report at once."""
        if peer.spec.peer not in self._schedule:
            self._schedule[peer.spec.peer] = now, now
            self.tick([peer], now)

    def end(self, peer: str) -> None:
        """The publisher left."""
        self._schedule.pop(peer, None)

    def tick(self, publishers: Iterable[Peer], now: float) -> None:
        """Report to those whose turn it is."""
        for peer in publishers:
            # A publisher that sent only malformed packets has not begun.
            began_at, due_at = self._schedule.get(peer.spec.peer, (now, inf))
            if now >= due_at:
                interval = _EAGER_INTERVAL if now - began_at < _EAGER_SECONDS else _STEADY_INTERVAL
                self._schedule[peer.spec.peer] = began_at, now + interval
                self._report(peer, now)

    def _report(self, peer: Peer, now: float) -> None:
        tracks = [track for source in peer.sources.values() for track in source.tracks.values()]
        blocks = [track.reception.block(now) for track in tracks]
        packet = rtcp_write.receiver_report(blocks) + rtcp_write.remb(
            self._bitrate, [track.ssrc for track in tracks]
        )
        self._outbox.say(Feedback(peer.spec.peer, packet))


class DownstreamReports:
    """One compound per viewer every `report_interval`: a sender report for each slot it is being sent."""

    def __init__(self, limits: Limits, outbox: Outbox) -> None:
        self._limits = limits
        self._outbox = outbox

    def tick(self, peers: Iterable[tuple[Peer, Stage]], now: float) -> None:
        """Report to those whose turn it is, at most `reports_per_tick` of them; the rest come next time."""
        clocks: Clocks = {}
        left = self._limits.reports_per_tick
        for peer, stage in peers:
            if left and peer.receiver.ready and now >= peer.report_at:
                peer.report_at = now + self._limits.report_interval
                left -= self._report(peer, stage, clocks, now)

    def _report(self, peer: Peer, stage: Stage, clocks: Clocks, now: float) -> bool:
        reports = dict(self._slots(peer, stage, clocks, now))
        if not reports:
            return False
        packet = b"".join(reports.values()) + rtcp_write.description(list(reports))
        self._outbox.say(Feedback(peer.spec.peer, packet))
        return True

    def _slots(self, peer: Peer, stage: Stage, clocks: Clocks, now: float) -> Iterator[tuple[int, bytes]]:
        for slot, view in peer.views.items():
            variant = view.home
            if variant is None:
                continue
            if variant not in clocks:
                clocks[variant] = variant.clock(now)
            timestamp = clocks[variant]
            count = stage.streams[slot].viewers.count(peer.spec.peer)
            if timestamp is not None and count is not None and count.packets:
                ssrc = SLOT_SSRC[slot]
                timestamp = (timestamp + view.shift) & 0xFFFFFFFF
                yield (
                    ssrc,
                    rtcp_write.sender_report(ssrc, ntp.full(now), timestamp, count.packets, count.octets),
                )
