"""Media peers of one session as the web process knows them: whose they are, what arrives from them. Pure
book-keeping.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Literal, cast

from hub.reception.program import Source, TrackKind
from hub.reception.viewer import Viewer
from hub.relay.control import PeerState, SourceEvent

ORPHAN_SECONDS: Final = 20.0
"""How long a browser's peer outlives its WebSocket: a reconnecting page finds its picture still running."""

_KINDS: Final = frozenset({"camera", "microphone", "screen"})
Family = Literal["console", "point", "viewer", "whip", "whep", "talk"]


@dataclass(frozen=True, slots=True)
class Peer:
    """One media peer. `sending` maps a kind of track to when it began to arrive (monotonic seconds)."""

    id: str
    owner: str
    sending: dict[str, float] = field(default_factory=dict)
    orphaned_at: float | None = None
    """Since when no connection holds it; always None for WHIP and WHEP, which have none."""
    relay: int = 0
    """The relay it is connected to."""
    groups: frozenset[str] | None = None
    """Under which labels media reaches it; None until the relay says so."""

    @property
    def on_demand(self) -> bool:
        """Whether it belongs to WHIP or WHEP, and lives until it is deleted or falls silent."""
        return self.owner.startswith(("whip:", "whep:"))

    @property
    def private(self) -> bool:
        """Whether it belongs to a private talk."""
        return self.owner.startswith("talk:")

    def is_of(self, viewer: Viewer) -> bool:
        """Whether it was made for them, and as who they are now."""
        mine = self.owner.endswith(owner_of(viewer))
        return mine and (self.private or self.groups is None or self.groups == viewer.groups)


def owner_of(viewer: Viewer) -> str:
    """The relay's label of a participant's peers. A chair's says so, because it must survive a restart of
    the web process.
    """
    if viewer.point is not None:
        return f"point:{viewer.point}"
    account = viewer.key.partition(":")[2]
    if not viewer.staff:
        return f"viewer:{account}"
    return f"console:{account}:chair" if viewer.chair else f"console:{account}"


def same_media(one: Viewer, other: Viewer) -> bool:
    """Whether what was made for one may go on for the other: the same participant, who may hear the same."""
    return (owner_of(one), one.groups) == (owner_of(other), other.groups)


class Peers:
    """All known peers of one session."""

    def __init__(self) -> None:
        self._by_id: dict[str, Peer] = {}

    def __contains__(self, peer: str) -> bool:
        return peer in self._by_id

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, peer: str) -> Peer | None:
        """The peer of that id."""
        return self._by_id.get(peer)

    def add(self, peer: str, owner: str, relay: int = 0, groups: frozenset[str] | None = None) -> None:
        """Note a peer that was just made for somebody."""
        self._by_id[peer] = Peer(peer, owner, relay=relay, groups=groups)

    def forget(self, peer: str) -> None:
        """The peer is gone."""
        self._by_id.pop(peer, None)

    def hold(self, peer: str) -> None:
        """A connection holds it."""
        if peer in self._by_id:
            self._by_id[peer] = replace(self._by_id[peer], orphaned_at=None)

    def let_go(self, peer: str, now: float, *, for_good: bool = False) -> None:
        """Its connection is gone; `for_good`: nobody is to come back for it, so it is an orphan at once."""
        known = self._by_id.get(peer)
        if known is not None and not known.on_demand:
            self._by_id[peer] = replace(known, orphaned_at=now - ORPHAN_SECONDS if for_good else now)

    def orphans(self, now: float) -> list[str]:
        """Peers that nobody came back for."""
        return [
            peer.id
            for peer in self._by_id.values()
            if peer.orphaned_at is not None and now - peer.orphaned_at >= ORPHAN_SECONDS
        ]

    def of_owner(self, owner: str) -> list[str]:
        """All peers of one owner."""
        return [peer.id for peer in self._by_id.values() if peer.owner == owner]

    def source(self, event: SourceEvent, now: float, relay: int = 0) -> None:
        """A track began or stopped to arrive."""
        known = self._by_id.get(event.peer) or Peer(event.peer, event.owner, relay=relay)
        sending = {kind: since for kind, since in known.sending.items() if kind != event.kind}
        if event.live:
            sending[event.kind] = known.sending.get(event.kind, now)
        self._by_id[event.peer] = replace(known, sending=sending)

    def reconcile(self, states: Iterable[PeerState], now: float, relay: int = 0) -> list[str]:
        """Take over what a relay has; ids of those it no longer has. A stranger's peer begins as an
        orphan."""
        there = {state.peer: state for state in states}
        lost = [peer.id for peer in self._by_id.values() if peer.relay == relay and peer.id not in there]
        for peer in lost:
            self.forget(peer)
        for state in there.values():
            self._adopt(state, now, relay)
        return lost

    def sources(self) -> list[Source]:
        """What arrives, for `hub.reception.program`."""
        return [
            Source(peer.id, peer.owner, cast(TrackKind, kind), since, chair=peer.owner.endswith(":chair"))
            for peer in self._by_id.values()
            for kind, since in peer.sending.items()
            if kind in _KINDS and not peer.private
        ]

    def talking(self) -> list[Peer]:
        """The peers of private talks: nothing of theirs is the session's."""
        return [peer for peer in self._by_id.values() if peer.private]

    def _adopt(self, state: PeerState, now: float, relay: int) -> None:
        known = self._by_id.get(state.peer)
        before = known.sending if known is not None else {}
        sending = {kind: before.get(kind, now) for kind in state.sending}
        if known is not None:
            self._by_id[state.peer] = replace(known, sending=sending, relay=relay, groups=state.groups)
            return
        peer = Peer(state.peer, state.owner, sending, relay=relay, groups=state.groups)
        self._by_id[state.peer] = peer if peer.on_demand else replace(peer, orphaned_at=now)
