"""The way to media peers at the relay: opened with what a browser needs to reach them, answered, closed. What
the relay refuses is said in the protocol's codes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import structlog

from hub.reception.errors import Refusal
from hub.relay.client import RelayRefused, RelayUnavailable
from hub.relay.control import AnswerPeer, OpenPeer
from hub.relay.pool import RelayPool
from hub.store.clock import Clock
from signaling.replies import Relaying
from signaling.turn import NO_TURN, Turn

log = structlog.get_logger(__name__)

CODES: Final = {
    "full": "media_full",
    "peers_full": "media_full",
    "sdp_bad": "sdp_bad",
    "sdp_no_codec": "sdp_bad",
    "peer_unknown": "peer_unknown",
}
"""The protocol's codes for the relay's. Whatever else it refuses is `media_unavailable` to a participant."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A new peer's offer, and the servers by which it can be reached."""

    peer: str
    sdp: str
    ice: tuple[Relaying, ...]


class PeerDoor:
    """Makes, answers and closes peers; keeps no book of them."""

    def __init__(self, relay: RelayPool, clock: Clock, turn: Turn = NO_TURN) -> None:
        self._relay = relay
        self._clock = clock
        self._turn = turn

    async def open(self, wanted: OpenPeer) -> Opened:
        """Make a peer. Raises Refusal media_unavailable, media_full."""
        with refusing():
            offer = await self._relay.open_peer(wanted)
        servers = self._turn.servers(offer.peer, self._clock.now())
        ice = tuple(
            Relaying(urls=each.urls, username=each.username, credential=each.credential) for each in servers
        )
        return Opened(offer.peer, offer.sdp, ice)

    async def answer(self, peer: str, sdp: str) -> None:
        """Hand a browser's answer on. Raises Refusal peer_unknown, sdp_bad, media_unavailable, media_full."""
        with refusing():
            await self._relay.answer(AnswerPeer(peer, sdp))

    async def close(self, peer: str) -> None:
        """Close a peer. What the relay cannot be told now, it finds out by silence or is told by a sweep."""
        try:
            await self._relay.close_peer(peer)
        except (RelayUnavailable, RelayRefused) as error:
            log.info("peer not closed", peer=peer, why=str(error))


@contextmanager
def refusing() -> Iterator[None]:
    """What the relay does not do becomes a Refusal: one of `CODES`, or media_unavailable."""
    try:
        yield
    except RelayUnavailable as error:
        raise Refusal("media_unavailable") from error
    except RelayRefused as error:
        raise Refusal(CODES.get(error.code, "media_unavailable")) from error
