"""One peer on the shared port: its ICE agent, its DTLS association, its SRTP contexts.

No I/O; the port feeds it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from hub.relay import control
from hub.relay.core.specs import Layers, PeerSpec, SlotName, Want
from hub.relay.wire import stun
from hub.relay.wire.dtls import Certificate, DtlsEnd
from hub.relay.wire.ice import Credentials, IceLite, Verdict
from hub.relay.wire.kept import Kept, Secrets
from hub.relay.wire.mmsg import RawAddress, is_stream
from hub.relay.wire.negotiate import Agreed
from hub.relay.wire.sdp import Remote
from hub.relay.wire.srtp import Inbound, Outbound, SrtpKeys
from hub.relay.wire.target import Target

HANDSHAKE: Final = 30.0
"""Seconds from opening a peer until it must be up."""

Gone = Literal["closed", "silent", "handshake"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a peer is, as the web process said when it opened it."""

    peer: str
    stage: str
    owner: str
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Resumed:
    """How far SRTP had come, by SSRC, and how many processes have used these keys before."""

    outbound: Mapping[int, int]
    inbound: Mapping[int, int]
    generation: int


class Transport:
    """`up` from the moment ICE, DTLS and the promised fingerprint are all there; `gone` says why it ended."""

    def __init__(
        self,
        identity: Identity,
        credentials: Credentials,
        certificate: Certificate,
        *,
        may_publish: bool,
        now: float,
    ) -> None:
        self.identity = identity
        self.may_publish = may_publish
        self.ice = IceLite(credentials, now)
        self.dtls: DtlsEnd | None = None
        self.inbound: Inbound | None = None
        self.outbound: Outbound | None = None
        self.target: Target | None = None
        self.agreed: Agreed | None = None
        self.up = False
        self.gone: Gone | None = None
        self.keys: SrtpKeys | None = None
        self.heard: Callable[[int, int], None] | None = None
        """Told how far a publisher's SRTP has come (see `Inbound`). To be set before it is up."""
        self.waiting: list[bytes] = []
        """DTLS datagrams that came before this peer's turn in the wave; bounded by the port."""
        self._certificate = certificate
        self._fingerprint: str | None = None
        self._is_client = False
        self._opened_at = now
        self._layers: Layers = ()

    def agree(self, remote: Remote, agreed: Agreed, now: float, *, is_client: bool) -> None:
        """The other side's description is known: its fingerprint, its fragment, and which end starts DTLS."""
        self.ice.remote_fragment = remote.fragment
        self.ice.remote_password = remote.password
        self._fingerprint = remote.fingerprint
        self._is_client = is_client
        self.agreed = agreed
        self._settle(now)

    def keep(
        self,
        request: control.OpenPeer | control.AcceptPeer,
        sdp: str,
        answer: str | None,
        *,
        sending: Iterable[str],
        wants: tuple[tuple[SlotName, Want], ...] = (),
        layers: Layers = (),
    ) -> Kept:
        """What the next process must know of it, and of what was said to open it. Only while it is up."""
        assert self.keys is not None
        assert self.agreed is not None
        ice = self.ice
        return Kept(
            request=request,
            sdp=sdp,
            answer=answer,
            fragment=ice.credentials.fragment,
            remote_fragment=ice.remote_fragment or "",
            fingerprint=self._fingerprint or "",
            is_client=self._is_client,
            agreed=self.agreed,
            secrets=Secrets.of(ice.credentials.password, ice.remote_password, self.keys),
            selected=(ice.selected or b"").hex(),
            addresses=tuple(address.hex() for address in ice.addresses if not is_stream(address)),
            sending=tuple(sorted(sending)),
            wants=wants,
            layers=layers,
        )

    def resume(self, kept: Kept, resumed: Resumed, now: float) -> None:
        """Be up again, as the process before this one left it: no checks, no handshake.

        DTLS is over for good; a TCP connection ended with that process, and another is waited for. Raises
        KeptBad, ValueError.
        """
        self.agreed, self.keys = kept.agreed, kept.secrets.keys
        self._fingerprint, self._is_client = kept.fingerprint, kept.is_client
        self._layers = kept.layers
        selected, known = kept.route
        self.ice.resume(kept.remote_fragment, kept.secrets.remote_password, selected, known)
        self.inbound = Inbound(self.keys, since=resumed.inbound, heard=self.heard)
        self.outbound = Outbound(self.keys, used=resumed.outbound, generation=resumed.generation)
        self.target = Target(self.outbound)
        self.up = True
        self._follow()
        self.ice.last_valid_at = now

    def spec(self) -> PeerSpec:
        """What the core is told. Only after `agree`."""
        assert self.agreed is not None, "a peer without an answer has no spec"
        who = self.identity
        return replace(self.agreed.spec(who.peer, who.stage, who.groups), layers=self._layers)

    def check(self, binding: stun.Binding, address: RawAddress, now: float) -> Verdict:
        """A binding request from `address`."""
        verdict = self.ice.check(binding, address, now)
        if verdict.valid:
            self._follow()
        if verdict.valid and self._is_client and self.dtls is None and not self.up and self.ice.selected:
            self.start(now)
        return verdict

    def answered(self, binding: stun.Binding, address: RawAddress) -> bool:
        """An answer to a check of ours. True when media goes to `address` from now on because of it."""
        proved = self.ice.answered(binding, address)
        self._follow()
        return proved

    def proved(self, address: RawAddress) -> bool:
        """An authentic packet came from `address`. True when media goes there from now on because of it."""
        proved = self.ice.proved(address)
        self._follow()
        return proved

    def lose(self, address: RawAddress) -> None:
        """There is no way to this address any more; nothing is sent until the peer shows up elsewhere."""
        self.ice.lose(address)
        if self.target is not None and self.target.raw == address:
            self.target.close()

    def _follow(self) -> None:
        selected = self.ice.selected
        if (
            self.up
            and self.target is not None
            and selected
            and (selected != self.target.raw or not self.target.open)
        ):
            self.target.point_at(selected)

    def start(self, now: float) -> None:
        """Begin the handshake."""
        self.dtls = DtlsEnd("client" if self._is_client else "server", self._certificate, now)

    def handshake(self, datagram: bytes, now: float) -> None:
        """A DTLS datagram from a verified address; the handshake has begun."""
        assert self.dtls is not None
        self.dtls.receive(datagram, now)
        self._settle(now)
        if self.dtls.closed:
            self.gone = "closed"
        elif self.dtls.failed:
            self.gone = "handshake"

    def tick(self, now: float) -> None:
        """Retransmit what is due, and notice that the peer is gone."""
        if self.dtls is not None and not self.up:
            due = self.dtls.deadline()
            if due is not None and due <= now:
                self.dtls.tick(now)
            if self.dtls.failed:
                self.gone = "handshake"
        if self.up and self.ice.silent(now):
            self.gone = "silent"
        elif not self.up and now - self._opened_at > HANDSHAKE:
            self.gone = "handshake"

    def shaking(self) -> bool:
        """Whether a handshake is under way."""
        return self.dtls is not None and self.dtls.keys is None and self.gone is None

    def out(self) -> list[bytes]:
        """DTLS datagrams to send to `ice.selected`; kept for later while there is none."""
        return self.dtls.drain() if self.dtls is not None and self.ice.selected is not None else []

    def close(self) -> None:
        """Say goodbye and stop being a target. The last datagrams are in `out()`."""
        if self.dtls is not None:
            self.dtls.close()
        if self.target is not None:
            self.target.close()
        self.up = False

    def _settle(self, now: float) -> None:
        dtls = self.dtls
        if (
            self.up
            or dtls is None
            or dtls.keys is None
            or self._fingerprint is None
            or self.ice.selected is None
        ):
            return
        if dtls.remote_fingerprint != self._fingerprint:
            dtls.failed = "the certificate is not the one of the session description"
            self.gone = "handshake"
            return
        self.keys = dtls.keys
        self.inbound, self.outbound = Inbound(dtls.keys, heard=self.heard), Outbound(dtls.keys)
        self.target = Target(self.outbound)
        self.target.point_at(self.ice.selected)
        self.up = self.ice.settled = True
        self.ice.last_valid_at = max(self.ice.last_valid_at, now - 1.0)
