"""The checks of a session's rooms: stored by session and point, asked for again, listed."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Literal

from sqlalchemy import Select, and_, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.people.actor import Actor
from hub.reception import directory
from hub.reception.access import sessions_of, viewer_of
from hub.reception.checks import (
    OPENS,
    Cause,
    Judged,
    Measures,
    Step,
    Verdict,
    is_due,
    is_fresh,
    judge,
    known_causes,
    read_back,
)
from hub.reception.errors import Refusal
from hub.reception.hearings import room_belongs_in
from hub.reception.info import PointInfo
from hub.reception.lifecycle import COMING, OVER
from hub.reception.models import CheckRequest, PointCheck, Session, SessionPoint
from hub.reception.state import Status
from hub.store.clock import Clock
from hub.store.database import Database
from hub.store.ids import Ids, looks_like_id
from hub.units.local_day import local_day

KEPT: Final = 20
"""Checks of one room for one session; older ones go."""
AGAIN: Final = timedelta(seconds=5)
"""The least time between two results of one room: a screen that repeats itself fills no table."""
_WANTED: Final = (Status.LIVE.value, Status.PAUSED.value, *(each.value for each in COMING))

Need = Literal["none", "asked", "no_go", "limited", "go"]
NEEDS: Final[tuple[Need, ...]] = ("none", "asked", "no_go", "limited", "go")
"""How a room stands, whoever needs somebody most first."""


@dataclass(frozen=True, slots=True)
class Check:
    """One result. `measures` as the room sent them."""

    at: datetime
    verdict: Verdict
    causes: tuple[Cause, ...]
    measures: Measures

    @property
    def judged(self) -> Judged:
        """The result without its circumstances."""
        return Judged(self.verdict, self.causes)

    def of(self, step: Step) -> tuple[Cause, ...]:
        """What was wrong at one step."""
        return tuple(cause for cause in self.causes if cause.step == step)


@dataclass(frozen=True, slots=True)
class Standing:
    """A room and its latest check for a session. `asked_at`: somebody wants another one since then.

    `stale_since`: when the hour before the session began, if the check is one of the days before.
    """

    point: PointInfo
    check: Check | None
    asked_at: datetime | None
    stale_since: datetime | None = None

    @property
    def fresh(self) -> bool:
        """Whether its check, if there is one, still counts."""
        return self.stale_since is None

    @property
    def need(self) -> Need:
        """What it stands for in a list."""
        if self.asked_at is not None:
            return "asked"
        if self.check is None or not self.fresh:
            return "none"
        if self.check.verdict == "no_go":
            return "no_go"
        return "limited" if self.check.causes else "go"

    @property
    def changed_at(self) -> datetime | None:
        """When its line in a list last changed."""
        times = [self.asked_at, self.check.at if self.check is not None else None, self.stale_since]
        return max((at for at in times if at is not None), default=None)


@dataclass(frozen=True, slots=True)
class Own:
    """What a room is told of its own check. `due`: it should check by itself now; `asked`: at once."""

    session: str
    title: str
    state: str
    starts_at: datetime
    check: Check | None
    due: bool
    asked: bool


class Checks:
    """One per process, in `Receptions.checks`."""

    def __init__(self, db: Database, clock: Clock, ids: Ids) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids

    async def own(self, room: Actor) -> Own | None:
        """The room's session that runs or comes next, and its check for it; None without a session."""
        async with self._db.read() as session:
            row = await _session_of(session, room, self._clock.now())
            if row is None or room.point is None:
                return None
            check = await _latest(session, row.id, room.point)
            asked = await session.get(CheckRequest, (row.id, room.point)) is not None
            checked = check.at if check is not None else None
            due = is_due(Status(row.state), row.starts_at, checked, self._clock.now())
            return Own(row.id, row.title, row.state, row.starts_at, check, due or asked, asked)

    async def keep(self, room: Actor, measures: Measures) -> Check:
        """Judge what a room measured, and keep it for its session if it has one.

        Raises Refusal check_too_soon, not_allowed (no room).
        """
        if room.point is None:
            raise Refusal("not_allowed")
        judged, now = judge(measures), self._clock.now()
        check = Check(now, judged.verdict, judged.causes, measures)
        async with self._db.begin(patient=True) as work:
            row = await _session_of(work.session, room, now)
            if row is not None:
                last = await _latest(work.session, row.id, room.point)
                if last is not None and now - last.at < AGAIN:
                    raise Refusal("check_too_soon")
                work.session.add(self._row(row.id, room.point, check))
                await _forget_request(work.session, row.id, room.point)
                await _prune(work.session, row.id, room.point)
        return check

    async def standings(self, actor: Actor, session_id: str, after: datetime | None = None) -> list[Standing]:
        """All rooms of a session: who needs somebody first, then the oldest check; with `after` only those
        that changed since. Raises Refusal session_unknown, not_allowed (neither staff nor technician).
        """
        async with self._db.read() as session:
            row = await self._seen(session, session_id, actor)
            points = await directory.points_of(session, session_id)
            latest = {row.point_id: _check(row) for row in await session.scalars(_latest_of(session_id))}
            wanted = select(CheckRequest).where(CheckRequest.session_id == session_id)
            asked = {row.point_id: row.at for row in await session.scalars(wanted)}
        stale = partial(_stale_since, row.starts_at, now=self._clock.now())
        found = [_standing(point, latest.get(point.id), asked.get(point.id), stale) for point in points]
        if after is not None:
            found = [each for each in found if each.changed_at is not None and each.changed_at > after]
        return sorted(found, key=_urgency)

    async def ask(self, actor: Actor, session_id: str, points: Collection[str]) -> int:
        """Ask rooms of a session to check again; how many were asked.

        Raises Refusal session_unknown, not_allowed, session_over, point_unknown.
        """
        now = self._clock.now()
        async with self._db.begin() as work:
            row = await self._seen(work.session, session_id, actor)
            if Status(row.state) in OVER:
                raise Refusal("session_over")
            of_session = select(SessionPoint.point_id).where(SessionPoint.session_id == session_id)
            invited = set(await work.session.scalars(of_session))
            if set(points) - invited:
                raise Refusal("point_unknown")
            for point in sorted(set(points)):
                request = CheckRequest(session_id=session_id, point_id=point, at=now, by=actor.key)
                await work.session.merge(request)
        return len(set(points))

    async def _seen(self, session: AsyncSession, session_id: str, actor: Actor) -> Session:
        row = await session.get(Session, session_id) if looks_like_id(session_id) else None
        day = local_day(self._clock.now())
        viewer = await viewer_of(session, row, actor, day) if row is not None else None
        if row is None or viewer is None:
            raise Refusal("session_unknown")
        if not viewer.sees_wall:
            raise Refusal("not_allowed")
        return row

    def _row(self, session_id: str, point: str, check: Check) -> PointCheck:
        return PointCheck(
            id=self._ids.new(),
            session_id=session_id,
            point_id=point,
            at=check.at,
            verdict=check.verdict,
            causes=[cause.code for cause in check.causes],
            measures=check.measures.model_dump(mode="json"),
        )


