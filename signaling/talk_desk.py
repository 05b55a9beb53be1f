"""Private talks: a stage of its own for each, with one of the staff and one room on it, and nobody else.

They have media peers of their own beside those of the session, so nothing said there can come by a slot that
others receive: the relay sends a stage to its own peers only, and only these two are ever made for this one.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from hub.reception.errors import Refusal
from hub.reception.stage import TalkWish
from hub.reception.viewer import Viewer
from hub.relay.client import RelayRefused, RelayUnavailable
from hub.relay.control import OpenPeer
from hub.relay.core.specs import SlotName, SourceId, StageSpec, TrackKind, Want
from hub.relay.pool import RelayPool
from hub.store.clock import Clock
from hub.store.ids import Ids
from signaling.messages import MediaAnswer
from signaling.peer_door import PeerDoor, refusing
from signaling.peers import Peer, Peers, owner_of
from signaling.replies import MediaLost, MediaOffer
from signaling.seat import Seat
from signaling.turn import Turn

log = structlog.get_logger(__name__)

_SLOTS: Final[dict[str, dict[str, SlotName]]] = {
    "console": {"camera": "main", "microphone": "voice1"},
    "point": {"camera": "second", "microphone": "voice2"},
}
"""Who feeds what: the staff as the hall does, the room as a point that speaks."""
_WANTS: Final[dict[str, dict[SlotName, Want]]] = {
    "console": {"main": "none", "document": "none"},
    "point": {"second": "none", "document": "none"},
}
"""Nobody needs their own picture back."""


def stage_of(session: str, talk: str) -> str:
    """The relay's label of a talk's stage."""
    return f"{session}/{talk}"


def session_of(stage: str) -> str:
    """The session a stage belongs to, its own or one of its talks'."""
    return stage.partition("/")[0]


def talk_of(owner: str) -> str | None:
    """The talk a peer was made for; None for the peers of the session itself."""
    family, _, rest = owner.partition(":")
    return rest.partition(":")[0] if family == "talk" else None


class TalkDesk:
    """One session's. `wanted` says which talks stand now; `update` brings the relay up to it."""

    def __init__(
        self,
        session: str,
        relay: RelayPool,
        peers: Peers,
        wanted: Callable[[], tuple[TalkWish, ...]],
        *,
        clock: Clock,
        ids: Ids,
        turn: Turn,
    ) -> None:
        self._session = session
        self._relay = relay
        self._peers = peers
        self._wanted = wanted
        self._ids = ids
        self._door = PeerDoor(relay, clock, turn)
        self._put: dict[str, StageSpec] = {}
        self._one_at_a_time = asyncio.Lock()

    async def open(self, seat: Seat) -> MediaOffer:
        """A peer for the talk this participant is in, in place of an earlier one. Raises Refusal."""
        talk = self._of(seat.viewer)
        if talk is None:
            raise Refusal("talk_none")
        owner = f"talk:{talk.id}:{owner_of(seat.viewer)}"
        for earlier in self._peers.of_owner(owner):
            await self.drop(earlier)
        wanted = OpenPeer(
            peer=self._ids.new(),
            stage=stage_of(self._session, talk.id),
            owner=owner,
            groups=frozenset({_label(talk)}),
            may_publish=True,
        )
        offer = await self._door.open(wanted)
        self._peers.add(offer.peer, owner, self._relay.where(offer.peer))
        seat.talk = offer.peer
        await self.update()
        return MediaOffer(peer=offer.peer, sdp=offer.sdp, ice=offer.ice, line="talk")

    async def answer(self, seat: Seat, request: MediaAnswer) -> MediaLost | None:
        """Hand the answer on; `media.lost` when the peer is gone. Raises Refusal."""
        known = self._peers.get(request.peer)
        if known is None:
            return self._gone(seat, request.peer)
        try:
            await self._door.answer(request.peer, request.sdp)
            with refusing():
                await self._relay.limit(request.peer, _WANTS[_side(known)].items())
        except Refusal as refusal:
            if refusal.code != "peer_unknown":
                raise
            return self._gone(seat, request.peer)
        return None

    async def close(self, seat: Seat) -> None:
        """Give up the seat's peer of a talk, if it has one."""
        if seat.talk is not None:
            peer, seat.talk = seat.talk, None
            await self.drop(peer)

    async def drop(self, peer: str) -> None:
        """Close a peer. When the relay cannot be told, the next look at its state finds a peer of no talk."""
        self._peers.forget(peer)
        await self._door.close(peer)

    def goes_on(self, stage: str) -> bool:
        """Whether a talk of that stage stands now."""
        return any(stage_of(self._session, talk.id) == stage for talk in self._wanted())

    def relay_down(self) -> None:
        """What stands at the relays is not known any more."""
        self._put.clear()

    async def update(self) -> None:
        """Cut what is over, feed what goes on. What cannot be told now is told at the next call."""
        async with self._one_at_a_time:
            talks = {talk.id: talk for talk in self._wanted()}
            specs = {(spec := self._spec(talk)).stage: spec for talk in talks.values()}
            stale = [peer for peer in self._peers.talking() if talk_of(peer.owner) not in talks]
            over = {stage_of(self._session, str(talk_of(peer.owner))) for peer in stale} | set(self._put)
            try:
                for stage in over - set(specs):
                    await self._relay.put_stage(StageSpec(stage))
                    self._put.pop(stage, None)
                for stage, spec in specs.items():
                    if self._put.get(stage) != spec:
                        await self._relay.put_stage(spec)
                        self._put[stage] = spec
            except (RelayUnavailable, RelayRefused) as error:
                log.warning("private talk not put", session=self._session, why=str(error))
                return
        for peer in stale:
            await self.drop(peer.id)

    def _gone(self, seat: Seat, peer: str) -> MediaLost:
        self._peers.forget(peer)
        seat.talk = None
        return MediaLost(peer=peer)

    def _of(self, viewer: Viewer) -> TalkWish | None:
        mine = (talk for talk in self._wanted() if talk.staff == viewer.key or talk.point == viewer.room)
        return next(mine, None)

    def _spec(self, talk: TalkWish) -> StageSpec:
        there = (peer for peer in self._peers.talking() if talk_of(peer.owner) == talk.id)
        slots = tuple(
            (slot, SourceId(peer.id, TrackKind(kind)))
            for peer in there
            for kind, slot in _SLOTS[_side(peer)].items()
            if kind in peer.sending
        )
        return StageSpec(stage_of(self._session, talk.id), frozenset({_label(talk)}), slots)


def _label(talk: TalkWish) -> str:
    return f"talk:{talk.id}"


def _side(peer: Peer) -> str:
    """`console` or `point`, from `talk:<talk>:<owner>`."""
    return peer.owner.split(":")[2]
