"""What is held next: a case's next hearing, as everybody may know it, and the session a room belongs in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.people.actor import Actor
from hub.reception import directory
from hub.reception.checks import OPENS
from hub.reception.info import SessionInfo
from hub.reception.lifecycle import COMING
from hub.reception.models import AgendaItem, Session, SessionPoint
from hub.reception.state import Status
from hub.units.local_day import local_day

ANNOUNCED: Final = (Status.PUBLISHED.value, Status.LIVE.value, Status.PAUSED.value)
GOING_ON: Final = (Status.LIVE.value, Status.PAUSED.value)
PAST: Final = timedelta(hours=12)
"""A session that began so long ago, or should have, is not somebody's next one."""


class Held(Protocol):
    """A session, as far as it matters when it is held."""

    @property
    def state(self) -> str:
        """Where it stands."""
        ...

    @property
    def starts_at(self) -> datetime:
        """When it begins."""
        ...

    @property
    def live_at(self) -> datetime | None:
        """When it did begin."""
        ...


H = TypeVar("H", bound=Held)


def room_belongs_in(latest_first: Sequence[H], now: datetime) -> H | None:
    """Of the sessions of a room that run or are to come, the one it should be in: one that runs, else the
    next to come. One that was forgotten keeps no room from today's: not when it was never held nor cancelled,
    and when it was never ended, only until the rooms of the next begin to check.
    """
    running = [each for each in latest_first if each.state in GOING_ON]
    for each in running:
        if not is_forgotten(each, now):
            return each
    coming = [each for each in latest_first if Status(each.state) in COMING and each.starts_at > now - PAST]
    following = min(coming, key=lambda each: each.starts_at, default=None)
    if running and (following is None or now < following.starts_at - OPENS):
        return running[0]
    return following


def is_forgotten(running: Held, now: datetime) -> bool:
    """Whether a session that runs began so long ago that nobody can be in it any more."""
    began = max(running.starts_at, running.live_at or running.starts_at)
    return began <= now - PAST


async def never_ended(
    session: AsyncSession, actor: Actor, session_id: str, now: datetime
) -> list[SessionInfo]:
    """Sessions the actor runs that were forgotten, paused or live, with rooms that this one has too."""
    running = await directory.list_for(session, local_day(now), actor, GOING_ON)
    found = {each.id: each for each in running if each.staff and is_forgotten(each, now)}
    if not found:
        return []
    rooms = select(SessionPoint.point_id).where(SessionPoint.session_id == session_id)
    shared = select(SessionPoint.session_id).where(
        SessionPoint.session_id.in_(set(found) - {session_id}), SessionPoint.point_id.in_(rooms)
    )
    ids = set(await session.scalars(shared))
    return [each for each in found.values() if each.id in ids]


async def next_hearing(session: AsyncSession, case_id: str, now: datetime) -> datetime | None:
    """When the next announced session with the case on its agenda begins, or began today."""
    wanted = select(Session.starts_at).join(AgendaItem, AgendaItem.session_id == Session.id)
    wanted = wanted.where(
        AgendaItem.case_id == case_id, Session.state.in_(ANNOUNCED), Session.starts_at > now - PAST
    )
    found: datetime | None = await session.scalar(wanted.order_by(Session.starts_at).limit(1))
    return found
