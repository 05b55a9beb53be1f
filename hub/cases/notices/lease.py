"""One process at a time does a piece of work: a row says who, and until when nobody else need ask."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_
from sqlalchemy.dialects import postgresql, sqlite

from hub.cases.notices.tables import NoticeLease
from hub.store.database import Database

LASTS: Final = timedelta(minutes=2)


async def take(db: Database, name: str, holder: str, now: datetime) -> bool:
    """Take or keep the lease; False while another holder has it. What it guards must bear being done twice
    all the same: a process may be frozen and wake up after its time.
    """
    values = {"name": name, "holder": holder, "until": now + LASTS}
    insert = (postgresql if db.dialect == "postgresql" else sqlite).insert(NoticeLease)
    free = or_(NoticeLease.until <= now, NoticeLease.holder == holder)
    claim = insert.values(values).on_conflict_do_update(
        index_elements=[NoticeLease.name],
        set_={"holder": holder, "until": now + LASTS},
        where=free,
    )
    async with db.begin() as work:
        return await work.session.scalar(claim.returning(NoticeLease.holder)) is not None
