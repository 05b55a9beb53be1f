"""Before a session, its life: draft, scheduled, published, or postponed and cancelled. Also the months they
fill, and how those stand against the quota.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from hub.people.actor import Actor
from hub.reception import planning, quota, wording
from hub.reception.access import planned_units, planner_of
from hub.reception.errors import Refusal
from hub.reception.events import Audience, wire_time
from hub.reception.lifecycle import NEVER_HELD, must
from hub.reception.models import REASON_LENGTH, DraftItem, FileRequest, Session, SessionPoint
from hub.reception.plan_info import PlannedSession, UnitQuota
from hub.reception.plan_tools import Planning, Tools
from hub.reception.planning import NewItem, NewSession
from hub.reception.state import SessionState, Status, cases_of
from hub.reception.timeline import Timeline
from hub.units import queries
from hub.units.local_day import local_day, midnight
from hub.units.models import Level, Unit
from hub.units.working_days import vietnam

MOST_IN_MONTH = 2000
MOST_DRAFTS = 200
SHORTEST_REASON = 5
_HELD = frozenset({Status.LIVE.value, Status.PAUSED.value, Status.CLOSED.value})
_PLANNED = frozenset({Status.SCHEDULED.value, Status.PUBLISHED.value})


@dataclass(frozen=True, slots=True)
class When:
    """A new time for a postponed session."""

    starts_at: datetime
    ends_at: datetime | None = None


class Before:
    """The acts of those who plan sessions. Each raises Refusal("session_unknown") to everybody else."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def draft(self, actor: Actor, new: NewSession) -> str:
        """Begin a draft for a unit of the planner's; its id. Raises Refusal unit_unknown, data_bad."""
        tools, session_id = self._tools, self._tools.ids.new()
        async with tools.db.begin() as work:
            if await planner_of(work.session, new.hub_unit, actor, self._tools.today()) is None:
                raise Refusal("unit_unknown")
            now = tools.clock.now()
            await planning.new_row(work.session, new, session_id, tools.key, now, Status.DRAFT)
            await planning.invite(work.session, session_id, new.points)
        return session_id

    async def change(self, actor: Actor, session_id: str, new: NewSession) -> None:
        """Set everything but points and agenda anew, until it is published. The unit changes in a draft only.
        Whom the vault keeps in its cases is masked.

        Raises Refusal session_state, session_over, unit_unknown, data_bad.
        """
        async with self._tools.planning(actor, session_id) as plan:
            if plan.status is not Status.DRAFT:
                must("change", plan.status)
            await planning.check(plan.session, new)
            if plan.status is not Status.DRAFT and new.hub_unit != plan.row.hub_unit_id:
                raise Refusal("session_state")
            if await planner_of(plan.session, new.hub_unit, actor, self._tools.today()) is None:
                raise Refusal("unit_unknown")
            _write(plan.row, new)
            await _unname(plan, plan.row)
            if plan.status is not Status.DRAFT:
                plan.timeline.append("session.changed", wording.told(plan.row), by=plan.by)

    async def schedule(self, actor: Actor, session_id: str) -> None:
        """draft → scheduled: rooms and others of the session see it from now on. Raises Refusal."""
        async with self._tools.planning(actor, session_id) as plan:
            must("schedule", plan.status)
            await self._not_past(plan.row.starts_at)
            await _unname(plan, plan.row)
            invited = await _points_of(plan.session, session_id)
            planning.created(plan.timeline, len(invited), plan.by)
            wanted = select(DraftItem).where(DraftItem.session_id == session_id).order_by(DraftItem.position)
            drafted = list(await plan.session.scalars(wanted))
            items = [
                NewItem(each.case_id, Audience(each.audience) if each.audience else None) for each in drafted
            ]
            await self._add(plan, plan.timeline, items)
            await plan.session.execute(delete(DraftItem).where(DraftItem.session_id == session_id))

    async def publish(self, actor: Actor, session_id: str) -> None:
        """scheduled → published. Raises Refusal session_state, session_over, session_past."""
        async with self._tools.planning(actor, session_id) as plan:
            must("publish", plan.status)
            await self._not_past(plan.row.starts_at)
            plan.timeline.append(
                "session.published", {"starts_at": wire_time(plan.row.starts_at)}, by=plan.by
            )
            plan.row.published_at = self._tools.clock.now()

    async def postpone(
        self, actor: Actor, session_id: str, reason: str, when: When | None = None
    ) -> str | None:
        """Put a session off; with a new time, a successor with the same agenda is scheduled: its id.

        Raises Refusal session_state, session_over, session_past, data_bad (the reason has 5 to 500
        characters).
        """
        async with self._tools.planning(actor, session_id) as plan:
            must("postpone", plan.status)
            await self._noted(plan, reason)
            successor = await self._succeed(plan, when) if when is not None else None
            starts_at = wire_time(when.starts_at) if when is not None else None
            data = {"reason": plan.row.reason, "successor": successor, "starts_at": starts_at}
            plan.timeline.append("session.postponed", data, by=plan.by)
            plan.row.successor_id = successor
        return successor

    async def cancel(self, actor: Actor, session_id: str, reason: str) -> None:
        """Call a session off. Raises Refusal session_state, session_over, data_bad (see `postpone`)."""
        async with self._tools.planning(actor, session_id) as plan:
            must("cancel", plan.status)
            await self._noted(plan, reason)
            plan.timeline.append("session.cancelled", {"reason": plan.row.reason}, by=plan.by)

    async def again(self, actor: Actor, session_id: str, starts_at: datetime) -> str:
        """A draft like a session that was cancelled, or postponed without a new time, for another time; its
        id. Same points, same agenda. Raises Refusal session_state.
        """
        tools, fresh = self._tools, self._tools.ids.new()
        async with tools.planning(actor, session_id) as plan:
            if plan.status not in NEVER_HELD or plan.row.successor_id is not None:
                raise Refusal("session_state")
            new, now = _again(plan.row, When(starts_at)), tools.clock.now()
            row = await planning.new_row(plan.session, new, fresh, tools.key, now, Status.DRAFT)
            await _unname(plan, row)
            await planning.invite(plan.session, fresh, await _points_of(plan.session, session_id))
            for position, item in enumerate(plan.timeline.state.agenda, 1):
                own = None if item.audience.value == plan.row.default_audience else item.audience.value
                case = str(item.case["id"])
                plan.session.add(DraftItem(session_id=fresh, case_id=case, position=position, audience=own))
        return fresh

    async def delete(self, actor: Actor, session_id: str) -> None:
        """Delete a draft; files asked for stay so. Raises Refusal session_state, session_over."""
        async with self._tools.planning(actor, session_id) as plan:
            must("delete", plan.status)
            for table in (DraftItem, SessionPoint):
                await plan.session.execute(delete(table).where(table.session_id == session_id))
            asked = update(FileRequest).where(FileRequest.session_id == session_id)
            await plan.session.execute(asked.values(session_id=None))
            await plan.session.delete(plan.row)
            self._tools.audit.record(plan.session, actor, "session.draft_deleted", f"session:{session_id}")

    # Looking

    async def get(self, actor: Actor, session_id: str) -> PlannedSession:
        """One session of the planner's, drafts too."""
        async with self._tools.db.read() as session:
            row = await self._tools.seen(session, actor, session_id)
            return PlannedSession.of(row, await session.get_one(Unit, row.hub_unit_id))

    async def sessions(self, actor: Actor, first: date, last: date) -> list[PlannedSession]:
        """The planner's sessions from one day to another, in the order of their times; at most 2000."""
        async with self._tools.db.read() as session:
            return await self._between(session, actor, first, last)

    async def drafts(self, actor: Actor) -> list[PlannedSession]:
        """The planner's drafts, the next one first; at most 200."""
        async with self._tools.db.read() as session:
            allowed = await planned_units(session, actor, self._tools.today())
            wanted = select(Session, Unit).join(Unit, Unit.id == Session.hub_unit_id)
            wanted = wanted.where(Session.state == Status.DRAFT.value)
            if allowed is not None:
                wanted = wanted.where(Session.hub_unit_id.in_(allowed))
            rows = await session.execute(wanted.order_by(Session.starts_at, Session.id).limit(MOST_DRAFTS))
            return [PlannedSession.of(row, unit) for row, unit in rows]

    async def units(self, actor: Actor, on: date) -> list[Unit]:
        """The units for which the actor may plan on a day, by code; none for whoever plans nothing."""
        async with self._tools.db.read() as session:
            allowed = await planned_units(session, actor, self._tools.today())
            found = await session.scalars(queries.valid_on(on))
            return [unit for unit in found if allowed is None or unit.id in allowed]

    async def quota(self, actor: Actor, month: quota.Month) -> list[UnitQuota]:
        """How the month stands for each of the planner's units that has a rule, from the province down."""
        units = await self.units(actor, month.last)
        days = timedelta(days=7)  # a week of the month may begin before it and end after it
        async with self._tools.db.read() as session:
            known = await self._between(session, actor, month.first - days, month.last + days)
        standings = [UnitQuota(unit.id, unit.name, unit.level, _stand(unit, month, known)) for unit in units]
        ruled = [each for each in standings if each.standing.rule is not None]
        return sorted(ruled, key=lambda each: Level(each.level).rank)

    # Inside

    async def _between(
        self, session: AsyncSession, actor: Actor, first: date, last: date
    ) -> list[PlannedSession]:
        allowed = await planned_units(session, actor, self._tools.today())
        wanted = select(Session, Unit).join(Unit, Unit.id == Session.hub_unit_id)
        wanted = wanted.where(Session.starts_at >= midnight(first))
        wanted = wanted.where(Session.starts_at < midnight(last + timedelta(days=1)))
        if allowed is not None:
            wanted = wanted.where(Session.hub_unit_id.in_(allowed))
        rows = await session.execute(wanted.order_by(Session.starts_at, Session.id).limit(MOST_IN_MONTH))
        return [PlannedSession.of(row, unit) for row, unit in rows]

    async def _not_past(self, starts_at: datetime) -> None:
        if starts_at <= self._tools.clock.now():
            raise Refusal("session_past")

    async def _noted(self, plan: Planning, reason: str) -> None:
        """Keep the reason in the row: notice, calendar file and timeline take it from there."""
        reason = " ".join(reason.split())
        if not SHORTEST_REASON <= len(reason) <= REASON_LENGTH or not reason.isprintable():
            raise Refusal("data_bad", field="reason")
        kept = await plan.desk.unsealed_among(cases_of(plan.timeline.state), reason)
        plan.row.reason, plan.row.notice_at = kept[:REASON_LENGTH], self._tools.clock.now()

    async def _succeed(self, plan: Planning, when: When) -> str:
        await self._not_past(when.starts_at)
        tools, row, session_id = self._tools, plan.row, self._tools.ids.new()
        new = _again(row, when)
        fresh = await planning.new_row(plan.session, new, session_id, tools.key, tools.clock.now())
        await _unname(plan, fresh)
        points = await _points_of(plan.session, row.id)
        await planning.invite(plan.session, session_id, points)
        line = Timeline(plan.work, fresh, SessionState(session_id), tools.key, tools.clock.now())
        planning.created(line, len(points), plan.by)
        old = plan.timeline.state.agenda
        items = [NewItem(str(item.case["id"]), item.audience, tuple(sorted(item.invited))) for item in old]
        await self._add(plan, line, items)
        return session_id

    async def _add(self, plan: Planning, line: Timeline, items: Iterable[NewItem]) -> None:
        for item in items:
            item_id = self._tools.ids.new()
            await planning.add_item(line, plan.desk, item, session=plan.session, item_id=item_id, by=plan.by)


