"""The audit trail: who did or looked at what. It holds ids and codes, never what was seen."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.people.actor import Actor
from hub.people.models import NAME_LENGTH, AuditEntry
from hub.store.clock import Clock
from hub.store.ids import Ids

PAGE = 200


class Audit:
    """Writes entries into the caller's transaction, so that an act and its entry stand or fall together."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids

    def record(self, session: AsyncSession, by: Actor, act: str, subject: str, **data: Any) -> None:
        """Note that `by` did `act` (a code such as `account.created`) to `subject` (`kind:id`)."""
        entry = AuditEntry(
            id=self._ids.new(),
            at=self._clock.now(),
            by_key=by.key,
            by_name=by.name[:NAME_LENGTH],
            act=act,
            subject=subject,
            data=data,
        )
        session.add(entry)


async def entries_of(session: AsyncSession, subject: str, limit: int = PAGE) -> list[AuditEntry]:
    """The latest entries about a subject, newest first."""
    wanted = select(AuditEntry).where(AuditEntry.subject == subject)
    found = await session.scalars(wanted.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit))
    return list(found)
