"""Which session a command means."""

from typing import Final

from sqlalchemy import select

from deploy.errors import CommandError
from hub.reception.models import Session
from hub.store.database import Database
from hub.store.ids import looks_like_id

LIVE_NAMES: Final = ("live", "demo")
"""Instead of an id: the newest session that is live (or paused)."""


async def find_session(db: Database, wanted: str) -> Session:
    """The session of that id, or the live one. Raises CommandError."""
    async with db.read() as session:
        if wanted in LIVE_NAMES:
            live = select(Session).where(Session.state.in_(("live", "paused")))
            found = await session.scalar(live.order_by(Session.starts_at.desc(), Session.id.desc()).limit(1))
            if found is None:
                raise CommandError("no session is live")
            return found
        found = await session.get(Session, wanted) if looks_like_id(wanted) else None
    if found is None:
        raise CommandError(f"there is no session {wanted}")
    return found
