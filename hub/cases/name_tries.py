"""Tries to write down whom the vault keeps. A refusal for a name in a text says that it is the name: so a
try is recorded like a look, and who tries often is not answered any more.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.errors import Refusal
from hub.cases.looks import subject_of
from hub.people.actor import Actor
from hub.people.audit import Audit, entry_of
from hub.people.models import AuditEntry
from hub.store.database import Database

ACT: Final = "vault.name_tried"
MOST: Final = 5
"""Of one person about one case, within a day: a slip of the pen is no more."""
WITHIN: Final = timedelta(days=1)


@asynccontextmanager
async def recorded(db: Database, audit: Audit, actor: Actor, case_id: str) -> AsyncIterator[None]:
    """Record it when what is done inside is refused for a name. To be entered before the transaction of what
    is done: that one is undone.
    """
    try:
        yield
    except Refusal as refusal:
        if refusal.code == "identity_in_text":
            async with db.begin() as work:
                audit.record(work.session, actor, ACT, subject_of(case_id))
        raise


def noted(session: AsyncSession, actor: Actor, case_id: str, *, entry_id: str, now: datetime) -> None:
    """Record one in the caller's transaction."""
    session.add(entry_of(actor, ACT, subject_of(case_id), entry_id=entry_id, at=now))


async def too_many(session: AsyncSession, actor: Actor, case_id: str, now: datetime) -> bool:
    """Whether the actor has tried as often as may be."""
    mine = AuditEntry.subject == subject_of(case_id), AuditEntry.by_key == actor.key
    tries = select(func.count()).select_from(AuditEntry).where(*mine, AuditEntry.act == ACT)
    return (await session.scalar(tries.where(AuditEntry.at > now - WITHIN)) or 0) >= MOST
