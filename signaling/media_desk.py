"""Media peers of the participants of one session: made on request, kept over a reconnect, given up in the
end.
"""

from collections import Counter

import structlog

from hub.reception.errors import Refusal
from hub.relay.client import RelayRefused, RelayUnavailable
from hub.relay.control import OpenPeer
from hub.relay.pool import RelayPool
from hub.store.clock import Clock
from hub.store.ids import Ids
from signaling.message import Message
from signaling.messages import MediaAnswer, MediaOpen, MediaWant
from signaling.peer_door import PeerDoor
from signaling.peers import Peers, owner_of
from signaling.replies import MediaLost, MediaOffer
from signaling.seat import Seat
from signaling.turn import NO_TURN, Turn

log = structlog.get_logger(__name__)


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
        self._door = PeerDoor(relay, clock, turn)
        self.arriving: Counter[str] = Counter()
        """Players that are just being let in, by owner."""

    async def open(self, seat: Seat, request: MediaOpen) -> Message:
        """Make a peer and its offer, in place of an earlier one. Raises Refusal."""
        await self.close(seat)
        seat.wants = {}  # the client says it again to every new peer
        viewer = seat.viewer
        wanted = OpenPeer(
            peer=self._ids.new(),
            stage=self._session,
            owner=owner_of(viewer),
            groups=viewer.groups,
            may_publish=request.publish and (viewer.staff or viewer.point is not None),
        )
        offer = await self._door.open(wanted)
        self._peers.add(offer.peer, wanted.owner, self._relay.where(offer.peer), wanted.groups)
        seat.media = offer.peer
        return MediaOffer(peer=offer.peer, sdp=offer.sdp, ice=offer.ice)

    async def answer(self, seat: Seat, request: MediaAnswer) -> Message | None:
        """Hand the answer on; `media.lost` when the peer is not (any longer) theirs. Raises Refusal."""
        if request.peer != seat.media:
            return MediaLost(peer=request.peer)
        try:
            await self._door.answer(request.peer, request.sdp)
        except Refusal as refusal:
            if refusal.code != "peer_unknown":
                raise
            return self._gone(seat, request.peer)
        return None

    async def want(self, seat: Seat, request: MediaWant) -> None:
        """How large the screen shows each slot. Without a peer, or without a relay, it is said again with
        the next peer."""
        seat.wants = request.slots
        await self.say_wants(seat)

    async def say_wants(self, seat: Seat) -> None:
        """Tell the relay what this screen has use for: it changed, or the relay may not know it any more."""
        if seat.media is None or not seat.wants:
            return
        try:
            await self._relay.limit(seat.media, seat.wants.items())
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
        await self._door.close(peer)

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
        if found is None or found.private or not found.is_of(seat.viewer):
            return False
        self._peers.hold(peer)
        seat.media = peer
        return True

    def let_go(self, seat: Seat, *, for_good: bool = False) -> None:
        """The connection is gone; its peer waits a while for it to come back, or goes with the next sweep."""
        for peer in (seat.media, seat.talk):
            if peer is not None:
                self._peers.let_go(peer, self._clock.monotonic(), for_good=for_good)

    async def sweep(self) -> None:
        """Close the peers nobody came back for."""
        for peer in self._peers.orphans(self._clock.monotonic()):
            await self.drop(peer)

    def _gone(self, seat: Seat, peer: str) -> Message:
        self._peers.forget(peer)
        seat.media = None
        return MediaLost(peer=peer)
