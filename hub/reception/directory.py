"""Sessions and points as lists and headings, for callers that hold a session."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from hub.people.actor import Actor
from hub.reception.access import sessions_of, viewer_of
from hub.reception.info import PointInfo, SessionInfo
from hub.reception.models import AgendaItem, Point, Session, SessionPoint
from hub.reception.viewer import Viewer
from hub.units.models import Unit

MOST_ROWS = 200


async def list_for(
    session: AsyncSession, day: date, actor: Actor, states: Sequence[str] = ()
) -> list[SessionInfo]:
    """The actor's sessions as of today, latest first; only those in the given states, when any are given."""
    wanted = select(Session).where(await sessions_of(session, actor, day))
    if states:
        wanted = wanted.where(Session.state.in_(states))
    latest = wanted.order_by(Session.starts_at.desc(), Session.id.desc()).limit(MOST_ROWS)
    found = []
    for row in await session.scalars(latest):
        viewer = await viewer_of(session, row, actor, day)
        if viewer is not None:
            found.append(await info(session, row, viewer))
    return found


async def info(session: AsyncSession, row: Session, viewer: Viewer) -> SessionInfo:
    """One session as that participant sees it."""
    unit = await session.get_one(Unit, row.hub_unit_id)
    items = select(func.count()).where(AgendaItem.session_id == row.id)
    points = select(func.count()).where(SessionPoint.session_id == row.id)
    return SessionInfo(
        id=row.id,
        title=row.title,
        form=row.form,
        state=row.state,
        starts_at=row.starts_at,
        live_at=row.live_at,
        hub_unit=unit.id,
        hub_unit_name=unit.name,
        default_audience=row.default_audience,
        items=await session.scalar(items) or 0,
        points=await session.scalar(points) or 0,
        head_n=row.head_n,
        staff=viewer.staff,
        technician=viewer.technician,
        desk=viewer.desk,
    )


async def points_of(session: AsyncSession, session_id: str) -> list[PointInfo]:
    """The invited points, by the codes of the units above them and their own: places people can learn."""
    wanted = _points().join(SessionPoint, SessionPoint.point_id == Point.id)
    return await _read(session, wanted.where(SessionPoint.session_id == session_id))


async def point(session: AsyncSession, point_id: str) -> PointInfo | None:
    """One point."""
    found = await _read(session, _points().where(Point.id == point_id))
    return found[0] if found else None


async def all_points(session: AsyncSession) -> list[PointInfo]:
    """Every point there is."""
    return await _read(session, _points())


_ABOVE = aliased(Unit)


def _points() -> Select[Point, Unit, Unit | None]:
    joined = select(Point, Unit, _ABOVE).join(Unit, Unit.id == Point.unit_id)
    return joined.outerjoin(_ABOVE, _ABOVE.id == Unit.parent_id).order_by(_ABOVE.code, Unit.code, Point.id)


async def _read(session: AsyncSession, wanted: Select[Point, Unit, Unit | None]) -> list[PointInfo]:
    return [
        PointInfo(
            id=found.id,
            name=found.name,
            unit=unit.id,
            unit_code=unit.code,
            unit_name=unit.name,
            level=unit.level,
            parent=above.id if above is not None else None,
            parent_name=above.name if above is not None else None,
            phone=found.phone,
            contact=found.contact,
        )
        for found, unit, above in await session.execute(wanted)
    ]
