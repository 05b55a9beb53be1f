"""Keeps the relay's stage of one session as the records want it: who may receive, and what feeds which slot.

A narrowing reaches the relay *before* it is committed (`narrow`, while the session is locked), all else after
(`update`).
"""

import asyncio
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from hub.reception.errors import Refusal
from hub.reception.program import Feed, program
from hub.reception.stage import StageWish
from hub.relay.client import RelayRefused, RelayUnavailable
from hub.relay.core.specs import SlotName, SourceId, StageSpec, TrackKind
from hub.relay.pool import RelayPool
from signaling.peers import Peers

log = structlog.get_logger(__name__)

RELAY_SECONDS: Final = 3.0
"""How long a closing of the doors waits for a relay that lives and does not answer; the session is locked
meanwhile. One that is dead is not waited for: it is told first thing when it is started again.
"""
RETRY_SECONDS: Final = 0.05
DETAILS: Final[frozenset[SlotName]] = frozenset({"document"})
"""Slots that show what is read: sharpness before rate."""


class Records(Protocol):
    """The part of `LiveSession` the director reads."""

    @property
    def n(self) -> int:
        """The number of the last event known here."""
        ...

    def stage(self) -> StageWish:
        """What the relay is wished to do."""
        ...


@dataclass(frozen=True, slots=True)
class _Hold:
    """Nobody outside `wish` until an event after `base` is known: the session was locked, so that is the
    commit's.
    """

    base: int
    wish: StageWish


class Director:
    """One session's. `records` and `peers` are read whenever a stage is put."""

    def __init__(self, session: str, relay: RelayPool, records: Records, peers: Peers) -> None:
        self._session = session
        self._relay = relay
        self._records = records
        self._peers = peers
        self._holds: list[_Hold] = []
        self._put: StageSpec | None = None
        self._known = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    @property
    def stage(self) -> StageSpec | None:
        """What the relays were last told; None when that is not known."""
        return self._put

    async def relay_up(self) -> None:
        """A relay's peers were read, and every relay's were by now, so all sources are known: tell them
        everything."""
        self._put = None
        self._known.set()
        await self.update()

    def relay_down(self) -> None:
        """A link broke. Its relay's sources are still counted on: without them a running picture would be
        cut."""
        self._put = None

    async def update(self) -> None:
        """Bring the relay up to the wish. A relay that cannot be reached is told when its link comes up."""
        if not self._known.is_set():
            return
        try:
            await self._apply()
        except (RelayUnavailable, RelayRefused) as error:
            log.warning("stage not put", session=self._session, why=str(error))

    async def narrow(self, wish: StageWish) -> None:
        """Let in nobody whom `wish` shuts out, until it is committed or given up.

        The records at hand must be as committed, and the session locked. Raises Refusal("media_unavailable")
        when the relay cannot be told: a door that cannot be shut must not be said to be.
        """
        hold = _Hold(self._records.n, wish)
        before = self._wish()
        if before.narrower(wish).audience == before.audience:
            return  # it shuts nobody out
        self._holds.append(hold)
        try:
            await self._apply_surely()
        except Refusal:
            self._holds.remove(hold)
            raise

    async def give_up(self) -> None:
        """What was narrowed for was not committed. The records at hand must be fresh."""
        self._holds.clear()
        await self.update()

    async def _apply_surely(self) -> None:
        try:
            async with asyncio.timeout(RELAY_SECONDS):
                while True:
                    await self._known.wait()
                    try:
                        await self._apply()
                    except RelayUnavailable:
                        await asyncio.sleep(RETRY_SECONDS)  # the link says within an instant that it is down
                    else:
                        return
        except (TimeoutError, RelayRefused) as error:
            raise Refusal("media_unavailable") from error

    async def _apply(self) -> None:
        async with self._one_at_a_time:
            wanted = self._wanted()
            if wanted != self._put:
                self._put = None  # unknown until it is answered
                await self._relay.put_stage(wanted)
                self._put = wanted

    def _wanted(self) -> StageSpec:
        wish = self._wish()
        feeds = program(wish, self._peers.sources())
        return StageSpec(self._session, wish.audience, tuple(_slot(feed) for feed in feeds), DETAILS)

    def _wish(self) -> StageWish:
        self._holds = [hold for hold in self._holds if self._records.n <= hold.base]
        wish = self._records.stage()
        for hold in self._holds:
            wish = wish.narrower(hold.wish)
        return wish


def _slot(feed: Feed) -> tuple[SlotName, SourceId]:
    return feed.slot, SourceId(feed.peer, TrackKind(feed.kind))
