"""The audit trail: who did or looked at what. It holds ids and codes, never what was seen."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.people.actor import Actor
from hub.people.models import NAME_LENGTH, AuditEntry
from hub.store.clock import Clock
from hub.store.ids import Ids

PAGE = 200


def entry_of(
    by: Actor, act: str, subject: str, *, entry_id: str, at: datetime, data: dict[str, Any] | None = None
) -> AuditEntry:
    """That `by` did `act` to `subject` (`kind:id`), for the caller's transaction."""
    return AuditEntry(
        id=entry_id,
        at=at,
        by_key=by.key,
        by_name=by.name[:NAME_LENGTH],
        act=act,
        subject=subject,
        data=data or {},
    )


class Audit:
    """Writes entries into the caller's transaction, so that an act and its entry stand or fall together."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids

    def record(self, session: AsyncSession, by: Actor, act: str, subject: str, **data: Any) -> None:
        """Note that `by` did `act` (a code such as `account.created`) to `subject` (`kind:id`)."""
        at, entry_id = self._clock.now(), self._ids.new()
        session.add(entry_of(by, act, subject, entry_id=entry_id, at=at, data=data))


async def entries_of(session: AsyncSession, subject: str, limit: int = PAGE) -> list[AuditEntry]:
    """The latest entries about a subject, newest first."""
    wanted = select(AuditEntry).where(AuditEntry.subject == subject)
    found = await session.scalars(wanted.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit))
    return list(found)
