"""What the control link may ask of the media side, answered at once. One `Media` per relay process."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from hub.relay import control, dump
from hub.relay.core.forwarder import Forwarder
from hub.relay.core.plan import SourceChanged, Totals
from hub.relay.core.specs import Codec, Rung, SlotName, StageSpec, Want, is_less
from hub.relay.figures import Line, figures
from hub.relay.revival import SILENCE, Revival, Revived
from hub.relay.wire import negotiate, sdp
from hub.relay.wire.dtls import Certificate
from hub.relay.wire.ice import Credentials
from hub.relay.wire.kept import write_peer, write_stage
from hub.relay.wire.ledger import Ledger
from hub.relay.wire.metrics import DelayHistogram
from hub.relay.wire.transport import Identity, Transport
from hub.relay.wire.udp import Driver

MOST_PEERS: Final = 1_000
MOST_STAGES: Final = 1_000


@dataclass(slots=True)
class _Opened:
    """What a peer was made from, so that a repeated request is answered like the first."""

    request: control.OpenPeer | control.AcceptPeer
    sdp: str
    transport: Transport
    answer: str | None = None
    wants: tuple[tuple[SlotName, Want], ...] = ()


class Media:
    """Answers requests and reports events through `tell`. Everything happens before a call returns."""

    def __init__(
        self,
        driver: Driver,
        forwarder: Forwarder,
        totals: Totals,
        certificate: Certificate,
        *,
        addresses: tuple[str, ...],
        port: int,
        tell: Callable[[control.Event], None],
        clock: Callable[[], float] = time.monotonic,
        ledger: Ledger | None = None,
        codecs: tuple[Codec, ...] = negotiate.PICTURE_CODECS,
    ) -> None:
        self.boot = secrets.token_hex(8) if ledger is None else ledger.boot
        self.delays_beside: dict[str, DelayHistogram] = {}
        """Other delays to be told with the counts, by name."""
        self._ledger = ledger
        self._driver = driver
        self._forwarder = forwarder
        self._totals = totals
        self._certificate = certificate
        self._addresses = addresses
        self._port = port
        self._codecs = codecs
        self._tell = tell
        self._clock = clock
        self._opened: dict[str, _Opened] = {}
        self._sending: dict[str, set[str]] = {}
        self._stages: dict[str, StageSpec] = {}
        self._lines: dict[str, Line] = {}
        self._rungs: dict[str, dict[SlotName, Rung]] = {}
        self._missed: set[tuple[str, str]] = set()
        """Tracks that arrived before a kill, and have not since."""
        self._missed_until = 0.0
        driver.port.keep = self._keep
        forwarder.layers_learned = self._learned

    def handle(self, request: control.Request) -> control.Reply:
        """The answer to one request; what has to leave because of it has left."""
        try:
            return self._answer(request)
        finally:
            self._driver.turn()

    def _answer(self, request: control.Request) -> control.Reply:
        match request:
            case control.OpenPeer():
                return self._open(request)
            case control.AnswerPeer():
                return self._answered(request)
            case control.AcceptPeer():
                return self._accept(request)
            case control.ClosePeer():
                return self._close(request.peer)
            case control.PutStage():
                return self._put(request.stage)
            case control.LimitPeer():
                return self._limit(request)
            case control.AskState():
                return self.state()
            case control.AskCounts():
                return self.counts(request.stage)
            case control.AskFigures():
                return figures(self._driver, self._forwarder, self._totals, self._lines, peers=request.peers)
            case control.AskDump():
                return self._dump(request)

    def state(self) -> control.RelayState:
        """All peers and stages, as they are now."""
        peers = tuple(self._peer_state(opened.transport) for opened in self._opened.values())
        return control.RelayState(self.boot, peers, tuple(self._stages.values()))

    def counts(self, stage: str | None) -> control.Counts:
        """Counters, and who was sent what."""
        self._driver.port.gather()
        self._driver.streams.gather()
        slots = tuple(self._forwarder.counts(stage))
        delays = self._driver.delays.summary()
        for name, histogram in self.delays_beside.items():
            delays |= {f"{name}_{key}": value for key, value in histogram.summary().items()}
        return control.Counts(dict(self._totals.values), slots, delays)

    def revive(self) -> None:
        """Go on with the peers of a process that was killed. Before the driver starts.

        Nothing is sent of a stage before it is put again: its doors may have been closed meanwhile, and the
        web process does not wait for the dead to say so.
        """
        if self._ledger is None:
            return
        now = self._clock()
        revival = Revival(self._ledger, self._certificate, self._totals, now)
        for stage in revival.stages():
            self._stages[stage.stage] = stage
            self._forwarder.put_stage(replace(stage, audience=frozenset()), now)
        revival.peers(self._take_up)
        self._ledger.settle()
        self._missed_until = now + SILENCE

    def _take_up(self, revived: Revived) -> None:
        kept, transport = revived.kept, revived.transport
        peer = kept.request.peer
        self._opened[peer] = _Opened(kept.request, kept.sdp, transport, kept.answer, wants=kept.wants)
        self._sending[peer] = set(kept.sending)
        self._missed |= {(peer, kind) for kind in kept.sending}
        try:
            self._driver.port.resume(transport, self._clock())
            if kept.wants:
                self._forwarder.limit(peer, kept.wants, self._clock())
        except Exception:
            self._opened.pop(peer)
            self._sending.pop(peer)
            self._driver.port.remove(transport, "closed", self._clock())
            raise

    def _keep(self, transport: Transport) -> None:
        known = self._opened.get(transport.identity.peer)
        if self._ledger is None or known is None or known.transport is not transport or not transport.up:
            return
        sending = self._sending.get(transport.identity.peer, ())
        layers = self._forwarder.layers(transport.identity.peer)
        kept = transport.keep(
            known.request, known.sdp, known.answer, sending=sending, wants=known.wants, layers=layers
        )
        self._ledger.keep_peer(transport.identity.peer, write_peer(kept))

    def _learned(self, peer: str) -> None:
        known = self._opened.get(peer)
        if known is not None:
            self._keep(known.transport)

    def _dump(self, request: control.AskDump) -> control.Reply:
        try:
            return dump.page(request, self._driver, self._forwarder, self._driver.delays.summary())
        except dump.SaltBad as problem:
            return control.Refused("salt_bad", str(problem))

    def turned(self, changes: list[SourceChanged]) -> None:
        """The driver had a turn: tell what happened in it."""
        for change in changes:
            self._source(change)
        events, self._driver.port.events = self._driver.port.events, []
        for event in events:
            if isinstance(event, control.PeerDown):
                self._sending.pop(event.peer, None)
                self._opened.pop(event.peer, None)
            self._tell(event)

    def report_quality(self) -> None:
        """Every 2 s: how well packets arrive, if anybody said."""
        self._tell_missed()
        peers = self._forwarder.quality()
        known = self._lines | peers
        self._lines = {peer: known[peer] for peer in self._opened if peer in known}
        rungs = self._short_of()
        if peers or rungs != self._rungs:
            self._rungs = rungs
            self._tell(control.Quality(peers, rungs))

    def _short_of(self) -> dict[str, dict[SlotName, Rung]]:
        """Who is sent less than it has use for. A small window that is sent the small one lacks nothing."""
        short: dict[str, dict[SlotName, Rung]] = {}
        for peer, rungs in self._forwarder.rungs().items():
            opened = self._opened.get(peer)
            wants = dict(opened.wants) if opened is not None else {}
            lacking = {slot: rung for slot, rung in rungs.items() if is_less(rung, wants.get(slot, "high"))}
            if lacking:
                short[peer] = lacking
        return short

    def _open(self, request: control.OpenPeer) -> control.Reply:
        known = self._opened.get(request.peer)
        if known is not None and known.request == request:
            return control.PeerSdp(request.peer, known.sdp)
        if len(self._opened) >= MOST_PEERS:
            return control.Refused("media_full", f"{MOST_PEERS} peers are open")
        self._close(request.peer)
        transport = self._transport(request, may_publish=request.may_publish)
        local = self._local(transport)
        offer = negotiate.hub_offer(local, may_publish=request.may_publish, codecs=self._codecs)
        self._opened[request.peer] = _Opened(request, offer, transport)
        self._driver.port.add(transport)
        return control.PeerSdp(request.peer, offer)

    def _answered(self, request: control.AnswerPeer) -> control.Reply:
        known = self._opened.get(request.peer)
        if known is None or isinstance(known.request, control.AcceptPeer):
            return control.Refused("peer_unknown", f"there is no offer for {request.peer}")
        if known.answer is not None:
            same = known.answer == request.sdp
            return (
                control.Done()
                if same
                else control.Refused("peer_answered", f"{request.peer} was answered before")
            )
        try:
            remote = sdp.read(request.sdp)
            agreed = negotiate.read_hub_answer(remote, may_publish=known.transport.may_publish)
        except sdp.SdpBad as problem:
            return control.Refused("sdp_bad", str(problem))
        known.answer = request.sdp
        self._agree(known.transport, remote, agreed, is_client=remote.setup == "passive")
        return control.Done()

    def _accept(self, request: control.AcceptPeer) -> control.Reply:
        known = self._opened.get(request.peer)
        if known is not None and known.request == request:
            return control.PeerSdp(request.peer, known.sdp)
        if len(self._opened) >= MOST_PEERS:
            return control.Refused("media_full", f"{MOST_PEERS} peers are open")
        transport = self._transport(request, may_publish=request.direction == "publish")
        publisher = partial(negotiate.accept_publisher, codecs=self._codecs)
        accept = publisher if request.direction == "publish" else negotiate.accept_viewer
        try:
            remote = sdp.read(request.sdp)
            answer, agreed = accept(self._local(transport), remote)
        except sdp.SdpBad as problem:
            return control.Refused(
                "sdp_no_codec" if isinstance(problem, sdp.SdpNoCodec) else "sdp_bad", str(problem)
            )
        self._close(request.peer)
        self._opened[request.peer] = _Opened(request, answer, transport)
        self._driver.port.add(transport)
        self._agree(transport, remote, agreed, is_client=negotiate.our_setup(remote) == "active")
        return control.PeerSdp(request.peer, answer)

    def _close(self, peer: str) -> control.Reply:
        known = self._opened.get(peer)
        if known is not None:
            self._driver.port.remove(known.transport, "closed", self._clock())
            self._driver.turn()  # tells it at once: a new peer may take the name in the next breath
        return control.Done()

    def _limit(self, request: control.LimitPeer) -> control.Reply:
        known = self._opened.get(request.peer)
        if known is None:
            return control.Refused("peer_unknown", f"there is no peer {request.peer}")
        if known.wants != request.wants:
            known.wants = request.wants
            self._keep(known.transport)  # whoever wants voices only wants them after a kill, too
        self._forwarder.limit(request.peer, request.wants, self._clock())
        return control.Done()

    def _put(self, stage: StageSpec) -> control.Reply:
        if stage.stage not in self._stages and len(self._stages) >= MOST_STAGES:
            return control.Refused("stages_full", f"{MOST_STAGES} stages are known")
        empty = not stage.audience and not stage.slots
        if self._ledger is not None:  # first of all: a door that is shut must not be open after a kill
            self._ledger.keep_stage(stage.stage, b"" if empty else write_stage(stage))
        if empty:
            self._stages.pop(stage.stage, None)
        else:
            self._stages[stage.stage] = stage
        self._forwarder.put_stage(stage, self._clock())
        return control.Done()

    def _agree(
        self, transport: Transport, remote: sdp.Remote, agreed: negotiate.Agreed, *, is_client: bool
    ) -> None:
        now = self._clock()
        transport.agree(remote, agreed, now, is_client=is_client)
        self._driver.port.agreed(transport, now)
        wants = self._opened[transport.identity.peer].wants
        if wants:  # said before the core knew the peer
            self._forwarder.limit(transport.identity.peer, wants, now)

    def _transport(self, request: control.OpenPeer | control.AcceptPeer, *, may_publish: bool) -> Transport:
        identity = Identity(request.peer, request.stage, request.owner, request.groups)
        credentials = Credentials(secrets.token_hex(6), secrets.token_hex(16))
        now = self._clock()
        transport = Transport(identity, credentials, self._certificate, may_publish=may_publish, now=now)
        if self._ledger is not None:
            transport.heard = partial(self._ledger.heard, request.peer)
        return transport

    def _local(self, transport: Transport) -> sdp.Local:
        ours = transport.ice.credentials
        return sdp.Local(
            session=secrets.randbits(62),
            fragment=ours.fragment,
            password=ours.password,
            fingerprint=self._certificate.fingerprint,
            addresses=self._addresses,
            port=self._port,
            tcp=self._driver.streams.offered,
        )

    def _tell_missed(self) -> None:
        """Who sent before the kill and has not since is no source any more."""
        if self._missed and self._clock() >= self._missed_until:
            missed, self._missed = self._missed, set()
            for peer, kind in missed:
                self._source(SourceChanged(peer, kind, False))

    def _source(self, change: SourceChanged) -> None:
        self._missed.discard((change.peer, change.kind))
        known = self._opened.get(change.peer)
        kinds = self._sending.setdefault(change.peer, set())
        (kinds.add if change.live else kinds.discard)(change.kind)
        if known is None:
            self._sending.pop(change.peer)
            return
        who = known.transport.identity
        self._tell(control.SourceEvent(who.peer, who.stage, who.owner, change.kind, change.live))
        self._keep(known.transport)

    def _peer_state(self, transport: Transport) -> control.PeerState:
        who = transport.identity
        sending = tuple(sorted(self._sending.get(who.peer, ())))
        return control.PeerState(who.peer, who.stage, who.owner, who.groups, transport.up, sending)