def _standing(
    point: PointInfo,
    check: Check | None,
    asked_at: datetime | None,
    stale: Callable[[datetime], datetime | None],
) -> Standing:
    return Standing(point, check, asked_at, stale(check.at) if check is not None else None)


def _stale_since(starts_at: datetime, checked_at: datetime, *, now: datetime) -> datetime | None:
    return None if is_fresh(starts_at, checked_at, now=now) else starts_at - OPENS


def _urgency(standing: Standing) -> tuple[int, float, str]:
    at = standing.check.at.timestamp() if standing.check is not None else 0.0
    return NEEDS.index(standing.need), at, standing.point.unit_code


def _check(row: PointCheck) -> Check:
    verdict: Verdict = "go" if row.verdict == "go" else "no_go"
    return Check(row.at, verdict, known_causes(row.causes), read_back(row.measures))


async def _session_of(session: AsyncSession, room: Actor, now: datetime) -> Session | None:
    """As `Receptions.next_for` chooses."""
    wanted = select(Session).where(
        await sessions_of(session, room, local_day(now)), Session.state.in_(_WANTED)
    )
    rows = list(
        await session.scalars(wanted.order_by(Session.starts_at.desc(), Session.id.desc()).limit(200))
    )
    return room_belongs_in(rows, now)


def _latest_of(session_id: str) -> Select[PointCheck]:
    newest = (
        select(PointCheck.point_id, func.max(PointCheck.id).label("id"))  # ids grow with time
        .where(PointCheck.session_id == session_id)
        .group_by(PointCheck.point_id)
        .subquery()
    )
    return select(PointCheck).join(newest, PointCheck.id == newest.c.id)


async def _latest(session: AsyncSession, session_id: str, point: str) -> Check | None:
    of_room = and_(PointCheck.session_id == session_id, PointCheck.point_id == point)
    row = await session.scalar(select(PointCheck).where(of_room).order_by(PointCheck.id.desc()).limit(1))
    return _check(row) if row is not None else None


async def _forget_request(session: AsyncSession, session_id: str, point: str) -> None:
    request = await session.get(CheckRequest, (session_id, point))
    if request is not None:
        await session.delete(request)


async def _prune(session: AsyncSession, session_id: str, point: str) -> None:
    await session.flush()
    of_room = and_(PointCheck.session_id == session_id, PointCheck.point_id == point)
    kept = select(PointCheck.id).where(of_room).order_by(PointCheck.id.desc()).limit(KEPT)
    await session.execute(delete(PointCheck).where(of_room, PointCheck.id.not_in(kept)))
