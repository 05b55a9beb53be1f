"""Keeps the relay's stage of one session as the records want it: who may receive, and what feeds which slot.

A narrowing reaches the relay *before* it is committed (`narrowing`), everything else after (`update`).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import structlog

from hub.reception.errors import Refusal
from hub.reception.program import Feed, Source, program
from hub.reception.stage import StageWish
from hub.relay.client import RelayClient, RelayRefused, RelayUnavailable, wait_up
from hub.relay.core.specs import SlotName, SourceId, StageSpec, TrackKind
from hub.store.database import Busy

log = structlog.get_logger(__name__)

RELAY_SECONDS: Final = 3.0
"""How long a closing of the doors waits for a relay that is just being restarted."""


class Director:
    """One session's. `wish` and `sources` are asked whenever a stage is put."""

    def __init__(
        self,
        session: str,
        relay: RelayClient,
        wish: Callable[[], StageWish],
        sources: Callable[[], list[Source]],
    ) -> None:
        self._session = session
        self._relay = relay
        self._wish = wish
        self._sources = sources
        self._holds: list[StageWish] = []
        self._doubtful: list[StageWish] = []
        self._put: StageSpec | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def stage(self) -> StageSpec | None:
        """What the relay was last told; None when that is not known."""
        return self._put

    def forget(self) -> None:
        """The relay may be another one: the next `update` tells it everything."""
        self._put = None

    async def update(self) -> None:
        """Bring the relay up to the wish. A relay that cannot be reached is told when its link comes up."""
        try:
            await self._apply()
        except (RelayUnavailable, RelayRefused) as error:
            self._put = None
            log.warning("stage not put", session=self._session, why=str(error))

    @asynccontextmanager
    async def narrowing(self, to: StageWish) -> AsyncIterator[None]:
        """Inside, the relay lets in nobody whom `to` shuts out. Raises Refusal("media_unavailable") when it cannot be told.

        The block must bring the state at hand up to date before it ends: the full wish is put then. When it raises
        anything but a refusal, nobody knows whether the command stands: the doors stay shut until `certain`.
        """
        self._holds.append(to)
        try:
            await self._apply_surely()
            yield
        except (Refusal, Busy):
            raise
        except BaseException:
            self._doubtful.append(to)
            raise
        finally:
            self._holds.remove(to)
            await self.update()

    def certain(self) -> None:
        """The state at hand is the committed one."""
        self._doubtful.clear()

    async def _apply_surely(self) -> None:
        try:
            try:
                await self._apply()
            except RelayUnavailable:
                self._put = None
                await wait_up(self._relay, RELAY_SECONDS)
                await self._apply()
        except (RelayUnavailable, RelayRefused) as error:
            self._put = None
            raise Refusal("media_unavailable") from error

    async def _apply(self) -> None:
        async with self._one_at_a_time:
            wanted = self._wanted()
            if wanted != self._put:
                await self._relay.put_stage(wanted)
                self._put = wanted

    def _wanted(self) -> StageSpec:
        wish = self._wish()
        for hold in (*self._holds, *self._doubtful):
            wish = wish.narrower(hold)
        feeds = program(wish, self._sources())
        return StageSpec(self._session, wish.audience, tuple(_slot(feed) for feed in feeds))


def _slot(feed: Feed) -> tuple[SlotName, SourceId]:
    return feed.slot, SourceId(feed.peer, TrackKind(feed.kind))
