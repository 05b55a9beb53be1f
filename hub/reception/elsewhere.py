"""On which other agendas a case stands that is about to be put on one: nobody is called twice by mistake."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from hub.reception.lifecycle import OVER
from hub.reception.models import AgendaItem, DraftItem, Session


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another session with the case, to come or under way."""

    session: str
    title: str
    starts_at: datetime
    state: str


async def elsewhere(
    session: AsyncSession, session_id: str, cases: Collection[str], units: Collection[str] | None
) -> Mapping[str, list[Elsewhere]]:
    """By case, the sessions of those units (None: of all) that have it too, the next one first."""
    drafted = select(DraftItem.session_id, DraftItem.case_id).where(DraftItem.case_id.in_(cases))
    listed = select(AgendaItem.session_id, AgendaItem.case_id).where(AgendaItem.case_id.in_(cases))
    both = union_all(drafted, listed).subquery()
    wanted = select(both.c.case_id, Session).join(Session, Session.id == both.c.session_id)
    wanted = wanted.where(Session.id != session_id, Session.state.not_in([each.value for each in OVER]))
    if units is not None:
        wanted = wanted.where(Session.hub_unit_id.in_(units))
    found: dict[str, list[Elsewhere]] = {}
    for case, row in await session.execute(wanted.order_by(Session.starts_at, Session.id)):
        found.setdefault(case, []).append(Elsewhere(row.id, row.title, row.starts_at, row.state))
    return found
