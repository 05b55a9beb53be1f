"""WHIP and WHEP without HTTP: a token and an offer in, a media peer and its answer out."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from hub.people.tokens import May, MediaToken
from hub.reception.errors import Refusal
from hub.reception.lifecycle import OVER
from hub.relay.control import AcceptPeer
from hub.relay.pool import RelayPool
from hub.store.ids import Ids
from hub.units.service import Units
from signaling.live_sessions import LiveSessions
from signaling.peer_door import refusing
from signaling.session_hub import SessionHub

LARGEST_OFFER: Final = 64 * 1024
"""Bytes. Browsers' and encoders' offers take 2 to 8 thousand."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A media peer was made for the token's holder."""

    peer: str
    sdp: str


class MediaGate:
    """Lets encoders and players in. Every refusal is a `Refusal`; a token of another session sees no
    session.
    """

    def __init__(self, sessions: LiveSessions, relay: RelayPool, units: Units, ids: Ids) -> None:
        self._sessions = sessions
        self._relay = relay
        self._units = units
        self._ids = ids

    async def accept(self, token: MediaToken, may: May, session_id: str, offer: str) -> Accepted:
        """Take an offer. Raises Refusal session_unknown, not_allowed, session_over, unit_unknown, sdp_bad,
        media_unavailable, media_full, token_full.

        One publishing token is one encoder: a new one takes the place of the last. A viewing token is at most
        `token.players` players at one time.
        """
        hub = await self._hub(token, may, session_id)
        if hub.live.state.status in OVER:
            raise Refusal("session_over")
        owner = _owner(token)
        if may == "view" and len(hub.peers.of_owner(owner)) + hub.media.arriving[owner] >= token.players:
            raise Refusal("token_full")
        hub.media.arriving[owner] += 1
        try:
            return await self._accept(hub, token, session_id, offer)
        finally:
            hub.media.arriving[owner] -= 1
            hub.media.arriving += Counter()  # without those at nought

    async def _accept(self, hub: SessionHub, token: MediaToken, session_id: str, offer: str) -> Accepted:
        owner = _owner(token)
        wanted = AcceptPeer(
            peer=self._ids.new(),
            stage=session_id,
            owner=owner,
            groups=await self._groups(token),
            direction=token.may,
            sdp=offer,
        )
        with refusing():
            answer = await self._relay.accept(wanted)
        earlier = hub.peers.of_owner(owner) if token.may == "publish" else []
        hub.peers.add(answer.peer, owner, self._relay.where(answer.peer))
        for peer in earlier:
            await hub.media.drop(peer)
        return Accepted(answer.peer, answer.sdp)

    async def end(self, token: MediaToken, may: May, session_id: str, peer: str) -> None:
        """Close a peer of the same token. Raises Refusal session_unknown, not_allowed, peer_unknown."""
        hub = await self._hub(token, may, session_id)
        known = hub.peers.get(peer)
        if known is None or known.owner != _owner(token):
            raise Refusal("peer_unknown")
        await hub.media.drop(peer)

    async def _hub(self, token: MediaToken, may: May, session_id: str) -> SessionHub:
        if token.session != session_id:
            raise Refusal("session_unknown")
        if token.may != may:
            raise Refusal("not_allowed")
        return await self._sessions.hub(session_id)

    async def _groups(self, token: MediaToken) -> frozenset[str]:
        """A publisher receives nothing; a viewer sits with its unit's room, or with the observers when it
        has none.
        """
        if token.may == "publish":
            return frozenset()
        if token.unit is None:
            return frozenset({"observers"})
        unit = await self._units.by_code(token.unit)
        if unit is None:
            raise Refusal("unit_unknown")
        return frozenset({"points", f"unit:{unit.id}"})


def _owner(token: MediaToken) -> str:
    return f"{'whip' if token.may == 'publish' else 'whep'}:{token.id}"
