"""Which records cannot do without which key: a new key in the place of a lost one would hide the loss."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from hub.cases import lookup, vault_door
from hub.cases.lookup_tables import LookupCode
from hub.cases.rotation import SEALED
from hub.cases.vault_tables import ReplyBox

NEEDED_BY: Final[dict[str, tuple[InstrumentedAttribute[object], ...]]] = {
    vault_door.RING: tuple(getattr(table, column) for table, names in SEALED.items() for column in names),
    vault_door.REPLY_KEY: (ReplyBox.code_hash,),
    lookup.KEY: (LookupCode.code_hash,),
}
"""The columns that are worth nothing without a key, by the key's name."""


async def is_needed(session: AsyncSession, name: str) -> bool:
    """Whether some record was sealed or hashed with the key of that name."""
    for column in NEEDED_BY.get(name, ()):
        if await session.scalar(select(1).where(column.is_not(None)).limit(1)) is not None:
            return True
    return False
