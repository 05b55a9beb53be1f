"""Whom to phone at each point, as those who look after a session wrote it down."""

import re
from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from hub.people.actor import Actor
from hub.reception.access import viewer_of
from hub.reception.errors import Refusal
from hub.reception.models import NAME_LENGTH, Point, Session, SessionPoint
from hub.store.clock import Clock
from hub.store.database import Database
from hub.store.ids import looks_like_id
from hub.units.local_day import local_day

_PHONE: Final = re.compile(r"\+?[0-9][0-9 .()-]{1,38}")


class Contacts:
    """Phone numbers of connection points. One per process."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def note(self, actor: Actor, session_id: str, point_id: str, phone: str, contact: str) -> None:
        """Write down a room's number and who picks up; empty takes them away.

        Raises Refusal session_unknown, not_allowed (neither staff nor technician), point_unknown,
        phone_bad, data_bad.
        """
        phone, contact = phone.strip(), " ".join(contact.split())
        if phone and not _PHONE.fullmatch(phone):
            raise Refusal("phone_bad")
        if len(contact) > NAME_LENGTH or not contact.isprintable():
            raise Refusal("data_bad", field="contact")
        async with self._db.begin() as work:
            await _check(work.session, actor, session_id, local_day(self._clock.now()))
            invited = await work.session.get(SessionPoint, (session_id, point_id))
            point = await work.session.get(Point, point_id) if invited is not None else None
            if point is None:
                raise Refusal("point_unknown")
            point.phone, point.contact = phone or None, contact or None


def dial(phone: str) -> str:
    """The number as a `tel:` address has it: digits and a leading plus."""
    return re.sub(r"[^0-9+]", "", phone)


async def _check(session: AsyncSession, actor: Actor, session_id: str, day: date) -> None:
    row = await session.get(Session, session_id) if looks_like_id(session_id) else None
    viewer = await viewer_of(session, row, actor, day) if row is not None else None
    if viewer is None:
        raise Refusal("session_unknown")
    if not viewer.sees_wall:
        raise Refusal("not_allowed")
