"""Who takes part in a session, and as what."""

from sqlalchemy import ColumnElement, exists, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from hub.people.actor import HUB, Actor
from hub.people.roles import STAFF, Role
from hub.reception.models import Point, Session, SessionPoint
from hub.reception.viewer import Viewer
from hub.units import queries
from hub.units.models import Unit

FROM_ABOVE = STAFF | {Role.SUPERVISOR, Role.TECHNICIAN}
"""Roles that see the sessions of their unit and of the units below it."""

SEE_CASES = STAFF | {Role.SUPERVISOR}
"""Beside one of these, the role of a technician takes nothing away."""

INVITED = STAFF | {Role.POINT_LEADER, Role.POINT_CLERK, Role.ADVISER}
"""Roles that may look on when their unit's room is invited."""


async def viewer_of(session: AsyncSession, row: Session, actor: Actor) -> Viewer | None:
    """The actor as a participant of that session; None when it is not theirs to see."""
    if actor.key == HUB.key:
        return Viewer(HUB.key, HUB.name, staff=True)
    if actor.point is not None:
        return await _room(session, row.id, actor, actor.point)
    unit = await session.get(Unit, actor.unit) if actor.unit is not None else None
    code = unit.code if unit is not None else None
    if actor.roles & FROM_ABOVE and await _above(session, row, actor):
        return Viewer(
            actor.key,
            actor.name,
            staff=actor.is_staff,
            chair=Role.CHAIR in actor.roles,
            technician=Role.TECHNICIAN in actor.roles and not actor.roles & SEE_CASES,
            unit=actor.unit,
            unit_code=code,
        )
    if actor.roles & INVITED and await _unit_invited(session, row.id, actor.unit):
        return Viewer(actor.key, actor.name, unit=actor.unit, unit_code=code)
    return None


async def sessions_of(session: AsyncSession, actor: Actor) -> ColumnElement[bool]:
    """The condition on `Session` that says what `viewer_of` says."""
    if actor.key == HUB.key:
        return true()
    if actor.point is not None:
        return _invited(SessionPoint.point_id == actor.point)
    allowed: list[ColumnElement[bool]] = []
    if actor.roles & FROM_ABOVE:
        below = await queries.subtree(session, actor.unit) if actor.unit is not None else None
        allowed.append(true() if below is None else Session.hub_unit_id.in_(below))
    if actor.roles & INVITED and actor.unit is not None:
        allowed.append(_invited(SessionPoint.point_id == Point.id, Point.unit_id == actor.unit))
    return or_(*allowed) if allowed else false()


async def _room(session: AsyncSession, session_id: str, actor: Actor, point_id: str) -> Viewer | None:
    if await session.get(SessionPoint, (session_id, point_id)) is None:
        return None
    wanted = select(Unit).join(Point, Point.unit_id == Unit.id).where(Point.id == point_id)
    unit = (await session.scalars(wanted)).one()
    return Viewer(actor.key, actor.name, point=point_id, unit=unit.id, unit_code=unit.code)


async def _above(session: AsyncSession, row: Session, actor: Actor) -> bool:
    if actor.unit is None:
        return True
    return any(unit.id == actor.unit for unit in await queries.chain(session, row.hub_unit_id))


async def _unit_invited(session: AsyncSession, session_id: str, unit_id: str | None) -> bool:
    if unit_id is None:
        return False
    wanted = select(SessionPoint.point_id).join(Point, Point.id == SessionPoint.point_id)
    wanted = wanted.where(SessionPoint.session_id == session_id, Point.unit_id == unit_id).limit(1)
    return await session.scalar(wanted) is not None


def _invited(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(SessionPoint.session_id == Session.id, *conditions)
