"""Media peers of the participants of one session: made on request, kept over a reconnect, given up in the
end.
"""

from collections import Counter
from typing import Final

import structlog

from hub.relay.client import RelayRefused, RelayUnavailable
from hub.relay.control import AnswerPeer, OpenPeer
from hub.relay.pool import RelayPool
from hub.store.clock import Clock
from hub.store.ids import Ids
from signaling.message import Message
from signaling.messages import MediaAnswer, MediaOpen, MediaWant
from signaling.peers import Peers, owner_of
from signaling.replies import MediaLost, MediaOffer, Relaying
from signaling.seat import Seat
from signaling.turn import NO_TURN, Turn

log = structlog.get_logger(__name__)

CODES: Final = {
    "full": "media_full",
    "peers_full": "media_full",
    "sdp_bad": "sdp_bad",
    "sdp_no_codec": "sdp_bad",
}
"""The protocol's codes for the relay's. Whatever else it refuses is `media_unavailable` to a participant."""


class MediaRefusal(Exception):
    """No media. `code` is one of the protocol's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class MediaDesk:
    """One session's. `peers` is shared with the director, who reads the sources from it."""

    def __init__(
        self, session: str, relay: RelayPool, peers: Peers, clock: Clock, ids: Ids, *, turn: Turn = NO_TURN
    ) -> None:
        self._session = session
        self._relay = relay
        self._peers = peers
        self._clock = clock
        self._ids = ids
        self._turn = turn
        self.arriving: Counter[str] = Counter()
        """Players that are just being let in, by owner."""

    async def open(self, seat: Seat, request: MediaOpen) -> Message:
        """Make a peer and its offer, in place of an earlier one. Raises MediaRefusal."""
        await self.close(seat)
        viewer = seat.viewer
        wanted = OpenPeer(
            peer=self._ids.new(),
            stage=self._session,
            owner=owner_of(viewer),
            groups=viewer.groups,
            may_publish=request.publish and (viewer.staff or viewer.point is not None),
        )
        try:
            offer = await self._relay.open_peer(wanted)
        except RelayUnavailable as error:
            raise MediaRefusal("media_unavailable") from error
        except RelayRefused as error:
            raise MediaRefusal(CODES.get(error.code, "media_unavailable")) from error
        self._peers.add(offer.peer, wanted.owner, self._relay.where(offer.peer))
        seat.media = offer.peer
        servers = self._turn.servers(offer.peer, self._clock.now())
        ice = tuple(
            Relaying(urls=one.urls, username=one.username, credential=one.credential) for one in servers
        )
        return MediaOffer(peer=offer.peer, sdp=offer.sdp, ice=ice)

    async def answer(self, seat: Seat, request: MediaAnswer) -> Message | None:
        """Hand the answer on; `media.lost` when the peer is not (any longer) theirs. Raises MediaRefusal."""
        if request.peer != seat.media:
            return MediaLost(peer=request.peer)
        try:
            await self._relay.answer(AnswerPeer(request.peer, request.sdp))
        except RelayUnavailable as error:
            raise MediaRefusal("media_unavailable") from error
        except RelayRefused as error:
            if error.code == "peer_unknown":
                return self._gone(seat, request.peer)
            raise MediaRefusal(CODES.get(error.code, "media_unavailable")) from error
        return None

    async def want(self, seat: Seat, request: MediaWant) -> None:
        """How large the screen shows each slot. Without a peer, or without a relay, it is said again with
        the next peer."""
        if seat.media is None:
            return
        try:
            await self._relay.limit(seat.media, request.slots.items())
        except (RelayUnavailable, RelayRefused) as error:
            log.info("peer not limited", peer=seat.media, why=str(error))

    async def close(self, seat: Seat) -> None:
        """Give up the seat's peer, if it has one."""
        if seat.media is not None:
            peer, seat.media = seat.media, None
            await self.drop(peer)

    async def drop(self, peer: str) -> None:
        """Close a peer. When the relay cannot be told, the next look at its state finds an orphan."""
        self._peers.forget(peer)
        try:
            await self._relay.close_peer(peer)
        except (RelayUnavailable, RelayRefused) as error:
            log.info("peer not closed", peer=peer, why=str(error))

    def keep(self, seat: Seat, peer: str | None, known: bool) -> bool:
        """Whether the client may keep the peer it says it holds.

        `known`: the relay's state has been read. Before that (the web process has just started) the client is
        believed; the peers are compared once the relay can be asked.
        """
        if peer is None:
            return False
        found = self._peers.get(peer)
        if found is None and not known:
            seat.media = peer
            return True
        if found is None or found.owner != owner_of(seat.viewer):
            return False
        self._peers.hold(peer)
        seat.media = peer
        return True

    def let_go(self, seat: Seat, *, for_good: bool = False) -> None:
        """The connection is gone; its peer waits a while for it to come back, or goes with the next sweep."""
        if seat.media is not None:
            self._peers.let_go(seat.media, self._clock.monotonic(), for_good=for_good)

    async def sweep(self) -> None:
        """Close the peers nobody came back for."""
        for peer in self._peers.orphans(self._clock.monotonic()):
            await self.drop(peer)

    def _gone(self, seat: Seat, peer: str) -> Message:
        self._peers.forget(peer)
        seat.media = None
        return MediaLost(peer=peer)
