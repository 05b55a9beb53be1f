"""What was said and done about a case, in which session, at which moment."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.people.actor import Actor
from hub.reception.access import INVITED, viewer_of
from hub.reception.fold import fold
from hub.reception.info import Moment
from hub.reception.models import AgendaItem, Session
from hub.reception.state import SessionState
from hub.reception.telling import event_for
from hub.reception.timeline import Folds, is_retold, load
from hub.reception.viewer import Viewer

MOST_SESSIONS = 50


async def moments_of(
    session: AsyncSession, case_id: str, actor: Actor, folds: Folds, day: date
) -> list[Moment]:
    """The events about a case that the actor may see, sessions in the order of their dates.

    The caller has checked that the actor may see the case. Who is in the session sees what they see there;
    whoever is not, or looks on beside their unit's room, is judged like a room of their unit: closed hearings
    stay closed.
    """
    wanted = select(Session).join(AgendaItem, AgendaItem.session_id == Session.id)
    wanted = wanted.where(AgendaItem.case_id == case_id).distinct().order_by(Session.starts_at, Session.id)
    found: list[Moment] = []
    for row in await session.scalars(wanted.limit(MOST_SESSIONS)):
        viewer = await viewer_of(session, row, actor, day)
        if viewer is None or _looks_on(viewer, actor):
            viewer = Viewer(actor.key, actor.name, point=actor.point or actor.key, unit=actor.unit)
        found += await _of_session(session, row, case_id, viewer, folds)
    return found


def _looks_on(viewer: Viewer, actor: Actor) -> bool:
    """Whether they are there because their unit's room is. Supervisors from above are not: no room of theirs
    hears what is for the related.
    """
    return viewer.point is None and not viewer.sees_wall and bool(actor.roles & INVITED)


async def _of_session(
    session: AsyncSession, row: Session, case_id: str, viewer: Viewer, folds: Folds
) -> list[Moment]:
    events = await load(session, row.id)
    known = folds.get(row.id, row.head_n)
    if is_retold(events[known.n :]):
        known = SessionState(row.id)
    state = fold(known, events[known.n :])
    about = ((event, event_for(event, state, viewer)) for event in events if event.case_id == case_id)
    return [
        Moment(row.id, row.title, event.n, event.kind, event.at, event.media_ms, event.by_name, wire["data"])
        for event, wire in about
        if wire is not None
    ]
