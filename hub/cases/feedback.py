"""What citizens say of their answers, as the rules of closing a case need it."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.lookup_tables import Feedback


async def review_open(session: AsyncSession, case_id: str) -> bool:
    """Whether a citizen who is not content waits for somebody to look into it."""
    wanted = select(Feedback.id).where(
        Feedback.case_id == case_id, Feedback.content.is_(False), Feedback.reviewed_at.is_(None)
    )
    return await session.scalar(wanted.limit(1)) is not None
