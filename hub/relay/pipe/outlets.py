"""The giving side: which of our publishers go down which pipe. Pure; the driver takes what is in `queue`."""

from dataclasses import replace

from hub.relay.core.plan import Totals
from hub.relay.core.specs import Layers, PeerSpec
from hub.relay.pipe import frames
from hub.relay.pipe.frames import Kind, Record

_SSRC = slice(8, 12)


class Outlet:
    """One pipe to one sibling: what it wants, and what is queued for it until the turn ends."""

    def __init__(self) -> None:
        self.wanted: frozenset[str] = frozenset()
        self.queue: list[Record] = []
        self.handles: dict[str, int] = {}
        """Of the publishers it was told of."""
        self._last = 0
        self._starved: set[tuple[str, int]] = set()

    def introduce(self, spec: PeerSpec) -> None:
        """Tell of a publisher, or of its new spec."""
        handle = self.handles.get(spec.peer)
        if handle is None:
            handle = self._last = frames.free_handle(self.handles.values(), self._last)
            self.handles[spec.peer] = handle
        self.queue.append(frames.spec(handle, spec))

    def part_with(self, peer: str) -> None:
        """Tell that a publisher is not here any more, if it was ever told of."""
        handle = self.handles.pop(peer, None)
        if handle is not None:
            self.queue.append(Record(Kind.GONE, handle, b""))

    def peer_of(self, handle: int) -> str | None:
        """The publisher with that handle."""
        return next((peer for peer, known in self.handles.items() if known == handle), None)

    def dropped(self, records: list[Record]) -> bool:
        """A message did not fit into the pipe. Returns whether the pipe may go on: a lost packet is only a
        loss, a lost word would leave the two ends with different ideas."""
        if any(kind not in (Kind.RTP, Kind.RTCP) for kind, _, _ in records):
            return False
        names = {handle: peer for peer, handle in self.handles.items()}
        for kind, handle, body in records:
            if kind is Kind.RTP and handle in names:
                self._starved.add((names[handle], int.from_bytes(body[_SSRC])))
        return True

    def flowing(self) -> set[tuple[str, int]]:
        """A message fitted: the streams that lost something before, once. They need a keyframe."""
        starved, self._starved = self._starved, set()
        return starved


class Outlets:
    """Our publishers, and the pipes they go down."""

    def __init__(self, totals: Totals) -> None:
        self._totals = totals
        self._publishers: dict[str, PeerSpec] = {}
        self._open: list[Outlet] = []
        self._taps: dict[str, tuple[tuple[list[Record], int], ...]] = {}
        """For each publisher that somebody wants: the queues it goes to and its handles there."""

    def opened(self, outlet: Outlet) -> None:
        """A sibling connected. It has not said yet what it wants."""
        self._open.append(outlet)

    def closed(self, outlet: Outlet) -> None:
        """It is gone, and its wish with it."""
        self._open.remove(outlet)
        self._retap()

    def wants(self, outlet: Outlet, publishers: frozenset[str]) -> None:
        """Its whole wish."""
        for peer in outlet.wanted - publishers:
            outlet.handles.pop(peer, None)
        for peer in sorted(publishers - outlet.wanted):
            if peer in self._publishers:
                outlet.introduce(self._publishers[peer])
        outlet.wanted = publishers
        self._retap()

    def came(self, spec: PeerSpec) -> None:
        """A peer of ours is known, or is another than before."""
        if not spec.publishes:
            self.went(spec.peer)
            return
        if self._publishers.get(spec.peer) == spec:
            return
        self._publishers[spec.peer] = spec
        for outlet in self._open:
            if spec.peer in outlet.wanted:
                outlet.introduce(spec)
        self._retap()

    def learned(self, peer: str, layers: Layers) -> None:
        """A peer of ours told the layers of its SSRCs: those who come to want it later hear nothing of them
        in its packets."""
        spec = self._publishers.get(peer)
        if spec is not None:
            self.came(replace(spec, layers=layers))

    def went(self, peer: str) -> None:
        """A peer of ours is gone."""
        if self._publishers.pop(peer, None) is not None:
            for outlet in self._open:
                outlet.part_with(peer)
            self._retap()

    def is_piped(self, peer: str) -> bool:
        """Whether anybody wants it."""
        return peer in self._taps

    def rtp(self, peer: str, packet: bytes) -> None:
        """One of its packets, for everyone who wants it."""
        for queue, handle in self._taps[peer]:
            queue.append(Record(Kind.RTP, handle, packet))
            self._totals.add("pipe_sent")

    def rtcp(self, peer: str, compound: bytes) -> None:
        """What of a compound concerns others."""
        body = frames.reports_only(compound)
        if body:
            for queue, handle in self._taps[peer]:
                queue.append(Record(Kind.RTCP, handle, body))

    def _retap(self) -> None:
        taps: dict[str, tuple[tuple[list[Record], int], ...]] = {}
        for outlet in self._open:
            for peer, handle in outlet.handles.items():
                taps[peer] = (*taps.get(peer, ()), (outlet.queue, handle))
        self._taps = taps
