"""Sign-ins that were ended: whoever signs out is out everywhere that cookie went, open pages included."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from hub.people.models import EndedSignIn

LONGEST_SIGN_IN: Final = timedelta(days=7)
"""However often a cookie is renewed: a password is asked for at least so often."""


async def end(session: AsyncSession, account: str, signed_in_at: datetime, now: datetime) -> bool:
    """Write down that it ended; False when that is known. What is too old to count is forgotten."""
    await session.execute(delete(EndedSignIn).where(EndedSignIn.signed_in_at < now - 2 * LONGEST_SIGN_IN))
    if await is_ended(session, account, signed_in_at):
        return False
    session.add(EndedSignIn(account_id=account, signed_in_at=signed_in_at))
    return True


async def is_ended(session: AsyncSession, account: str, signed_in_at: datetime) -> bool:
    """Whether the sign-in of that account at that second was ended."""
    return await session.get(EndedSignIn, (account, signed_in_at)) is not None
