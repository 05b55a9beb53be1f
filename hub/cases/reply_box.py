"""The letter box of a denunciation: the office answers whoever denounced, and they write back, without a
name, an account or an address. Only the code opens it; letters are sealed like everything else in the vault.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.errors import Refusal
from hub.cases.vault import Vault
from hub.cases.vault_tables import ReplyBox, SealedMessage
from hub.people.actor import Actor
from hub.store import codes

LONGEST_LETTER: Final = 4000
MOST_UNREAD: Final = 20
"""Letters that one side may leave in the box before the other has read one: whoever has a code cannot fill
the hub's disk.
"""
MOST_LETTERS: Final = 500


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter, opened."""

    at: datetime
    from_denouncer: bool
    by_name: str
    text: str = field(repr=False)
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class BoxInfo:
    """What may be said of a box without opening a letter."""

    made_at: datetime
    letters: int
    unread: int
    """Letters of the denouncer that nobody of the office has read."""


async def find(session: AsyncSession, key: bytes, code: str) -> ReplyBox | None:
    """The box of a code that `codes.read` gave."""
    found: ReplyBox | None = await session.scalar(
        select(ReplyBox).where(ReplyBox.code_hash == codes.keyed(key, code))
    )
    return found


async def make(session: AsyncSession, case_id: str, key: bytes, random_bytes: bytes, now: datetime) -> str:
    """A box for a case, or a new code for the box it has (the old one opens nothing any more); the code."""
    code = codes.make(random_bytes)
    box = await session.get(ReplyBox, case_id, with_for_update=True)
    if box is None:
        session.add(ReplyBox(case_id=case_id, code_hash=codes.keyed(key, code), made_at=now))
    else:
        box.code_hash, box.made_at = codes.keyed(key, code), now
    await session.flush()
    return code


async def put(
    session: AsyncSession,
    vault: Vault,
    case_id: str,
    text: str,
    *,
    letter_id: str,
    now: datetime,
    by: Actor | None,
) -> None:
    """Leave a letter (`by` None: from the denouncer). Raises Refusal data_bad, box_unknown, box_full."""
    text = text.strip()
    if not 0 < len(text) <= LONGEST_LETTER:
        raise Refusal("data_bad", field="text")
    if await session.get(ReplyBox, case_id, with_for_update=True) is None:
        raise Refusal("box_unknown")
    mine = SealedMessage.case_id == case_id, SealedMessage.from_denouncer == (by is None)
    waiting = await session.scalar(select(func.count()).where(*mine, SealedMessage.read_at.is_(None)))
    if (waiting or 0) >= MOST_UNREAD:
        raise Refusal("box_full")
    session.add(
        SealedMessage(
            id=letter_id,
            case_id=case_id,
            at=now,
            from_denouncer=by is None,
            by_key=by.key if by is not None else None,
            by_name=by.name if by is not None else None,
            sealed=vault.seal_text(text),
        )
    )
    await session.flush()


async def letters(
    session: AsyncSession, vault: Vault, case_id: str, *, reader_is_denouncer: bool, now: datetime
) -> list[Letter]:
    """Open the letters, the oldest first; those of the other side count as read. Raises VaultDamaged."""
    wanted = select(SealedMessage).where(SealedMessage.case_id == case_id)
    latest = wanted.order_by(SealedMessage.at.desc(), SealedMessage.id.desc()).limit(MOST_LETTERS)
    rows = list(await session.scalars(latest))[::-1]
    found = []
    for row in rows:
        if row.read_at is None and row.from_denouncer != reader_is_denouncer:
            row.read_at = now
        text = vault.open_text(row.sealed)
        found.append(Letter(row.at, row.from_denouncer, row.by_name or "", text, row.read_at))
    await session.flush()
    return found


async def box_of(session: AsyncSession, case_id: str) -> BoxInfo | None:
    """The box of a case, closed."""
    box = await session.get(ReplyBox, case_id)
    if box is None:
        return None
    of_case = SealedMessage.case_id == case_id
    total = await session.scalar(select(func.count()).where(of_case))
    unread = of_case, SealedMessage.from_denouncer.is_(True), SealedMessage.read_at.is_(None)
    return BoxInfo(box.made_at, total or 0, await session.scalar(select(func.count()).where(*unread)) or 0)
