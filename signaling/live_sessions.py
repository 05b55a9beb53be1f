"""All live sessions of one web process, and the one ear on the relays.

`running()` owns every task: the relays' links, the listener to their events, one per session hub, the
sweeper.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from itertools import chain
from typing import Final

import structlog
from sqlalchemy import select

from hub.people.actor import Actor
from hub.reception.errors import Refusal
from hub.reception.live import LiveSession
from hub.reception.models import Session
from hub.reception.service import Receptions
from hub.reception.stage import StageWish
from hub.reception.state import Status
from hub.reception.viewer import Viewer
from hub.relay.client import LinkDown, LinkEvent, LinkUp, RelayRefused, RelayUnavailable
from hub.relay.control import PeerDown, PeerState, Quality, RelayState, SourceEvent
from hub.relay.core.specs import StageSpec
from hub.relay.pool import RelayPool
from hub.store.clock import Clock
from hub.store.database import Busy, Database
from hub.store.ids import Ids
from signaling.session_hub import SessionHub
from signaling.talk_desk import session_of
from signaling.turn import NO_TURN, Turn

log = structlog.get_logger(__name__)

SWEEP_SECONDS: Final = 10.0
RETRY_SECONDS: Final = 1.0
LOST_SECONDS: Final = 4.0
"""How long a relay that is dead is waited for, before its peers are told to go elsewhere. One that is
started again with its peers is back sooner, and a browser that heard nothing for this long begins anew by
itself."""
_GOING_ON: Final = (Status.LIVE.value, Status.PAUSED.value)
_PUT_OFF: Final = (Busy, Refusal, RelayRefused, RelayUnavailable)
"""What may go well when it is tried again."""


class LiveSessions:
    """Hubs by session, opened when first needed."""

    def __init__(
        self,
        *,
        db: Database,
        receptions: Receptions,
        relay: RelayPool,
        clock: Clock,
        ids: Ids,
        turn: Turn = NO_TURN,
        apart: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """`apart` tells the relay's stages that are no session's, and that somebody else looks after."""
        self._db = db
        self._receptions = receptions
        self._relay = relay
        self._clock = clock
        self._ids = ids
        self._turn = turn
        self._apart = apart
        self._hubs: dict[str, SessionHub] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._opening = asyncio.Lock()
        self._known: set[int] = set()
        """Relays whose state was read, or that were found dead."""
        self._unclaimed: dict[int, dict[str, list[PeerState]]] = {}
        """Peers by relay and session, of sessions without a hub so far."""
        self._losing: dict[int, asyncio.Task[None]] = {}
        """For each relay whose link is down: the wait before it is given up."""
        self._again: dict[int, asyncio.Task[None]] = {}
        """For each relay that was not taken in whole: the wait before it is looked at again."""
        receptions.doors = self._narrowing

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow the relay and the sessions that go on, while the context is open. Once per object."""
        own = [
            asyncio.create_task(work)
            for work in (self._relay.run(), self._listen(), self._open_going_on(), self._sweep())
        ]
        for relay in range(len(self._relay)):
            self._begin_losing(relay)
        try:
            yield
        finally:
            for hub in self._hubs.values():
                hub.close()
            tasks = [*own, *self._tasks.values(), *self._losing.values(), *self._again.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def hubs(self) -> list[SessionHub]:
        """The sessions this process follows now."""
        return list(self._hubs.values())

    async def viewer(self, actor: Actor, session_id: str) -> Viewer | None:
        """The actor as a participant, or None when the session is not theirs to see. Raises Busy."""
        try:
            return await self._receptions.viewer(actor, session_id)
        except Refusal:
            return None

    async def hub(self, session_id: str) -> SessionHub:
        """The hub of a session, whoever asks. Raises Refusal("session_unknown"), Busy."""
        async with self._opening:
            known = self._hubs.get(session_id)
            return known if known is not None else await self._open(session_id)

    @asynccontextmanager
    async def _narrowing(self, session_id: str, wish: StageWish) -> AsyncIterator[None]:
        """Around a commit that lets fewer people hear in a session, whoever acts and wherever."""
        hub = await self.hub(session_id)
        async with hub.narrowing(wish):
            yield

    async def _open(self, session_id: str) -> SessionHub:
        live = LiveSession(self._receptions, session_id)
        await live.refresh()
        hub = SessionHub(
            live,
            receptions=self._receptions,
            relay=self._relay,
            bus=self._db.bus,
            clock=self._clock,
            ids=self._ids,
            turn=self._turn,
        )
        self._hubs[session_id] = hub
        self._tasks[session_id] = asyncio.create_task(self._run(hub))
        found = {relay: self._unclaimed.get(relay, {}).pop(session_id, []) for relay in self._known}
        if found:
            await hub.relays_up(found, all_known=self._all_known)
        return hub

    @property
    def _all_known(self) -> bool:
        return len(self._known) == len(self._relay)

    async def _run(self, hub: SessionHub) -> None:
        """A hub for as long as it is known; one that fails begins again, with its seats."""
        while True:
            try:
                await hub.run()
            except Exception:
                log.exception("session hub failed", session=hub.id)
                await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self) -> None:
        async for event in self._relay.events():
            try:
                await self._take(event)
            except _PUT_OFF as error:
                if isinstance(event, LinkUp):
                    self._look_again(event.relay)
                log.warning("relay event not taken", event_kind=type(event).__name__, why=repr(error))
            except Exception:  # one broken session must not deafen the others
                log.exception("relay event failed", event_kind=type(event).__name__)

    async def _take(self, event: LinkEvent) -> None:
        match event:
            case LinkUp():
                await self._relay_up(event.relay, await self._relay.state(event.relay))
            case LinkDown():
                self._unclaimed.pop(event.relay, None)
                self._begin_losing(event.relay)
                for hub in self._hubs.values():
                    hub.relay_down()
            case SourceEvent() | PeerDown():
                known = self._hubs.get(session_of(event.stage))
                if known is not None:
                    await (known.source(event) if isinstance(event, SourceEvent) else known.peer_down(event))
            case Quality():
                for hub in self._hubs.values():
                    hub.quality(event)
            case _:
                pass

    async def _relay_up(self, relay: int, state: RelayState) -> None:
        """Compare a relay's peers with ours, session by session; what belongs to no session is taken off
        the air. What fails keeps nothing else from it, and is raised in the end.
        """
        self._stop_losing(relay)
        stages = [stage.stage for stage in state.stages if not self._apart(stage.stage)]
        peers: dict[str, list[PeerState]] = {session_of(stage): [] for stage in stages}
        for peer in state.peers:
            if not self._apart(peer.stage):
                peers.setdefault(session_of(peer.stage), []).append(peer)
        async with self._opening:
            known = list(self._hubs.values())
            self._known.add(relay)
            unclaimed = {key: found for key, found in peers.items() if key not in self._hubs}
            self._unclaimed[relay] = unclaimed
        for hub in known:
            await hub.relays_up({relay: peers.get(hub.id, [])}, all_known=self._all_known)
        used = {peer.stage for peer in state.peers}
        await _each(
            chain(
                (self._claim(session_id, peers[session_id]) for session_id in list(unclaimed)),
                (self._empty_talk(stage) for stage in stages if stage not in used),
            )
        )

    async def _claim(self, session_id: str, peers: list[PeerState]) -> None:
        try:
            await self.hub(session_id)
        except Refusal:
            await self._clear(session_id, peers)

    async def _empty_talk(self, stage: str) -> None:
        """A private talk that nobody is in, on that relay, is over; unless its session says otherwise."""
        hub = self._hubs.get(session_of(stage))
        if session_of(stage) != stage and (hub is None or not hub.talks.goes_on(stage)):
            await self._relay.put_stage(StageSpec(stage))

    def _look_again(self, relay: int) -> None:
        waiting = self._again.get(relay)
        if waiting is None or waiting.done():
            self._again[relay] = asyncio.create_task(self._wait_and_look(relay))

    async def _wait_and_look(self, relay: int) -> None:
        await asyncio.sleep(RETRY_SECONDS)
        self._relay.tell_up_again(relay)

    def _begin_losing(self, relay: int) -> None:
        self._stop_losing(relay)
        self._losing[relay] = asyncio.create_task(self._lose(relay))

    def _stop_losing(self, relay: int) -> None:
        waiting = self._losing.pop(relay, None)
        if waiting is not None:
            waiting.cancel()

    async def _lose(self, relay: int) -> None:
        """Give a dead relay's peers up. One that lives and does not answer may still be sending: it keeps
        them."""
        await asyncio.sleep(LOST_SECONDS)
        while not self._relay.is_dead(relay):  # noqa: ASYNC110 - a file lock has no event
            await asyncio.sleep(RETRY_SECONDS)
        log.warning("a relay is gone, its peers go elsewhere", relay=relay)
        self._known.add(relay)
        for hub in list(self._hubs.values()):
            try:
                await hub.relays_up({relay: []}, all_known=self._all_known)
            except _PUT_OFF as error:
                log.warning("peers not given up", session=hub.id, why=repr(error))

    async def _clear(self, session_id: str, peers: list[PeerState]) -> None:
        cut = self._relay.put_stage(StageSpec(session_id))
        await _each(chain((cut,), (self._relay.close_peer(peer.peer) for peer in peers)))

    async def _open_going_on(self) -> None:
        """Sessions that went on when the process died: their rooms' absence has to be noticed, with nobody
        asking.
        """
        while True:
            try:
                async with self._db.read() as session:
                    wanted = select(Session.id).where(Session.state.in_(_GOING_ON))
                    found = list(await session.scalars(wanted))
                for session_id in found:
                    await self.hub(session_id)
                return
            except (Busy, Refusal) as error:
                log.warning("sessions not opened yet", why=repr(error))
                await asyncio.sleep(RETRY_SECONDS)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            for session_id in [hub.id for hub in self._hubs.values() if hub.idle]:
                async with self._opening:
                    await self._close(session_id)

    async def _close(self, session_id: str) -> None:
        if not self._hubs[session_id].idle:
            return
        del self._hubs[session_id]
        task = self._tasks.pop(session_id)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _each(works: Iterable[Awaitable[None]]) -> None:
    """One after the other, whatever fails; then raise the first failure."""
    failed: Exception | None = None
    for work in works:
        try:
            await work
        except _PUT_OFF as error:
            failed = failed or error
    if failed is not None:
        raise failed
