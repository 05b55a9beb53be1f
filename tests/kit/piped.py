"""Several relays of one machine on virtual time, their pipes made of lists, with a peer's view of each."""

from dataclasses import dataclass, field
from functools import partial

from hub.relay.core.specs import StageSpec
from hub.relay.pipe import frames
from hub.relay.pipe.forwarder import PipedForwarder
from hub.relay.pipe.frames import Kind, Record
from hub.relay.pipe.outlets import Outlet
from tests.kit.media import Lab


@dataclass(slots=True)
class PipedLab(Lab):
    """One relay of them."""

    def __post_init__(self) -> None:
        self.forwarder = PipedForwarder(seed=self.seed, totals=self.totals, limits=self.limits)

    @property
    def core(self) -> PipedForwarder:
        assert isinstance(self.forwarder, PipedForwarder)
        return self.forwarder


@dataclass
class Pipe:
    """From `giver` to `taker`. `broken` pipes lose what is said and are connected again by `Machine.mend`."""

    giver: PipedLab
    taker: PipedLab
    outlet: Outlet = field(default_factory=Outlet)
    handles: dict[int, str] = field(default_factory=dict)
    said: list[Record] = field(default_factory=list)

    def open(self) -> None:
        self.giver.core.outlets.opened(self.outlet)
        self.giver.core.outlets.wants(self.outlet, self.taker.core.wanted)

    def close(self) -> None:
        self.giver.core.outlets.closed(self.outlet)
        for peer in self.handles.values():
            self.taker.core.guest_orphaned(peer, self.taker.now)

    def carry(self) -> bool:
        """Bring what is queued to the other end. Returns whether there was anything."""
        records, now = self.outlet.queue[:], self.taker.now
        self.outlet.queue.clear()
        wanted = self.taker.core.wanted
        self.handles = {handle: peer for handle, peer in self.handles.items() if peer in wanted}
        for message, _ in frames.pack(records, now):
            for record in frames.unpack(message).records:
                self._hear(record, now)
        return bool(records)

    def _hear(self, record: Record, now: float) -> None:
        core = self.taker.core
        if record.kind is Kind.SPEC:
            spec = frames.read_spec(record)
            if spec.peer in core.wanted:
                self.handles[record.handle] = spec.peer
                core.guest_came(spec, partial(self.ask, record.handle), now)
        elif record.handle in self.handles:
            peer = self.handles[record.handle]
            match record.kind:
                case Kind.RTP:
                    core.guest_rtp(peer, record.body, now)
                case Kind.RTCP:
                    core.guest_rtcp(peer, record.body, now)
                case Kind.GONE:
                    del self.handles[record.handle]
                    core.guest_went(peer, now)

    def ask(self, handle: int, ssrc: int) -> None:
        self.giver.core.asked_by(self.outlet, handle, ssrc, self.giver.now)


class Machine:
    """`relays[i]` are in step: time goes by for all of them together."""

    def __init__(self, relays: int) -> None:
        self.relays = [PipedLab(seed=index + 1) for index in range(relays)]
        self.pipes: dict[tuple[int, int], Pipe] = {}
        for index in range(relays):
            self._plug(index)
        self.settle()

    def _plug(self, index: int) -> None:
        """Connect that relay with all that are there, both ways."""
        self.relays[index].core.wanted_changed = lambda: self._asked(index)
        for other in range(len(self.relays)):
            if other != index:
                for giver, taker in ((index, other), (other, index)):
                    if (giver, taker) not in self.pipes:
                        self._join(giver, taker)

    def _join(self, giver: int, taker: int) -> None:
        pipe = self.pipes[giver, taker] = Pipe(self.relays[giver], self.relays[taker])
        pipe.open()

    def _asked(self, taker: int) -> None:
        for (_, to), pipe in self.pipes.items():
            if to == taker:
                pipe.giver.core.outlets.wants(pipe.outlet, pipe.taker.core.wanted)

    def break_pipe(self, giver: int, taker: int) -> None:
        self.pipes.pop((giver, taker)).close()

    def mend(self, giver: int, taker: int) -> None:
        self._join(giver, taker)
        self.settle()

    def kill(self, index: int) -> None:
        """That relay is started anew, with nothing."""
        for giver, taker in [pair for pair in self.pipes if index in pair]:
            pipe = self.pipes.pop((giver, taker))
            if taker == index:
                pipe.giver.core.outlets.closed(pipe.outlet)
            else:
                pipe.close()
        old = self.relays[index]
        self.relays[index] = PipedLab(seed=old.seed + 100, now=old.now)
        self._plug(index)
        self.settle()

    def put(self, spec: StageSpec) -> None:
        """As the pool does: to all of them."""
        for lab in self.relays:
            lab.core.put_stage(spec, lab.now)
        self.settle()

    def rtp(self, relay: int, peer: str, packet: bytes) -> None:
        self.relays[relay].core.rtp(peer, packet, self.relays[relay].now)
        self.settle()

    def settle(self) -> None:
        """Until nothing is under way."""
        while True:
            for lab in self.relays:
                lab.deliver()
            if not sum(pipe.carry() for pipe in self.pipes.values()):  # all of them, not only the first
                break

    def pass_time(self, seconds: float) -> None:
        end = self.relays[0].now + seconds
        while self.relays[0].now < end:
            for lab in self.relays:
                lab.pass_time(min(0.05, end - lab.now))
                lab.core.sweep(lab.now)
            self.settle()