def _write(row: Session, new: NewSession) -> None:
    row.title, row.form, row.hub_unit_id = new.title, new.form, new.hub_unit
    row.starts_at, row.ends_at = new.starts_at, new.ends_at
    row.default_audience, row.held_by = new.default_audience.value, new.held_by
    row.chair, row.place = new.chair or None, new.place or None


async def _unname(plan: Planning, row: Session) -> None:
    """In the planned session's row, or in one made after it."""
    with plan.session.no_autoflush:  # what is taken out does not reach the database before
        about = await wording.cases_about(plan.timeline, plan.desk)
        await wording.unname(row, plan.desk, about)


def _again(row: Session, when: When) -> NewSession:
    return NewSession(
        title=row.title,
        form=row.form,  # type: ignore[arg-type]  # checked when it was written
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        hub_unit=row.hub_unit_id,
        default_audience=Audience(row.default_audience),
        held_by=row.held_by,  # type: ignore[arg-type]
        chair=row.chair or "",
        place=row.place or "",
    )


async def _points_of(session: AsyncSession, session_id: str) -> list[str]:
    found = await session.scalars(select(SessionPoint.point_id).where(SessionPoint.session_id == session_id))
    return sorted(found)


def _stand(unit: Unit, month: quota.Month, known: Iterable[PlannedSession]) -> quota.Standing:
    """Only periodic days by the head in person count: unscheduled ones come besides."""
    days: dict[str, list[date]] = defaultdict(list)
    for each in known:
        if each.hub_unit == unit.id and each.held_by == "head" and each.form == "periodic":
            days[each.state].append(local_day(each.starts_at))
    held = [day for state in _HELD for day in days[state]]
    planned = [day for state in _PLANNED for day in days[state]]
    return quota.standing(unit.level, month, held, planned, vietnam())
