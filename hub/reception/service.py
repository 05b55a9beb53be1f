"""Receptions: everything a caller may do with sessions. One per process."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.arrivals import Newcomer
from hub.cases.desk import Desk
from hub.cases.models import Case
from hub.cases.rules import CaseKind
from hub.cases.service import Cases
from hub.people.actor import HUB, Actor
from hub.reception import directory, hearings, moments, planning, timeline, wording
from hub.reception.access import viewer_of
from hub.reception.acts import audience, lobby
from hub.reception.acts.act import Act
from hub.reception.acts.registry import COMMANDS, HUB_ACTS, Run, may
from hub.reception.before import Before
from hub.reception.chain import Verdict
from hub.reception.checking import Checks
from hub.reception.contacts import Contacts
from hub.reception.counted import counted_on
from hub.reception.errors import Refusal
from hub.reception.events import Event
from hub.reception.info import Moment, Outcome, PointInfo, SessionInfo
from hub.reception.lifecycle import COMING, OVER
from hub.reception.models import COMMAND_ID_LENGTH, CommandReceipt, Point, Session
from hub.reception.open_lines import OpenLines
from hub.reception.plan_tools import Tools
from hub.reception.planning import NewItem, NewSession
from hub.reception.preparing import Preparing
from hub.reception.stage import StageWish
from hub.reception.state import SessionState, Status
from hub.reception.timeline import Folds, Timeline
from hub.reception.viewer import Viewer
from hub.store.clock import Clock
from hub.store.database import Database, Work
from hub.store.ids import Ids, looks_like_id
from hub.units.local_day import local_day
from hub.units.models import Unit
from hub.units.service import Units

Narrow = Callable[[StageWish], AbstractAsyncContextManager[None]]
"""Holds media back: entered before a commit that lets fewer people hear, left after it. May raise Refusal."""

Doors = Callable[[str, StageWish], AbstractAsyncContextManager[None]]
"""The same for any session, by its id."""

_ROOMS_WANT = (Status.LIVE.value, Status.PAUSED.value, *(each.value for each in COMING))


class Receptions:
    """Sessions and their timelines. `seal_key` signs events and heads; whoever lacks it cannot rewrite
    history.
    """

    def __init__(  # noqa: PLR0917 - the parts it is wired from, once
        self, db: Database, cases: Cases, units: Units, clock: Clock, ids: Ids, seal_key: bytes
    ) -> None:
        self._db = db
        self._cases = cases
        self._units = units
        self._clock = clock
        self._ids = ids
        self._key = seal_key
        self._folds = Folds()
        cases.counted_on = (counted_on(),)
        tools = Tools(db, cases, clock, ids, seal_key)
        self.before = Before(tools)
        """Drafts, scheduling, publishing, postponing, the calendar and the quota."""
        self.preparing = Preparing(tools)
        """Points, agenda and files of a session to come."""
        self.checks = Checks(db, clock, ids)
        """What rooms measured of their devices and lines."""
        self.contacts = Contacts(db, clock)
        """Whom to phone at each point."""
        self.doors: Doors | None = None
        """Shuts the doors of sessions that somebody else's act reaches into; set by whoever has them."""
        cases.on_denounced = self._close_hearings

    # Planning

    async def create_session(self, actor: Actor, new: NewSession) -> str:
        """Schedule a session for a unit within the actor's right. Its id.

        Raises Refusal not_allowed, unit_unknown, point_unknown, data_bad.
        """
        session_id = self._ids.new()
        async with self._writing() as open_:
            row = await planning.new_row(open_.session, new, session_id, self._key, self._clock.now())
            viewer = await viewer_of(open_.session, row, actor, self._today())
            if viewer is None or not viewer.staff:
                raise Refusal("not_allowed")
            invited = await planning.invite(open_.session, session_id, new.points)
            empty = SessionState(session_id)
            line = open_.add(Timeline(open_.work, row, empty, self._key, self._clock.now()))
            planning.created(line, invited, (viewer.key, viewer.name))
        return session_id

    async def add_item(self, actor: Actor, session_id: str, new: NewItem) -> str:
        """Put a case on the agenda of a session that is not over. The item's id.

        Raises Refusal session_unknown, not_allowed, session_over, case_unknown, unit_unknown.
        """
        item_id = self._ids.new()
        if actor.key != HUB.key:
            await self._cases.get_for(actor, new.case)
        async with self._writing() as open_:
            line, viewer = await self._staff(open_, session_id, actor)
            desk = self._cases.desk(open_.work, actor)
            by = (viewer.key, viewer.name)
            await planning.add_item(line, desk, new, session=open_.session, item_id=item_id, by=by)
        return item_id

    async def invite(self, actor: Actor, session_id: str, points: Sequence[str]) -> int:
        """Invite points; how many are new. Raises Refusal session_unknown, not_allowed, session_over,
        point_unknown.
        """
        async with self._writing() as open_:
            await self._staff(open_, session_id, actor)
            return await planning.invite(open_.session, session_id, points)

    async def add_point(self, unit_id: str, name: str) -> str:
        """Set up a room of a unit; its id. Raises Refusal("unit_unknown"). Rights are the caller's
        business.
        """
        point = Point(id=self._ids.new(), unit_id=unit_id, name=name, created_at=self._clock.now())
        async with self._db.begin() as work:
            if await work.session.get(Unit, unit_id) is None:
                raise Refusal("unit_unknown")
            work.session.add(point)
        return point.id

    # Looking

    async def list_for(self, actor: Actor) -> list[SessionInfo]:
        """The actor's sessions, latest first; at most 200."""
        async with self._db.read() as session:
            return await directory.list_for(session, self._today(), actor)

    async def get_for(self, actor: Actor, session_id: str) -> SessionInfo:
        """One session. Raises Refusal("session_unknown") when it is not there, or not theirs to see."""
        async with self._db.read() as session:
            row, viewer = await self._seen(session, session_id, actor)
            return await directory.info(session, row, viewer)

    async def next_for(self, actor: Actor) -> SessionInfo | None:
        """The session a room should be in: see `hearings.room_belongs_in`."""
        async with self._db.read() as session:
            found = await directory.list_for(session, self._today(), actor, _ROOMS_WANT)
        return hearings.room_belongs_in(found, self._clock.now())

    async def never_ended(self, actor: Actor, session_id: str) -> list[SessionInfo]:
        """Sessions the actor runs that were forgotten, paused or live, with rooms that this one has too."""
        async with self._db.read() as session:
            return await hearings.never_ended(session, actor, session_id, self._clock.now())

    async def viewer(self, actor: Actor, session_id: str) -> Viewer:
        """The actor as a participant. Raises Refusal("session_unknown")."""
        async with self._db.read() as session:
            return (await self._seen(session, session_id, actor))[1]

    def may(self, viewer: Viewer) -> list[str]:
        """The names of the commands a participant may give."""
        return may(viewer)

    async def newcomer(self, actor: Actor, session_id: str, entry_id: str) -> Newcomer | None:
        """Who came late, for staff; None where it may not be said (`lobby.who_came`).

        Raises Refusal session_unknown, entry_unknown.
        """
        async with self._db.begin() as work:
            row, viewer = await self._seen(work.session, session_id, actor)
            if not viewer.staff:
                raise Refusal("session_unknown")
            state = await timeline.state_of(work.session, row, self._folds)
            entry = state.lobby.get(entry_id)
            if entry is None:
                raise Refusal("entry_unknown")
            return await lobby.who_came(self._cases.desk(work), entry)

    async def points_of(self, actor: Actor, session_id: str) -> list[PointInfo]:
        """The points invited to a session, in fixed places. Raises Refusal session_unknown, not_allowed
        (neither staff nor technician).
        """
        async with self._db.read() as session:
            _, viewer = await self._seen(session, session_id, actor)
            if not viewer.sees_wall:
                raise Refusal("not_allowed")
            return await directory.points_of(session, session_id)

    async def point(self, point_id: str) -> PointInfo | None:
        """One point. Rights are the caller's business."""
        async with self._db.read() as session:
            return await directory.point(session, point_id)

    async def all_points(self) -> list[PointInfo]:
        """Every point there is. Rights are the caller's business."""
        async with self._db.read() as session:
            return await directory.all_points(session)

    # Acting

    async def execute(
        self,
        actor: Actor,
        session_id: str,
        command_id: str,
        name: str,
        data: Mapping[str, Any],
        *,
        narrow: Narrow | None = None,
    ) -> Outcome:
        """Do a command once: rows, events, head and receipt in one transaction. Raises Refusal.

        The same `command_id` from the same participant again gives the first outcome, or the first refusal;
        only what is refused before it was looked at (`session_unknown`, `command_unknown`, `not_allowed`,
        `data_bad`, or by `narrow`) leaves no receipt. Raises `hub.store.database.Busy` when a lock could not
        be had; nothing was changed then.

        When the command lets fewer people hear, `narrow` is entered before the commit and left after it, and
        `doors` for other sessions that it changes. A `LiveSession` does not know of the commit yet when it is
        left; hold media back until it was refreshed.
        """
        _check_command_id(command_id)
        async with self._writing({session_id: narrow} if narrow is not None else {}) as open_:
            line = await open_.timeline(session_id)
            viewer = await viewer_of(open_.session, line.row, actor, self._today())
            if viewer is None:
                raise Refusal("session_unknown")
            receipt = await open_.session.get(CommandReceipt, (session_id, viewer.key, command_id))
            if receipt is None:
                run = _command(viewer, name, data)
                receipt = await self._do(open_, self._act(open_, line, actor, viewer), run, command_id)
        if receipt.code is not None:
            raise Refusal(receipt.code, **receipt.params)
        return Outcome(receipt.n)

    async def record(self, session_id: str, kind: str, data: Mapping[str, Any]) -> Outcome:
        """Record what the hub itself saw: point.joined, point.left, source.started, source.stopped.

        What is known already is not recorded again. Raises Refusal session_unknown, point_unknown, data_bad.
        """
        run = HUB_ACTS[kind](data)
        async with self._writing() as open_:
            line = await open_.timeline(session_id)
            await run(self._act(open_, line, HUB, Viewer(HUB.key, HUB.name, staff=True)))
        return Outcome(line.state.n)

    # Reading back

    async def load(self, session_id: str, after: int = 0, limit: int | None = None) -> list[Event]:
        """Stored events above `after`, hidden fields and all: for the hub's own use, never for a
        participant.
        """
        async with self._db.read() as session:
            return await timeline.load(session, session_id, after, limit)

    async def verify(self, session_id: str) -> Verdict:
        """Prove a timeline, or name the first event that is wrong. Raises Refusal("session_unknown")."""
        async with self._db.read() as session:
            return await timeline.verify(session, session_id, self._key)

    async def next_hearing(self, case_id: str) -> datetime | None:
        """When a case is heard next, by the sessions that are announced."""
        async with self._db.read() as session:
            return await hearings.next_hearing(session, case_id, self._clock.now())

    async def moments(self, actor: Actor, case_id: str) -> list[Moment]:
        """What was said and done about a case, as far as the actor may see. Raises
        Refusal("case_unknown").
        """
        if actor.key != HUB.key:
            await self._cases.get_for(actor, case_id)
        async with self._db.read() as session:
            return await moments.moments_of(session, case_id, actor, self._folds, self._today())

    # Inside

    @asynccontextmanager
    async def _writing(self, own: Mapping[str, Narrow] | None = None) -> AsyncIterator[OpenLines]:
        """A transaction over timelines: media is narrowed before the commit, folds are remembered after
        it. `own`: how, for sessions that are not to be narrowed by `doors`.
        """
        async with self._db.begin() as work:
            open_ = OpenLines(work, self._folds, self._key, self._clock)
            yield open_
            await self._shut_doors(open_, own or {})
        for line in open_.changed():
            self._folds.put(line.state)

    async def _shut_doors(self, open_: OpenLines, own: Mapping[str, Narrow]) -> None:
        """Hold back what the commit takes from anybody, in every session that it changes."""
        for line in open_.changed():
            wish = line.wish.narrower(line.before)
            if not line.narrows:
                continue
            if line.row.id in own:
                await open_.work.held.enter_async_context(own[line.row.id](wish))
            elif self.doors is not None:
                await open_.work.held.enter_async_context(self.doors(line.row.id, wish))

    async def _close_hearings(self, work: Work, desk: Desk, case: Case) -> None:
        """A case became a denunciation outside of sessions: those that have it close its items with it.

        Raises Refusal("hearing_not_closed") when a door cannot be shut.
        """
        open_ = OpenLines(work, self._folds, self._key, self._clock)
        viewer = Viewer(desk.by.key, desk.by.name, staff=True)
        kind = CaseKind(case.kind)
        await wording.unname_files(desk, case.id)
        for session_id in await audience.sessions_with(work.session, case.id, kind):
            act = self._act(open_, await open_.timeline(session_id), desk.by, viewer)
            await audience.tell(act, case.id, kind)
        try:
            await self._shut_doors(open_, {})
        except Refusal as refusal:
            raise Refusal("hearing_not_closed") from refusal

    def _today(self) -> date:
        return local_day(self._clock.now())

    async def _seen(self, session: AsyncSession, session_id: str, actor: Actor) -> tuple[Session, Viewer]:
        row = await session.get(Session, session_id) if looks_like_id(session_id) else None
        viewer = await viewer_of(session, row, actor, self._today()) if row is not None else None
        if row is None or viewer is None:
            raise Refusal("session_unknown")
        return row, viewer

    async def _staff(self, open_: OpenLines, session_id: str, actor: Actor) -> tuple[Timeline, Viewer]:
        line = await open_.timeline(session_id)
        viewer = await viewer_of(open_.session, line.row, actor, self._today())
        if viewer is None:
            raise Refusal("session_unknown")
        if not viewer.staff:
            raise Refusal("not_allowed")
        if Status(line.row.state) in OVER:
            raise Refusal("session_over")
        return line, viewer

    def _act(self, open_: OpenLines, line: Timeline, actor: Actor, viewer: Viewer) -> Act:
        now = self._clock.now()
        return Act(
            actor=actor,
            viewer=viewer,
            now=now,
            today=local_day(now),
            session=open_.session,
            timeline=line,
            desk=self._cases.desk(open_.work, actor, in_session=True),
            ids=self._ids,
            open_other=open_.timeline,
        )

    async def _do(self, open_: OpenLines, act: Act, run: Run, command_id: str) -> CommandReceipt:
        """Run inside a savepoint, so that a refusal undoes whatever was begun and still leaves its
        receipt.
        """
        receipt = CommandReceipt(
            session_id=act.state.id,
            participant=act.viewer.key,
            command_id=command_id,
            at=act.now,
            n=act.state.n,
            code=None,
            params={},
        )
        line = act.timeline
        try:
            async with open_.session.begin_nested():
                await run(act)
            receipt.n = line.state.n
        except Refusal as refusal:
            await open_.forget()
            receipt.code, receipt.params = refusal.code, dict(refusal.params)
        open_.session.add(receipt)
        return receipt


def _command(viewer: Viewer, name: str, data: Mapping[str, Any]) -> Run:
    command = COMMANDS.get(name)
    if command is None:
        raise Refusal("command_unknown")
    if not command.open_to(viewer):
        raise Refusal("not_allowed")
    return command.bind(data)


def _check_command_id(command_id: str) -> None:
    if not (0 < len(command_id) <= COMMAND_ID_LENGTH and command_id.isprintable()):
        raise Refusal("data_bad", field="id")
