"""Stored terms follow the law and the calendar: what changed since they were reckoned reckons them anew."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import deadlines
from hub.cases.life import State
from hub.cases.models import UNRECKONED, Case
from hub.cases.reckoned_tables import ONLY, ReckonedBy
from hub.store.database import Database

PAGE: Final = 1000
"""Cases that are marked in one transaction: some ten milliseconds."""


async def mark_changed(db: Database, digest: str, now: datetime) -> int:
    """Mark the open cases as not reckoned when rules and calendars are not those of `digest`; how many there
    were. What is broken off is begun anew by the next call. Raises Busy.
    """
    async with db.read() as session:
        known = await session.get(ReckonedBy, ONLY)
        if known is not None and known.digest == digest:
            return 0
    total, last = 0, ""
    while True:
        async with db.begin(patient=True) as work:
            found = await _page(work.session, last)
            if not found:
                await work.session.merge(ReckonedBy(n=ONLY, digest=digest, at=now))
                return total
            marked = update(Case).where(Case.id.in_(found), Case.state != State.CLOSED.value)
            await work.session.execute(
                marked.values(due_rule=UNRECKONED).execution_options(synchronize_session=False)
            )
        total, last = total + len(found), found[-1]


async def reckon_marked(db: Database, today: date) -> int:
    """Reckon the cases that are marked; how many there were. Raises Busy."""
    total = 0
    while True:
        async with db.begin(patient=True) as work:
            found = await deadlines.reckon_some(work.session, today)
        total += found
        if found < deadlines.BATCH:
            return total


async def _page(session: AsyncSession, last: str) -> list[str]:
    still = Case.state != State.CLOSED.value, Case.voided_on.is_(None)
    wanted = select(Case.id).where(Case.id > last, *still).order_by(Case.id).limit(PAGE)
    return list(await session.scalars(wanted))
