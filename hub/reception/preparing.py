"""Before a session, what it is made of: the points invited, the agenda, the files asked of units."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import TypeVar

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.info import CaseInfo, Waiting
from hub.people.actor import Actor
from hub.reception import directory, planning, wording
from hub.reception.access import planned_units
from hub.reception.agenda_order import put_in_order, take_off, waiting
from hub.reception.elsewhere import Elsewhere, elsewhere
from hub.reception.errors import Refusal
from hub.reception.events import Audience
from hub.reception.fold import fold
from hub.reception.info import PointInfo
from hub.reception.lifecycle import COMING, OVER
from hub.reception.models import (
    TITLE_LENGTH,
    AgendaItem,
    DraftItem,
    FileRequest,
    Point,
    Session,
    SessionPoint,
)
from hub.reception.plan_info import FileAsked, PlannedItem
from hub.reception.plan_tools import Planning, Tools
from hub.reception.planning import MOST_ITEMS, NewItem
from hub.reception.state import Item, SessionState, Status
from hub.reception.timeline import load
from hub.units.local_day import local_day
from hub.units.models import Unit


class Preparing:
    """The acts of those who prepare a session. Each raises Refusal("session_unknown") to everybody else."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    # Points

    async def points(self, actor: Actor, session_id: str) -> tuple[list[PointInfo], set[str]]:
        """The points that can be invited, in fixed places, and the ids of those that are."""
        async with self._tools.db.read() as session:
            row = await self._tools.seen(session, actor, session_id)
            allowed = await planned_units(session, actor, self._tools.today())
            found = await directory.all_points(session)
            wanted = select(SessionPoint.point_id).where(SessionPoint.session_id == row.id)
            invited = set(await session.scalars(wanted))
        near = [each for each in found if allowed is None or each.unit in allowed or each.id in invited]
        return near, invited

    async def set_points(
        self, actor: Actor, session_id: str, shown: Collection[str], chosen: Collection[str]
    ) -> None:
        """Of the points shown, invite the chosen ones and no others. Whoever was invited to a session that is
        no draft any more stays so. Raises Refusal point_unknown, session_over, session_state.
        """
        async with self._tools.planning(actor, session_id) as plan:
            _must_come(plan.status)
            allowed = await planned_units(plan.session, actor, self._tools.today())
            if allowed is not None:
                near = select(Point.id).where(Point.id.in_(chosen), Point.unit_id.in_(allowed))
                invited = select(SessionPoint.point_id).where(SessionPoint.session_id == session_id)
                known = {*await plan.session.scalars(near), *await plan.session.scalars(invited)}
                if set(chosen) - known:
                    raise Refusal("point_unknown")
            if plan.status is Status.DRAFT:
                gone = set(shown) - set(chosen)
                of_session = SessionPoint.session_id == session_id
                await plan.session.execute(
                    delete(SessionPoint).where(of_session, SessionPoint.point_id.in_(gone))
                )
            await planning.invite(plan.session, session_id, tuple(chosen))

    # Agenda

    async def agenda(self, actor: Actor, session_id: str) -> list[PlannedItem]:
        """The cases on the agenda, in order."""
        async with self._tools.db.read() as session:
            row = await self._tools.seen(session, actor, session_id)
            if row.state == Status.DRAFT.value:
                listed = await _drafted(session, row)
            else:
                listed = await _scheduled(session, row)
        cases = await self._tools.cases.known_for(actor, [case for case, *_ in listed])
        return [_item(row, place, each, cases) for place, each in enumerate(listed, 1)]

    async def candidates(self, actor: Actor, session_id: str, text: str = "") -> list[Waiting]:
        """Cases in sight of the actor and of the session's unit, not on the agenda: overdue first,
        then never heard, then the oldest.
        """
        async with self._tools.db.read() as session:
            row = await self._tools.seen(session, actor, session_id)
            listed = await _case_ids(session, row.id)
        return await self._tools.cases.waiting_for(actor, within=row.hub_unit_id, text=text, but=listed)

    async def elsewhere(
        self, actor: Actor, session_id: str, cases: Collection[str]
    ) -> Mapping[str, list[Elsewhere]]:
        """By case, the other sessions of the planner's that have it on their agenda and are not over."""
        async with self._tools.db.read() as session:
            row = await self._tools.seen(session, actor, session_id)
            return await elsewhere(
                session, row.id, cases, await planned_units(session, actor, self._tools.today())
            )

    async def put(
        self, actor: Actor, session_id: str, case_id: str, audience: Audience | None = None
    ) -> None:
        """Put a case at the end of the agenda; the session's words do not name whom the vault keeps in it.
        Raises Refusal case_unknown, case_listed, session_over, session_state, data_bad (500 cases at most).
        """
        case = await self._tools.cases.get_for(actor, case_id)
        async with self._tools.planning(actor, session_id) as plan:
            _must_come(plan.status)
            listed = await _case_ids(plan.session, session_id)
            if case.id in listed:
                raise Refusal("case_listed")
            if len(listed) >= MOST_ITEMS:
                raise Refusal("data_bad")
            if plan.status is Status.DRAFT:
                own = audience.value if audience is not None else None
                position = len(listed) + 1
                plan.session.add(
                    DraftItem(session_id=session_id, case_id=case.id, position=position, audience=own)
                )
                await wording.unname(plan.row, plan.desk, [case.id])
                return
            new, item_id = NewItem(case.id, audience), self._tools.ids.new()
            await planning.add_item(
                plan.timeline, plan.desk, new, session=plan.session, item_id=item_id, by=plan.by
            )

    async def drop(self, actor: Actor, session_id: str, case_id: str) -> None:
        """Take a case off the agenda of a session to come. Raises Refusal item_unknown, session_state,
        session_over.
        """
        async with self._tools.planning(actor, session_id) as plan:
            if plan.status in COMING:
                await take_off(plan.session, plan.timeline, _listed_item(plan, case_id), "", plan.by)
                return
            items, item = await _draft_item(plan, case_id)
            await plan.session.delete(item)
            items.remove(item)
            _number(items)

    async def move(self, actor: Actor, session_id: str, case_id: str, by: int) -> None:
        """Move a case down by so many places, up for less than 0. Raises as `drop`."""
        async with self._tools.planning(actor, session_id) as plan:
            if plan.status in COMING:
                order = [each.id for each in plan.timeline.state.agenda]
                _shift(order, _listed_item(plan, case_id).id, by)
                await put_in_order(plan.session, plan.timeline, order, plan.by)
                return
            items, item = await _draft_item(plan, case_id)
            _shift(items, item, by)
            _number(items)

    async def set_audience(
        self, actor: Actor, session_id: str, case_id: str, audience: Audience | None
    ) -> None:
        """Choose who hears a case of a draft; None: as the session has it. Raises as `drop`, and
        denunciation_closed.
        """
        case = await self._tools.cases.get_for(actor, case_id)
        if case.masked and audience is not Audience.CLOSED:
            raise Refusal("denunciation_closed")
        async with self._tools.planning(actor, session_id) as plan:
            _, item = await _draft_item(plan, case_id)
            item.audience = audience.value if audience is not None else None

    # Files

    async def files(self, actor: Actor, session_id: str) -> list[FileAsked]:
        """Files asked of units about the agenda's cases, missing ones first, by the day they are due."""
        async with self._tools.db.read() as session:
            row = await self._tools.seen(session, actor, session_id)
            listed = await _case_ids(session, row.id)
            wanted = select(FileRequest, Unit).join(Unit, Unit.id == FileRequest.unit_id)
            wanted = wanted.where(FileRequest.case_id.in_(listed)).order_by(FileRequest.id)
            rows = [(asked, unit) for asked, unit in await session.execute(wanted)]
        cases = await self._tools.cases.known_for(actor, {asked.case_id for asked, _ in rows})
        found = [_file(asked, unit, cases[asked.case_id]) for asked, unit in rows if asked.case_id in cases]
        return sorted(found, key=lambda each: (each.received_at is not None, each.due or date.max, each.id))

    async def ask_file(
        self, actor: Actor, session_id: str, case_id: str, *, unit: str, what: str, due: date | None
    ) -> None:
        """Record that a unit was asked for a file; whom the vault keeps is masked. Raises Refusal
        case_unknown, unit_unknown, due_past, data_bad, session_over, session_state.
        """
        await self._tools.cases.get_for(actor, case_id)
        what, now = " ".join(what.split()), self._tools.clock.now()
        if not 0 < len(what) <= TITLE_LENGTH or not what.isprintable():
            raise Refusal("data_bad", field="what")
        if due is not None and due < local_day(now):
            raise Refusal("due_past")
        async with self._tools.planning(actor, session_id) as plan:
            _must_come(plan.status)
            if case_id not in await _case_ids(plan.session, session_id):
                raise Refusal("case_unknown")
            if await plan.session.get(Unit, unit) is None:
                raise Refusal("unit_unknown")
            kept = (await plan.desk.unsealed_text(case_id, what))[:TITLE_LENGTH]
            asked = FileRequest(id=self._tools.ids.new(), case_id=case_id, unit_id=unit, what=kept, due=due)
            asked.session_id, asked.asked_at, asked.asked_by = session_id, now, actor.name
            plan.session.add(asked)

    async def file_received(self, actor: Actor, session_id: str, request_id: str, *, received: bool) -> None:
        """Record that a file came, or take that back. Raises Refusal file_unknown."""
        async with self._tools.planning(actor, session_id) as plan:
            asked = await plan.session.get(FileRequest, request_id)
            if asked is None or asked.case_id not in await _case_ids(plan.session, session_id):
                raise Refusal("file_unknown")
            if not await self._tools.cases.known_for(actor, [asked.case_id]):
                raise Refusal("file_unknown")
            asked.received_at = self._tools.clock.now() if received else None
            asked.received_by = actor.name if received else None


