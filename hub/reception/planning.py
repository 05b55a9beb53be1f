"""Before a session: making it, its agenda, its points. Functions inside a caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import charge
from hub.cases.desk import Desk
from hub.reception import chain, wording
from hub.reception.errors import Refusal
from hub.reception.events import Audience
from hub.reception.models import NAME_LENGTH, TITLE_LENGTH, AgendaItem, Point, Session, SessionPoint
from hub.reception.state import Status
from hub.reception.timeline import Timeline
from hub.units import queries
from hub.units.models import Unit

Form = Literal["periodic", "unscheduled", "regular"]
FORMS: tuple[Form, ...] = ("periodic", "unscheduled", "regular")
HeldBy = Literal["head", "delegation"]
HELD_BY: tuple[HeldBy, ...] = ("head", "delegation")
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
    ends_at: datetime | None = None
    held_by: HeldBy | None = None
    chair: str = ""
    place: str = ""


async def new_row(  # noqa: PLR0917 - what a row is made of
    session: AsyncSession,
    new: NewSession,
    session_id: str,
    key: bytes,
    now: datetime,
    state: Status = Status.SCHEDULED,
) -> Session:
    """Insert a session with an empty timeline. Raises Refusal unit_unknown, data_bad."""
    await check(session, new)
    first = chain.origin(session_id)
    row = Session(
        id=session_id,
        title=new.title,
        form=new.form,
        state=state.value,
        starts_at=new.starts_at,
        live_at=None,
        hub_unit_id=new.hub_unit,
        default_audience=new.default_audience.value,
        head_n=0,
        head_hash=first,
        head_seal=chain.seal_head(session_id, 0, first, key),
        created_at=now,
        ends_at=new.ends_at,
        held_by=new.held_by,
        chair=new.chair or None,
        place=new.place or None,
    )
    session.add(row)
    await session.flush()
    return row


async def check(session: AsyncSession, new: NewSession) -> None:
    """Raise Refusal unit_unknown, data_bad unless a session can be like that."""
    texts_fit = 0 < len(new.title) <= TITLE_LENGTH and len(new.chair) <= NAME_LENGTH
    ends_after = new.ends_at is None or new.ends_at > new.starts_at
    if not texts_fit or len(new.place) > TITLE_LENGTH or new.form not in FORMS or not ends_after:
        raise Refusal("data_bad")
    if new.held_by is not None and new.held_by not in HELD_BY:
        raise Refusal("data_bad")
    if await session.get(Unit, new.hub_unit) is None:
        raise Refusal("unit_unknown")


def created(timeline: Timeline, invited: int, by: tuple[str, str]) -> None:
    """The session begins to exist for others."""
    row = timeline.row
    what = {"title": row.title, "form": row.form, "default_audience": row.default_audience}
    timeline.append("session.created", {**what, "points": invited}, by=by)


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
    """Append a case to the agenda. A denunciation is closed, whatever was asked, and so is a case with
    somebody in the vault, whom the session's own words name no more. Raises Refusal.
    """
    case = await desk.case(new.case, lock=True)  # its kind must hold until the item is committed
    units = await queries.chain(session, case.unit_id, desk.today)
    # Who decided first hears the second instance, as one of the case's own places.
    former = await charge.former_units(session, case, desk.today) - {unit.id for unit in units}
    for unit_id in new.invited:
        if await session.get(Unit, unit_id) is None:
            raise Refusal("unit_unknown")
    audience = new.audience or Audience(timeline.row.default_audience)
    if await desk.is_secret(case.id):
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
        # Whatever the case is by now: what the timeline never held need not be taken out of it later.
        "title": await desk.unnamed(case, case.title),
    }
    added = {
        "item": item_id,
        "position": position,
        "audience": audience.value,
        "case": shown,
        "chain": [unit.id for unit in units],
        "invited": sorted({*new.invited, *former}),
    }
    timeline.append("item.added", added, by=by, item_id=item_id)
    await wording.unname_added(timeline, desk, case.id, by)


async def _next_position(session: AsyncSession, session_id: str) -> int:
    """The session's row lock is held, so nobody else is adding."""
    last = await session.scalar(
        select(func.max(AgendaItem.position)).where(AgendaItem.session_id == session_id)
    )
    position = (last or 0) + 1
    if position > MOST_ITEMS:
        raise Refusal("data_bad")
    return position
