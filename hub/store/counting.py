"""Counting no further than somebody reads."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession


async def bounded(session: AsyncSession, rows: Select[*tuple[Any, ...]], most: int) -> int:
    """How many rows there are; of more than `most`, `most`. The database looks at no further ones."""
    some = rows.order_by(None).limit(most).subquery()
    return await session.scalar(select(func.count()).select_from(some)) or 0
