"""One peer on the shared port: its ICE agent, its DTLS association, its SRTP contexts.

No I/O; the port feeds it.
"""

from dataclasses import dataclass
from typing import Final, Literal

from hub.relay.core.specs import PeerSpec
from hub.relay.wire import stun
from hub.relay.wire.dtls import Certificate, DtlsEnd
from hub.relay.wire.fanout import Target
from hub.relay.wire.ice import Credentials, IceLite
from hub.relay.wire.mmsg import RawAddress
from hub.relay.wire.negotiate import Agreed
from hub.relay.wire.sdp import Remote
from hub.relay.wire.srtp import Inbound, Outbound

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
        self.waiting: list[bytes] = []
        """DTLS datagrams that came before this peer's turn in the wave; bounded by the port."""
        self._certificate = certificate
        self._fingerprint: str | None = None
        self._is_client = False
        self._opened_at = now

    def agree(self, remote: Remote, agreed: Agreed, now: float, *, is_client: bool) -> None:
        """The other side's description is known: its fingerprint, its fragment, and which end starts DTLS."""
        self.ice.remote_fragment = remote.fragment
        self._fingerprint = remote.fingerprint
        self._is_client = is_client
        self.agreed = agreed
        self._settle(now)

    def spec(self) -> PeerSpec:
        """What the core is told. Only after `agree`."""
        assert self.agreed is not None, "a peer without an answer has no spec"
        who, agreed = self.identity, self.agreed
        return PeerSpec(
            who.peer, who.stage, who.groups, agreed.receives, agreed.payload_types, agreed.publishes
        )

    def check(self, binding: stun.Binding, address: RawAddress, now: float) -> tuple[bytes | None, str]:
        """A binding request from `address`.

        Returns the answer, and the name of what was wrong ("" when nothing).
        """
        verdict = self.ice.check(binding, address, now)
        if verdict.valid and self.target is not None and self.ice.selected not in (None, self.target.raw):
            self.target.point_at(self.ice.selected or b"")
        if verdict.valid and self._is_client and self.dtls is None and self.ice.selected:
            self.start(now)
        return verdict.answer, verdict.reason

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
        self.inbound, self.outbound = Inbound(dtls.keys), Outbound(dtls.keys)
        self.target = Target(self.outbound)
        self.target.point_at(self.ice.selected)
        self.up = True
        self.ice.last_valid_at = max(self.ice.last_valid_at, now - 1.0)
