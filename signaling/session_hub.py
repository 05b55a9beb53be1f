"""One live session in one web process: its seats, its timeline as it grows, and everybody told at once.

Owned by `LiveSessions`, which runs `run` as a task. Who calls in: the driver (join, leave, command, media),
the relay's events, WHIP and WHEP.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import structlog

from hub.reception.errors import Refusal
from hub.reception.events import wire_time
from hub.reception.lifecycle import OVER
from hub.reception.live import LiveSession
from hub.reception.service import Receptions
from hub.reception.stage import StageWish
from hub.reception.state import Status
from hub.reception.telling import SHOWN
from hub.relay.control import PeerDown, PeerState, Quality, SourceEvent
from hub.relay.pool import RelayPool
from hub.store.bus import Bus
from hub.store.clock import Clock
from hub.store.database import Busy
from hub.store.ids import Ids
from signaling.director import Director
from signaling.errors import CloseCode
from signaling.floor_book import FloorBook
from signaling.housekeeping import Housekeeping
from signaling.media_desk import MediaDesk
from signaling.messages import Command, Hello, MediaReport, MediaThumbnail
from signaling.peers import Peers
from signaling.replies import Done, Tile, Welcome
from signaling.seat import Seat
from signaling.talk_desk import TalkDesk
from signaling.texts import EventTexts
from signaling.thumbnails import Part
from signaling.turn import NO_TURN, Turn

log = structlog.get_logger(__name__)

POLL_SECONDS: Final = 5.0
"""How often a session looks for itself: with the bus down nothing is lost, only later."""
TICK_SECONDS: Final = 1.0
LONGEST_RESUME: Final = 500
"""Events; whoever missed more gets a snapshot."""
SHOWN_REACH: Final = 100
"""Events before the client's number that may have been sent in one batch with it, and cut off in the
middle.
"""
IDLE_SECONDS: Final = 120.0


class SessionHub:
    """See the module. Everything here runs in one event loop; only waits for the records and the relay
    interleave.
    """

    def __init__(
        self,
        live: LiveSession,
        *,
        receptions: Receptions,
        relay: RelayPool,
        bus: Bus,
        clock: Clock,
        ids: Ids,
        turn: Turn = NO_TURN,
    ) -> None:
        self.id = live.id
        self.live = live
        self.seats: set[Seat] = set()
        self.peers = Peers()
        self.media = MediaDesk(self.id, relay, self.peers, clock, ids, turn=turn)
        self.director = Director(self.id, relay, live, self.peers)
        self.talks = TalkDesk(self.id, relay, self.peers, live.talks, clock=clock, ids=ids, turn=turn)
        self._receptions = receptions
        self._relay = relay
        self._bus = bus
        self._clock = clock
        self._house = Housekeeping(self.seats, self.peers)
        self._floor = FloorBook()
        self._relay_known = False
        self._wake = asyncio.Event()
        self._catching_up = asyncio.Lock()
        # The records lock the session anyway; queueing here keeps their connections free for readers.
        self._writing = asyncio.Lock()
        self._busy_at = clock.monotonic()

    async def run(self) -> None:
        """Follow the timeline and keep house until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow())
            group.create_task(self._keep_house())

    @property
    def idle(self) -> bool:
        """Whether nobody needs it: no seats, no media, and nothing going on for a while."""
        quiet = self._clock.monotonic() - self._busy_at > IDLE_SECONDS
        return quiet and not self.seats and not len(self.peers) and self.live.state.status is not Status.LIVE

    async def join(self, seat: Seat, hello: Hello) -> Welcome:
        """Seat a participant; events follow from the number the welcome says. An older seat of the same
        room goes.
        """
        if hello.resume is not None and hello.resume > self.live.n:
            await self.catch_up()  # the client was at another process that is ahead of us
        self._replace(seat, hello.media)
        kept = self.media.keep(seat, hello.media, self._relay_known)
        resumed = self._may_resume(seat, hello.resume)
        seat.sent = seat.told = hello.resume if resumed and hello.resume is not None else self.live.n
        welcome = Welcome(
            you=seat.you,
            head=self.live.n,
            now=wire_time(self._clock.now()),
            media="kept" if kept else "none",
            view=None if resumed else self.live.view(seat.viewer),
        )
        self.seats.add(seat)
        self._busy_at = self._clock.monotonic()
        self._house.came(seat)
        self._wake.set()
        return welcome

    def settle(self, seat: Seat) -> None:
        """Right after the welcome is queued: what the newcomer missed, and the whole wall for who sees it."""
        texts = EventTexts()
        seat.bring(self.live, texts)
        seat.tell_head(texts)
        wall = self._house.whole_wall() if seat.viewer.sees_wall else None
        if wall is not None:
            seat.outbox.put(wall)
        if self.director.stage is not None:
            seat.tell_program(self.director.stage)

    def leave(self, seat: Seat) -> None:
        """A connection is gone. Harmless for one that never joined."""
        if seat not in self.seats:
            return
        self.seats.discard(seat)
        self.media.let_go(seat, for_good=seat.shut_out or seat.left_on_purpose)
        self._house.went(seat)
        self._wake.set()

    async def command(self, seat: Seat, command: Command) -> Done:
        """Carry out a command: committed, told to everybody, then `done`. Raises Refusal and Busy; once it is
        committed, nothing: who could not be told at once is told soon.
        """
        async with self._writing:
            outcome = await self._receptions.execute(
                seat.actor, self.id, command.id, command.name, command.data, narrow=self.narrowing
            )
        try:
            await self.catch_up()
        except Busy:
            log.warning("told later, database busy", session=self.id)
        except Exception:
            log.exception("told later", session=self.id)
        return Done(id=command.id, n=outcome.n)

    async def catch_up(self) -> None:
        """Read what is new, tell every seat, bring the relay up to it. Raises Busy."""
        async with self._catching_up:
            await self.live.refresh()
            texts = EventTexts()
            for seat in list(self.seats):
                seat.bring(self.live, texts)
        await self.director.update()
        await self.talks.update()
        self._tell_program()

    def heed(self, seat: Seat, report: MediaReport | MediaThumbnail) -> None:
        """Note what a room says it receives, and what its camera sees."""
        now = self._clock.monotonic()
        if isinstance(report, MediaThumbnail):
            self._house.look(seat, report, self.live.state, now)
        else:
            self._house.heed(seat, report, now)

    def thumbnails(self, after: int) -> Part:
        """What the rooms' cameras saw last, of those newer than `after`; whoever asks is staff."""
        self._house.draw_curtains(self.live.state)
        return self._house.thumbnails.after(after, self._clock.monotonic())

    def tiles(self) -> dict[str, Tile]:
        """How each point that ever came is just now: link, picture, sound, and its own word of its health."""
        return self._house.tiles(self._clock.monotonic())

    async def relays_up(self, found: Mapping[int, list[PeerState]], *, all_known: bool) -> None:
        """Some relays' peers of this session, read from them just now (or none, of one that is lost):
        compare, tell who lost theirs. `all_known`: by now every relay's were read, so what was not found is
        nowhere.
        """
        now, lost = self._clock.monotonic(), 0
        for relay, states in found.items():
            lost += len(self.peers.reconcile(states, now, relay))
        if lost:
            log.info("media peers lost", session=self.id, peers=lost)
        self._relay_known = all_known
        self._compare_seats()
        if all_known:
            await self.director.relay_up()
            await self.talks.update()
        for seat in [seat for seat in self.seats if seat.media is not None]:
            await self.media.say_wants(seat)  # a relay that was killed has forgotten what it was told last
        self._wake.set()

    def _compare_seats(self) -> None:
        held = {peer: seat for seat in self.seats for peer in (seat.media, seat.talk) if peer is not None}
        for peer, seat in held.items():
            found = self.peers.get(peer)
            if found is not None and found.is_of(seat.viewer):
                self.peers.hold(peer)
            elif found is not None or self._relay_known:
                seat.lose_media(peer)

    def relay_down(self) -> None:
        """A link broke: what that relay has is believed to be as before, until it is read again or given
        up."""
        self.director.relay_down()
        self.talks.relay_down()

    async def peer_down(self, event: PeerDown) -> None:
        """The relay dropped a peer."""
        self.peers.forget(event.peer)
        for seat in self.seats:
            seat.lose_media(event.peer)
        await self._sources_changed()

    async def source(self, event: SourceEvent) -> None:
        """A track began or stopped to arrive."""
        self.peers.source(event, self._clock.monotonic(), self._relay.where(event.peer))
        await self._sources_changed()

    def quality(self, event: Quality) -> None:
        """The relay measured the way to some peers."""
        self._house.quality(event)

    def close(self, code: CloseCode = CloseCode.GOING_AWAY) -> None:
        """Send everybody away."""
        for seat in self.seats:
            seat.end(code)

    @asynccontextmanager
    async def narrowing(self, wish: StageWish) -> AsyncIterator[None]:
        """Around a commit that lets fewer people hear; the session is locked meanwhile.

        Raises Busy, Refusal("media_unavailable").
        """
        async with self._catching_up:
            await self.live.refresh()  # telling nobody yet: they are told after the commit
        await self.director.narrow(wish)
        try:
            yield
        except BaseException:
            await self._give_up_narrowing()
            raise

    async def _give_up_narrowing(self) -> None:
        """The commit failed, or nobody knows: what the records say holds."""
        with suppress(Busy):
            await self.live.refresh()
        await self.director.give_up()

    def _replace(self, seat: Seat, media: str | None) -> None:
        for other in [each for each in self.seats if each.same_room(seat)]:
            other.end(CloseCode.REPLACED)
            self.seats.discard(other)
            self.media.let_go(other, for_good=True)  # unless it is the newcomer's own: that is kept next
        for other in self.seats:  # an older connection of the same page, not yet found out to be dead
            if media is not None and other.media == media:
                other.media = None

    def _may_resume(self, seat: Seat, resume: int | None) -> bool:
        """Whether events from there on lead to the same view as a snapshot.

        An `item.shown` or `view.shown` comes at the end of its batch. A client that was cut off before it has
        the number of the batch but not what is shown, so with one in reach it starts anew.
        """
        if resume is None or not 0 < resume <= self.live.n or self.live.n - resume > LONGEST_RESUME:
            return False
        try:
            reach = self.live.after(seat.viewer, max(0, resume - SHOWN_REACH))
        except LookupError:
            return False
        return all(wire["kind"] not in SHOWN for wire in reach)

    async def _follow(self) -> None:
        async with self._bus.subscribe(self.live.topic) as hints:
            while True:
                try:
                    await self.catch_up()
                except Busy:
                    log.warning("timeline not read, database busy", session=self.id)
                await hints.next(POLL_SECONDS)

    async def _keep_house(self) -> None:
        while True:
            try:
                await self._tick()
            except (Busy, Refusal) as error:  # asked again a second later
                log.warning("housekeeping put off", session=self.id, why=repr(error))
            self._wake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await self._wake.wait()

    async def _tick(self) -> None:
        now = self._clock.monotonic()
        self._tell_heads()
        self._tell_program()
        self._house.tell_wall(now)
        self._house.draw_curtains(self.live.state)
        await self.media.sweep()
        await self._call_roll(now)
        if self.live.state.status in OVER:
            return
        changes = list(self._house.to_record(self.live.state, now))
        staff = {seat.viewer.key for seat in self.seats if seat.viewer.staff}
        changes += self._floor.changes(self.live.state, staff, self._clock.now(), now)
        for kind, data in changes:
            await self._record(kind, data)
        if changes:
            await self.catch_up()

    async def _call_roll(self, now: float) -> None:
        """Close the roll call that goes on when it is due, also after the end of the session."""
        found = self._house.call_roll(self.live.state, now, self._clock.now())
        if found is not None:
            await self._record("roll.closed", found)
            await self.catch_up()

    async def _record(self, kind: str, data: Mapping[str, Any]) -> None:
        """Note one thing the hub saw. What cannot be noted keeps nothing else from it: a lease ends though a
        room's name does not fit. Raises Busy.
        """
        try:
            async with self._writing:
                await self._receptions.record(self.id, kind, data)
        except Busy:
            raise
        except Refusal as refusal:
            log.warning("not recorded", session=self.id, kind=kind, why=repr(refusal))
        except Exception:
            log.exception("not recorded", session=self.id, kind=kind)

    def _tell_heads(self) -> None:
        """Once a second and not for every event: when 190 rooms join, each would hear of 189 others."""
        texts = EventTexts()
        for seat in self.seats:
            seat.tell_head(texts)

    def _tell_program(self) -> None:
        """What the relay was told, once it stands there; a page of before shows no more than it is sent."""
        if self.director.stage is not None:
            for seat in self.seats:
                seat.tell_program(self.director.stage)

    async def _sources_changed(self) -> None:
        await self.director.update()
        await self.talks.update()
        self._tell_program()
        self._wake.set()
