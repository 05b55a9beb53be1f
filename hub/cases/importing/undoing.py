"""Taking a whole import back, in the caller's transaction: all of it or nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.act_tables import CaseAct
from hub.cases.document_tables import Document
from hub.cases.errors import Refusal
from hub.cases.import_tables import ImportedCase
from hub.cases.importing.writing import locked_book
from hub.cases.lookup_tables import LookupCode
from hub.cases.models import (
    NAME_LENGTH,
    STRUCK_OUT,
    Case,
    CaseBook,
    CaseReach,
    Directive,
    Petitioner,
    SealedPetitioner,
)
from hub.cases.vault_tables import ReplyBox, SealedMessage, VaultGrant
from hub.people.actor import Actor
from hub.store.ids import Ids
from hub.units.local_day import local_day

UNDONE: Final = "import_undone"
COUNTED_ON: Final = (Directive, Document, LookupCode, ReplyBox, SealedMessage, VaultGrant)
IMPORTED_ACTS: Final = ("receive", "close")


async def undo(  # noqa: PLR0917 (who, when, and what)
    session: AsyncSession,
    batch_id: str,
    by: Actor,
    now: datetime,
    ids: Ids,
    counted_on: Sequence[ColumnElement[bool]] = (),
) -> int:
    """Strike out every case of the batch; how many. History only grows: the cases stay, in nobody's sight,
    and who asked is deleted. Their numbers are free again, those of the paper book and those given here: the
    corrected register gets the same ones.

    Raises Refusal("import_used") when somebody has worked on one of them since, or counts on it: a citizen
    with a code, a denouncer with a letter box, and, by `counted_on` (conditions on `Case`), others.
    """
    mine = select(ImportedCase.case_id).where(ImportedCase.batch_id == batch_id)
    used = or_(
        exists().where(CaseAct.case_id == Case.id, or_(CaseAct.n > 2, CaseAct.act.not_in(IMPORTED_ACTS))),
        *(exists().where(table.case_id == Case.id) for table in COUNTED_ON),
        *counted_on,
    )
    count = await session.scalar(select(func.count()).select_from(Case).where(Case.id.in_(mine), used)) or 0
    if count:
        raise Refusal("import_used")
    standing = await session.execute(select(Case.id, Case.version).where(Case.id.in_(mine)))
    versions: list[tuple[str, int]] = [(case, version) for case, version in standing]
    books = await _books(session, mine)
    struck: dict[str, Any] = {
        "voided_on": local_day(now),
        "version": Case.version + 1,
        "due_on": None,
        "due_rule": None,
        "serial": -(await _times(session, mine) * STRUCK_OUT + Case.serial),
    }
    changed = update(Case).where(Case.id.in_(mine)).values(struck)
    await session.execute(changed.execution_options(synchronize_session=False))
    for book in books:
        book.last = await _highest(session, book)
    for table in (CaseReach, Petitioner, SealedPetitioner):
        gone = delete(table).where(table.case_id.in_(mine))
        await session.execute(gone.execution_options(synchronize_session=False))
    core: Table = CaseAct.__table__  # type: ignore[assignment]
    if versions:
        await session.execute(
            insert(core), [_act(case, n + 1, batch_id, by, now, ids) for case, n in versions]
        )
    return len(versions)


async def _books(session: AsyncSession, mine: Select[str]) -> list[CaseBook]:
    """The books that the cases stand in, locked: nobody gets a number until they are struck out."""
    wanted = select(Case.book_unit_id, Case.year).where(Case.id.in_(mine)).distinct()
    found = sorted((unit, year) for unit, year in await session.execute(wanted))
    return [await locked_book(session, unit, year) for unit, year in found]


async def _highest(session: AsyncSession, book: CaseBook) -> int:
    """The highest number that is not struck out; 0 if there is none."""
    mine = Case.book_unit_id == book.unit_id, Case.year == book.year, Case.serial > 0
    return await session.scalar(select(func.max(Case.serial)).where(*mine)) or 0


async def _times(session: AsyncSession, mine: Select[str]) -> int:
    """The how manieth time it is that numbers of this book are struck out."""
    book = select(Case.book_unit_id).where(Case.id.in_(mine)).limit(1).scalar_subquery()
    lowest: int = await session.scalar(select(func.min(Case.serial)).where(Case.book_unit_id == book)) or 0
    return max(0, -lowest) // STRUCK_OUT + 1


def _act(  # noqa: PLR0917 (the columns of one row)
    case_id: str, n: int, batch_id: str, by: Actor, now: datetime, ids: Ids
) -> dict[str, Any]:
    return {
        "id": ids.new(),
        "case_id": case_id,
        "n": n,
        "at": now,
        "on_day": local_day(now),
        "act": UNDONE,
        "by_key": by.key,
        "by_name": by.name[:NAME_LENGTH],
        "unit_id": by.unit,
        "corrects": None,
        "data": {"batch": batch_id},
    }
