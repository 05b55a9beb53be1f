"""What the control link may ask of the media side, answered at once. One `Media` per relay process."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hub.relay import control
from hub.relay.core.forwarder import Forwarder
from hub.relay.core.plan import SourceChanged, Totals
from hub.relay.core.specs import StageSpec
from hub.relay.wire import negotiate, sdp
from hub.relay.wire.dtls import Certificate
from hub.relay.wire.ice import Credentials
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
    ) -> None:
        self.boot = secrets.token_hex(8)
        self._driver = driver
        self._forwarder = forwarder
        self._totals = totals
        self._certificate = certificate
        self._addresses = addresses
        self._port = port
        self._tell = tell
        self._clock = clock
        self._opened: dict[str, _Opened] = {}
        self._sending: dict[str, set[str]] = {}
        self._stages: dict[str, StageSpec] = {}

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
                return control.Refused("peer_unknown", f"there is no peer {request.peer}")
            case control.AskState():
                return self.state()
            case control.AskCounts():
                return self.counts(request.stage)

    def state(self) -> control.RelayState:
        """All peers and stages, as they are now."""
        peers = tuple(self._peer_state(opened.transport) for opened in self._opened.values())
        return control.RelayState(self.boot, peers, tuple(self._stages.values()))

    def counts(self, stage: str | None) -> control.Counts:
        """Counters, and who was sent what."""
        self._driver.port.gather()
        slots = tuple(self._forwarder.counts(stage))
        return control.Counts(dict(self._totals.values), slots, self._driver.delays.summary())

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
        peers = self._forwarder.quality()
        if peers:
            self._tell(control.Quality(peers))

    def _open(self, request: control.OpenPeer) -> control.Reply:
        known = self._opened.get(request.peer)
        if known is not None and known.request == request:
            return control.PeerSdp(request.peer, known.sdp)
        if len(self._opened) >= MOST_PEERS:
            return control.Refused("media_full", f"{MOST_PEERS} peers are open")
        self._close(request.peer)
        transport = self._transport(request, may_publish=request.may_publish)
        offer = negotiate.hub_offer(self._local(transport), may_publish=request.may_publish)
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
        accept = negotiate.accept_publisher if request.direction == "publish" else negotiate.accept_viewer
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

    def _put(self, stage: StageSpec) -> control.Reply:
        if stage.stage not in self._stages and len(self._stages) >= MOST_STAGES:
            return control.Refused("stages_full", f"{MOST_STAGES} stages are known")
        empty = not stage.audience and not stage.slots
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

    def _transport(self, request: control.OpenPeer | control.AcceptPeer, *, may_publish: bool) -> Transport:
        identity = Identity(request.peer, request.stage, request.owner, request.groups)
        credentials = Credentials(secrets.token_hex(6), secrets.token_hex(16))
        return Transport(identity, credentials, self._certificate, may_publish=may_publish, now=self._clock())

    def _local(self, transport: Transport) -> sdp.Local:
        ours = transport.ice.credentials
        return sdp.Local(
            session=secrets.randbits(62),
            fragment=ours.fragment,
            password=ours.password,
            fingerprint=self._certificate.fingerprint,
            addresses=self._addresses,
            port=self._port,
        )

    def _source(self, change: SourceChanged) -> None:
        known = self._opened.get(change.peer)
        kinds = self._sending.setdefault(change.peer, set())
        (kinds.add if change.live else kinds.discard)(change.kind)
        if known is None:
            self._sending.pop(change.peer)
            return
        who = known.transport.identity
        self._tell(control.SourceEvent(who.peer, who.stage, who.owner, change.kind, change.live))

    def _peer_state(self, transport: Transport) -> control.PeerState:
        who = transport.identity
        sending = tuple(sorted(self._sending.get(who.peer, ())))
        return control.PeerState(who.peer, who.stage, who.owner, who.groups, transport.up, sending)
