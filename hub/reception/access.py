"""Who takes part in a session, and as what. Who stands above whom is asked of `day`, today in Vietnam."""

from datetime import date

from sqlalchemy import ColumnElement, exists, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from hub.people.actor import HUB, Actor
from hub.people.roles import STAFF, Role
from hub.reception.models import Point, Session, SessionPoint
from hub.reception.state import Status
from hub.reception.viewer import Viewer
from hub.units import queries
from hub.units.models import Unit

FROM_ABOVE = STAFF | {Role.SUPERVISOR, Role.TECHNICIAN}
"""Roles that see the sessions of their unit and of the units below it."""

SEE_CASES = STAFF | {Role.SUPERVISOR}
"""Beside one of these, the role of a technician takes nothing away."""

INVITED = STAFF | {Role.POINT_LEADER, Role.POINT_CLERK, Role.ADVISER}
"""Roles that may look on when their unit's room is invited."""


FOLLOWED = FROM_ABOVE | {Role.ADVISER}
"""Roles to which the sessions of their unit and of those below it are there at all."""


async def viewer_of(session: AsyncSession, row: Session, actor: Actor, day: date) -> Viewer | None:
    """The actor as a participant of that session; None when it is not theirs to see."""
    if row.state == Status.DRAFT.value:
        return None  # a draft is its planners' alone: see `planner_of`
    if actor.key == HUB.key:
        return Viewer(HUB.key, HUB.name, staff=True)
    if actor.point is not None:
        return await _room(session, row.id, actor, actor.point)
    unit = await session.get(Unit, actor.unit) if actor.unit is not None else None
    code = unit.code if unit is not None else None
    if actor.roles & FROM_ABOVE and await _above(session, row.hub_unit_id, actor, day):
        return Viewer(
            actor.key,
            actor.name,
            staff=actor.is_staff,
            chair=Role.CHAIR in actor.roles,
            technician=Role.TECHNICIAN in actor.roles and not actor.roles & SEE_CASES,
            unit=actor.unit,
            unit_code=code,
        )
    if Role.ADVISER in actor.roles and await _advises(session, row, actor, day):
        return _desk(actor, code)
    if actor.roles & INVITED and (points := await _points_of(session, row.id, actor.unit)):
        serves = points[0] if Role.POINT_CLERK in actor.roles else None
        return Viewer(actor.key, actor.name, unit=actor.unit, unit_code=code, serves=serves)
    return None


async def planner_of(session: AsyncSession, hub_unit: str, actor: Actor, day: date) -> Viewer | None:
    """The actor as staff who plan sessions of that unit: chair, clerk or reception of it or from above."""
    if actor.key == HUB.key:
        return Viewer(HUB.key, HUB.name, staff=True)
    if not actor.is_staff or not await _above(session, hub_unit, actor, day):
        return None
    return Viewer(actor.key, actor.name, staff=True, chair=Role.CHAIR in actor.roles, unit=actor.unit)


async def planned_units(session: AsyncSession, actor: Actor, day: date) -> set[str] | None:
    """Ids of the units whose sessions the actor plans, None for all; empty for whoever plans none."""
    if actor.key == HUB.key:
        return None
    if not actor.is_staff:
        return set()
    return await queries.subtree(session, actor.unit, day) if actor.unit is not None else None


async def sessions_of(session: AsyncSession, actor: Actor, day: date) -> ColumnElement[bool]:
    """The condition on `Session` that says what `viewer_of` says."""
    shared = Session.state != Status.DRAFT.value
    if actor.key == HUB.key:
        return shared
    if actor.point is not None:
        return shared & _invited(SessionPoint.point_id == actor.point)
    allowed: list[ColumnElement[bool]] = []
    if actor.roles & FOLLOWED:
        below = await queries.subtree(session, actor.unit, day) if actor.unit is not None else None
        allowed.append(true() if below is None else Session.hub_unit_id.in_(below))
    if actor.roles & INVITED and actor.unit is not None:
        allowed.append(_invited(SessionPoint.point_id == Point.id, Point.unit_id == actor.unit))
    return shared & or_(*allowed) if allowed else false()


async def _room(session: AsyncSession, session_id: str, actor: Actor, point_id: str) -> Viewer | None:
    if await session.get(SessionPoint, (session_id, point_id)) is None:
        return None
    wanted = select(Unit).join(Point, Point.unit_id == Unit.id).where(Point.id == point_id)
    unit = (await session.scalars(wanted)).one()
    return Viewer(actor.key, actor.name, point=point_id, unit=unit.id, unit_code=unit.code)


async def _advises(session: AsyncSession, row: Session, actor: Actor, day: date) -> bool:
    """Advisers of the unit that holds the session or of one above it, and of invited units."""
    if await _above(session, row.hub_unit_id, actor, day):
        return True
    return await _unit_invited(session, row.id, actor.unit)


def _desk(actor: Actor, code: str | None) -> Viewer:
    """Each adviser has a desk of their own, known by their account."""
    desk = actor.key.partition(":")[2]
    return Viewer(actor.key, actor.name, point=desk, desk=True, unit=actor.unit, unit_code=code)


async def _above(session: AsyncSession, hub_unit: str, actor: Actor, day: date) -> bool:
    if actor.unit is None:
        return True
    return any(unit.id == actor.unit for unit in await queries.chain(session, hub_unit, day))


async def _unit_invited(session: AsyncSession, session_id: str, unit_id: str | None) -> bool:
    return bool(await _points_of(session, session_id, unit_id))


async def _points_of(session: AsyncSession, session_id: str, unit_id: str | None) -> list[str]:
    """The invited points of a unit; one, as units have rooms."""
    if unit_id is None:
        return []
    wanted = select(SessionPoint.point_id).join(Point, Point.id == SessionPoint.point_id)
    wanted = wanted.where(SessionPoint.session_id == session_id, Point.unit_id == unit_id)
    return list(await session.scalars(wanted.order_by(SessionPoint.point_id).limit(1)))


def _invited(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(SessionPoint.session_id == Session.id, *conditions)