T = TypeVar("T")
Listed = tuple[str, str | None, str]
"""A case's id, who hears it (None: as the session has it), and what the item is known by."""


def _must_come(status: Status) -> None:
    if status in OVER:
        raise Refusal("session_over")
    if status is not Status.DRAFT and status not in COMING:
        raise Refusal("session_state")


async def _drafted(session: AsyncSession, row: Session) -> list[Listed]:
    wanted = select(DraftItem).where(DraftItem.session_id == row.id).order_by(DraftItem.position)
    found = await session.scalars(wanted)
    return [(each.case_id, each.audience, "") for each in found]


async def _scheduled(session: AsyncSession, row: Session) -> list[Listed]:
    state = fold(SessionState(row.id), await load(session, row.id, 0))
    return [(str(item.case["id"]), item.audience.value, item.id) for item in state.agenda]


def _item(row: Session, place: int, listed: Listed, cases: dict[str, CaseInfo]) -> PlannedItem:
    case_id, audience, key = listed
    case = cases.get(case_id)
    forced = case is not None and case.masked
    shown = Audience.CLOSED.value if forced else audience or row.default_audience
    return PlannedItem(case_id if case else key, place, case, shown, audience is not None, forced)


async def _case_ids(session: AsyncSession, session_id: str) -> set[str]:
    drafted = select(DraftItem.case_id).where(DraftItem.session_id == session_id)
    listed = select(AgendaItem.case_id).where(AgendaItem.session_id == session_id)
    return {*await session.scalars(drafted), *await session.scalars(listed)}


