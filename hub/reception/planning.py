"""Before a session: making it, its agenda, its points. Functions inside a caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.desk import Desk
from hub.cases.rules import CaseKind
from hub.reception import chain
from hub.reception.errors import Refusal
from hub.reception.events import Audience
from hub.reception.models import TITLE_LENGTH, AgendaItem, Point, Session, SessionPoint
from hub.reception.state import Status
from hub.reception.timeline import Timeline
from hub.units import queries
from hub.units.models import Unit

Form = Literal["periodic", "unscheduled", "regular"]
FORMS: tuple[Form, ...] = ("periodic", "unscheduled", "regular")
MOST_ITEMS = 500
MOST_POINTS = 2000


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a scheduler decides. `hub_unit` is the unit's id; the default audience has no default of its
    own.
    """

    title: str
    form: Form
    starts_at: datetime
    hub_unit: str
    default_audience: Audience
    points: tuple[str, ...] = ()
    """Ids of the points invited from the beginning."""


async def new_row(
    session: AsyncSession, new: NewSession, session_id: str, key: bytes, now: datetime
) -> Session:
    """Insert a session with an empty timeline. Raises Refusal unit_unknown, data_bad."""
    if not 0 < len(new.title) <= TITLE_LENGTH or new.form not in FORMS:
        raise Refusal("data_bad")
    if await session.get(Unit, new.hub_unit) is None:
        raise Refusal("unit_unknown")
    first = chain.origin(session_id)
    row = Session(
        id=session_id,
        title=new.title,
        form=new.form,
        state=Status.SCHEDULED.value,
        starts_at=new.starts_at,
        live_at=None,
        hub_unit_id=new.hub_unit,
        default_audience=new.default_audience.value,
        head_n=0,
        head_hash=first,
        head_seal=chain.seal_head(session_id, 0, first, key),
        created_at=now,
    )
    session.add(row)
    await session.flush()
    return row


async def invite(session: AsyncSession, session_id: str, points: Sequence[str]) -> int:
    """Invite points; those invited already stay so. How many are new. Raises Refusal point_unknown,
    data_bad.
    """
    wanted = set(points)
    known = set(await session.scalars(select(Point.id).where(Point.id.in_(wanted))))
    if wanted - known:
        raise Refusal("point_unknown")
    of_session = select(SessionPoint.point_id).where(SessionPoint.session_id == session_id)
    invited = set(await session.scalars(of_session))
    if len(invited | wanted) > MOST_POINTS:
        raise Refusal("data_bad")
    new = sorted(wanted - invited)
    session.add_all(SessionPoint(session_id=session_id, point_id=point) for point in new)
    await session.flush()
    return len(new)


@dataclass(frozen=True, slots=True)
class NewItem:
    """A case for the agenda. `audience` None: the session's default. `invited` are ids of further related
    units.
    """

    case: str
    audience: Audience | None = None
    invited: tuple[str, ...] = ()


async def add_item(
    timeline: Timeline, desk: Desk, new: NewItem, *, session: AsyncSession, item_id: str, by: tuple[str, str]
) -> None:
    """Append a case to the agenda. A denunciation is closed, whatever was asked. Raises Refusal."""
    case = await desk.case(new.case, lock=True)  # its kind must hold until the item is committed
    units = await queries.chain(session, case.unit_id)
    for unit_id in new.invited:
        if await session.get(Unit, unit_id) is None:
            raise Refusal("unit_unknown")
    audience = new.audience or Audience(timeline.row.default_audience)
    if case.kind == CaseKind.DENUNCIATION:
        audience = Audience.CLOSED
    position = await _next_position(session, timeline.row.id)
    session.add(AgendaItem(id=item_id, session_id=timeline.row.id, position=position, case_id=case.id))
    shown = {
        "id": case.id,
        "number": case.number,
        "kind": case.kind,
        "field": case.field,
        "unit": units[0].code,
        "unit_name": units[0].name,
        "title": case.title,
    }
    added = {
        "item": item_id,
        "position": position,
        "audience": audience.value,
        "case": shown,
        "chain": [unit.id for unit in units],
        "invited": sorted(new.invited),
    }
    timeline.append("item.added", added, by=by, item_id=item_id)


async def _next_position(session: AsyncSession, session_id: str) -> int:
    """The session's row lock is held, so nobody else is adding."""
    last = await session.scalar(
        select(func.max(AgendaItem.position)).where(AgendaItem.session_id == session_id)
    )
    position = (last or 0) + 1
    if position > MOST_ITEMS:
        raise Refusal("data_bad")
    return position
