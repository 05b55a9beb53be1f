"""Brings back what a killed relay left in its ledger: its stages, and its peers with their keys."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from hub.relay import control
from hub.relay.core.plan import Totals
from hub.relay.core.specs import StageSpec
from hub.relay.wire.dtls import Certificate
from hub.relay.wire.ice import Credentials
from hub.relay.wire.kept import Kept, KeptBad, read_peer, read_stage
from hub.relay.wire.ledger import Ledger
from hub.relay.wire.transport import Identity, Resumed, Transport

log = logging.getLogger(__name__)

SILENCE: Final = 4.0
"""Seconds after which a track that arrived before the kill, and has not since, is reported as gone."""


@dataclass(frozen=True, slots=True)
class Revived:
    """A peer that is up again, and what the web process and it had said to each other."""

    transport: Transport
    kept: Kept


class Revival:
    """One start of a relay. Nothing raises: who cannot be brought back is left out, and joins anew."""

    def __init__(self, ledger: Ledger, certificate: Certificate, totals: Totals, now: float) -> None:
        self._ledger = ledger
        self._certificate = certificate
        self._totals = totals
        self._now = now

    def stages(self) -> list[StageSpec]:
        """The stages as they were last put."""
        found = []
        for name, content in self._ledger.stages.items():
            try:
                found.append(read_stage(content))
            except KeptBad:
                self._totals.add("stages_not_revived")
                self._ledger.keep_stage(name, b"")
        return found

    def peers(self, let_in: Callable[[Revived], None]) -> None:
        """Hand over the peers that were up, one by one, ready to be let in."""
        for peer, content in self._ledger.peers.items():
            try:
                let_in(self._revived(peer, content))
                self._totals.add("peers_revived")
            except Exception as problem:  # whatever is wrong with one must not keep the others out
                self._totals.add("peers_not_revived")
                self._ledger.forget_peer(peer)
                log.warning("a peer could not be brought back: %s", problem)

    def _revived(self, peer: str, content: bytes) -> Revived:
        kept = read_peer(content)
        request = kept.request
        if request.peer != peer:
            raise KeptBad("it is kept under another name")
        identity = Identity(peer, request.stage, request.owner, request.groups)
        credentials = Credentials(kept.fragment, kept.secrets.password)
        may_publish = (
            request.may_publish if isinstance(request, control.OpenPeer) else bool(kept.agreed.publishes)
        )
        transport = Transport(
            identity, credentials, self._certificate, may_publish=may_publish, now=self._now
        )
        transport.heard = partial(self._ledger.heard, peer)
        transport.resume(
            kept,
            Resumed(self._ledger.outbound(peer), self._ledger.inbound(peer), self._ledger.generation),
            self._now,
        )
        return Revived(transport, kept)
