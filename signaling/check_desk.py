"""Media peers with which a room tries its line before a session: a picture to the relay and back, no more.

Each peer has a stage of its own that shows it its own camera, so what a room measures is the relay's own
path, and nobody else ever sees it. The stage's three picture slots are all fed by it: a line is loaded three
times as much towards the room as from it, as a session loads it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final, Literal

import structlog

from hub.reception.errors import Refusal
from hub.relay.client import RelayRefused, RelayUnavailable
from hub.relay.control import OpenPeer
from hub.relay.core.specs import PICTURE_SLOTS, SlotName, SourceId, StageSpec, TrackKind
from hub.relay.pool import RelayPool
from hub.store.clock import Clock
from hub.store.ids import Ids
from signaling.peer_door import PeerDoor, refusing
from signaling.replies import Relaying
from signaling.turn import NO_TURN, Turn

log = structlog.get_logger(__name__)

Purpose = Literal["way", "speed"]
"""`way`: can it be reached like this. `speed`: how much fits."""

MOST_PER_ROOM: Final = 4
"""Peers of one room: three ways at once, and one that is being closed."""
MOST: Final[dict[Purpose, int]] = {"way": 48, "speed": 6}
"""Peers of all rooms together. Six rooms measure speed at one time: at 2 Mbit/s up and three times that down
the hub carries 36 Mbit/s for them, and 190 rooms are through in ten minutes."""
LIFE: Final[dict[Purpose, float]] = {"way": 20.0, "speed": 30.0}
"""Seconds until a peer is closed by the hub, whatever its page does."""
SPEED_BITS: Final = 2_000_000
"""What a room sends at most while it measures, a second: the large picture and the small one together."""
SWEEP_SECONDS: Final = 2.0
PREFIX: Final = "check:"
"""Of stages and owners, so that no session's hub takes a peer for its own."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A peer's offer; `bits` is what its page may send."""

    peer: str
    sdp: str
    ice: tuple[Relaying, ...]
    bits: int


@dataclass(frozen=True, slots=True)
class _Trial:
    room: str
    purpose: Purpose
    ends: float


class CheckDesk:
    """One per web process. `running()` owns the task that closes what pages leave open."""

    def __init__(self, relay: RelayPool, clock: Clock, ids: Ids, *, turn: Turn = NO_TURN) -> None:
        self._relay = relay
        self._clock = clock
        self._ids = ids
        self._door = PeerDoor(relay, clock, turn)
        self._trials: dict[str, _Trial] = {}

    def __len__(self) -> int:
        return len(self._trials)

    def has(self, stage: str) -> bool:
        """Whether the relay's stage of that label is of a peer that goes on here."""
        return stage.startswith(PREFIX) and stage.removeprefix(PREFIX) in self._trials

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Close in time what is left open, while the context is open; and all of it at its end."""
        task = asyncio.create_task(self._sweep(), name="check-desk")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            for peer in list(self._trials):
                await self._drop(peer)

    async def open(self, room: str, purpose: Purpose) -> Offer:
        """Make a peer for a room. Raises Refusal check_busy, media_unavailable, media_full."""
        self._admit(room, purpose)
        peer = self._ids.new()
        self._trials[peer] = _Trial(room, purpose, self._clock.monotonic() + LIFE[purpose])
        stage = f"{PREFIX}{peer}"
        wanted = OpenPeer(
            peer=peer, stage=stage, owner=f"{PREFIX}{room}", groups=frozenset({stage}), may_publish=True
        )
        try:
            offer = await self._door.open(wanted)
            with refusing():
                await self._relay.put_stage(_stage(stage, peer))
        except Refusal:
            await self._drop(peer)
            raise
        except BaseException:
            self._trials[peer] = _Trial(room, purpose, 0.0)  # whoever asked is gone: the sweep closes it
            raise
        return Offer(peer, offer.sdp, offer.ice, SPEED_BITS)

    async def answer(self, room: str, peer: str, sdp: str) -> None:
        """Take the page's answer. Raises Refusal peer_unknown, sdp_bad, media_unavailable."""
        self._own(room, peer)
        await self._door.answer(peer, sdp)

    async def close(self, room: str, peer: str) -> None:
        """The page is done with it. Raises Refusal peer_unknown."""
        self._own(room, peer)
        await self._drop(peer)

    def _admit(self, room: str, purpose: Purpose) -> None:
        mine = sum(trial.room == room for trial in self._trials.values())
        same = sum(trial.purpose == purpose for trial in self._trials.values())
        if mine >= MOST_PER_ROOM or same >= MOST[purpose]:
            raise Refusal("check_busy")

    def _own(self, room: str, peer: str) -> None:
        trial = self._trials.get(peer)
        if trial is None or trial.room != room:
            raise Refusal("peer_unknown")

    async def _drop(self, peer: str) -> None:
        """Nothing of a peer stays. What the relay cannot be told, it finds out by silence."""
        self._trials.pop(peer, None)
        await self._door.close(peer)
        with suppress(RelayUnavailable, RelayRefused):
            await self._relay.put_stage(StageSpec(f"{PREFIX}{peer}"))

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            now = self._clock.monotonic()
            for peer in [peer for peer, trial in self._trials.items() if trial.ends <= now]:
                log.info("check peer closed by the hub", peer=peer)
                await self._drop(peer)


def _stage(stage: str, peer: str) -> StageSpec:
    camera = SourceId(peer, TrackKind.CAMERA)
    feeds: tuple[tuple[SlotName, SourceId], ...] = tuple((slot, camera) for slot in PICTURE_SLOTS)
    return StageSpec(stage, frozenset({stage}), feeds)
