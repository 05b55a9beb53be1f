"""Receptions: everything a caller may do with sessions. One per process."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.service import Cases
from hub.people.actor import HUB, Actor
from hub.reception import directory, moments, planning, timeline
from hub.reception.access import viewer_of
from hub.reception.acts.act import Act
from hub.reception.acts.registry import COMMANDS, HUB_ACTS, Run, may
from hub.reception.chain import Verdict
from hub.reception.errors import Refusal
from hub.reception.events import Event
from hub.reception.info import Moment, Outcome, PointInfo, SessionInfo
from hub.reception.models import COMMAND_ID_LENGTH, CommandReceipt, Point, Session
from hub.reception.planning import NewItem, NewSession
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

_OVER = (Status.CLOSED.value,)
_COMING = (Status.LIVE.value, Status.PAUSED.value, Status.SCHEDULED.value)


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

    # Planning

    async def create_session(self, actor: Actor, new: NewSession) -> str:
        """Schedule a session for a unit within the actor's right. Its id.

        Raises Refusal not_allowed, unit_unknown, point_unknown, data_bad.
        """
        session_id = self._ids.new()
        async with self._writing() as open_:
            row = await planning.new_row(open_.session, new, session_id, self._key, self._clock.now())
            viewer = await viewer_of(open_.session, row, actor)
            if viewer is None or not viewer.staff:
                raise Refusal("not_allowed")
            invited = await planning.invite(open_.session, session_id, new.points)
            empty = SessionState(session_id)
            line = open_.add(Timeline(open_.work, row, empty, self._key, self._clock.now()))
            created = {
                "title": new.title,
                "form": new.form,
                "default_audience": new.default_audience.value,
                "points": invited,
            }
            line.append("session.created", created, by=(viewer.key, viewer.name))
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
            desk = self._cases.desk(open_.work)
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
            return await directory.list_for(session, actor)

    async def get_for(self, actor: Actor, session_id: str) -> SessionInfo:
        """One session. Raises Refusal("session_unknown") when it is not there, or not theirs to see."""
        async with self._db.read() as session:
            row, viewer = await self._seen(session, session_id, actor)
            return await directory.info(session, row, viewer)

    async def next_for(self, actor: Actor) -> SessionInfo | None:
        """The session a room should be in: one that runs, else the next to come."""
        async with self._db.read() as session:
            coming = await directory.list_for(session, actor, _COMING)
        running = [each for each in coming if each.state != Status.SCHEDULED]
        return running[0] if running else min(coming, key=lambda each: each.starts_at, default=None)

    async def viewer(self, actor: Actor, session_id: str) -> Viewer:
        """The actor as a participant. Raises Refusal("session_unknown")."""
        async with self._db.read() as session:
            return (await self._seen(session, session_id, actor))[1]

    def may(self, viewer: Viewer) -> list[str]:
        """The names of the commands a participant may give."""
        return may(viewer)

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

        When the command lets fewer people hear, `narrow` is entered before the commit and left after it. A
        `LiveSession` does not know of the commit yet when it is left; hold media back until it was refreshed.
        """
        _check_command_id(command_id)
        async with self._writing(narrow) as open_:
            line = await open_.timeline(session_id)
            viewer = await viewer_of(open_.session, line.row, actor)
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

    async def moments(self, actor: Actor, case_id: str) -> list[Moment]:
        """What was said and done about a case, as far as the actor may see. Raises
        Refusal("case_unknown").
        """
        if actor.key != HUB.key:
            await self._cases.get_for(actor, case_id)
        async with self._db.read() as session:
            return await moments.moments_of(session, case_id, actor, self._folds)

    # Inside

    @asynccontextmanager
    async def _writing(self, narrow: Narrow | None = None) -> AsyncIterator["_Open"]:
        """A transaction over timelines: media is narrowed before the commit, folds are remembered after
        it.
        """
        async with AsyncExitStack() as held, self._db.begin() as work:
            open_ = _Open(self, work, {})
            yield open_
            first = next(iter(open_.changed()), None)
            if narrow is not None and first is not None and first.narrows:
                await held.enter_async_context(narrow(first.wish.narrower(first.before)))
        for line in open_.changed():
            self._folds.put(line.state)

    async def _seen(self, session: AsyncSession, session_id: str, actor: Actor) -> tuple[Session, Viewer]:
        row = await session.get(Session, session_id) if looks_like_id(session_id) else None
        viewer = await viewer_of(session, row, actor) if row is not None else None
        if row is None or viewer is None:
            raise Refusal("session_unknown")
        return row, viewer

    async def _staff(self, open_: "_Open", session_id: str, actor: Actor) -> tuple[Timeline, Viewer]:
        line = await open_.timeline(session_id)
        viewer = await viewer_of(open_.session, line.row, actor)
        if viewer is None:
            raise Refusal("session_unknown")
        if not viewer.staff:
            raise Refusal("not_allowed")
        if line.row.state in _OVER:
            raise Refusal("session_over")
        return line, viewer

    def _act(self, open_: "_Open", line: Timeline, actor: Actor, viewer: Viewer) -> Act:
        now = self._clock.now()
        return Act(
            actor=actor,
            viewer=viewer,
            now=now,
            today=local_day(now),
            session=open_.session,
            timeline=line,
            desk=self._cases.desk(open_.work),
            ids=self._ids,
            open_other=open_.timeline,
        )

    async def _do(self, open_: "_Open", act: Act, run: Run, command_id: str) -> CommandReceipt:
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


@dataclass(slots=True)
class _Open:
    """One transaction and the timelines locked in it."""

    owner: Receptions
    work: Work
    lines: dict[str, Timeline]

    @property
    def session(self) -> AsyncSession:
        return self.work.session

    async def timeline(self, session_id: str) -> Timeline:
        """Lock and fold a session's timeline, once. Raises Refusal("session_unknown")."""
        if session_id not in self.lines:
            owner = self.owner
            line = await timeline.open_timeline(
                self.work, session_id, owner._folds, owner._key, owner._clock.now()
            )
            self.lines[session_id] = line
        return self.lines[session_id]

    def add(self, line: Timeline) -> Timeline:
        """Take in the timeline of a row made in this transaction."""
        self.lines[line.row.id] = line
        return line

    def changed(self) -> list[Timeline]:
        """The timelines that grew."""
        return [line for line in self.lines.values() if line.grew]

    async def forget(self) -> None:
        """The savepoint was rolled back: nothing grew."""
        self.lines.clear()
        self.work.hints.clear()


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