async def _draft_item(plan: Planning, case_id: str) -> tuple[list[DraftItem], DraftItem]:
    """All items of the draft in order, and the one of that case."""
    if plan.status is not Status.DRAFT:
        raise Refusal("session_over" if plan.status in OVER else "session_state")
    wanted = select(DraftItem).where(DraftItem.session_id == plan.row.id).order_by(DraftItem.position)
    items = list(await plan.session.scalars(wanted))
    for item in items:
        if item.case_id == case_id:
            return items, item
    raise Refusal("item_unknown")


def _listed_item(plan: Planning, key: str) -> Item:
    """The item of a scheduled session by its case, or by its own id where the case is hidden."""
    for item in plan.timeline.state.agenda:
        if key in {item.id, str(item.case["id"])}:
            return waiting(plan.timeline.state, item.id)
    raise Refusal("item_unknown")


def _shift(items: list[T], item: T, by: int) -> None:
    place = max(0, min(len(items) - 1, items.index(item) + by))
    items.remove(item)
    items.insert(place, item)


def _number(items: list[DraftItem]) -> None:
    for place, item in enumerate(items, 1):
        item.position = place


def _file(asked: FileRequest, unit: Unit, case: CaseInfo) -> FileAsked:
    return FileAsked(
        id=asked.id,
        case=case,
        unit=unit.id,
        unit_name=unit.name,
        what=asked.what,
        due=asked.due,
        asked_at=asked.asked_at,
        asked_by=asked.asked_by,
        received_at=asked.received_at,
        received_by=asked.received_by or "",
    )
