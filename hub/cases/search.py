"""Finding cases among all that somebody may see, by words without tone marks, number, phone, unit, period,
kind, state and term. Which way leads to them is `hub.cases.candidates`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import looks, shelf
from hub.cases.candidates import DUE, LONGEST, MOST_COUNTED, Wanted, query_of
from hub.cases.errors import Refusal
from hub.cases.info import CaseInfo
from hub.cases.models import Case
from hub.people.actor import Actor
from hub.people.audit import Audit
from hub.store.clock import Clock
from hub.store.database import Database
from hub.store.ids import Ids
from hub.units.local_day import local_day

__all__ = ["DUE", "LONGEST", "MOST_COUNTED", "PAGE", "Found", "Search", "Wanted"]

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A page, and how many there are in all: exactly `total`, or with `more` at least so many."""

    cases: tuple[CaseInfo, ...]
    total: int
    more: bool = False


class Search:
    """Searches over one hub's cases. Holds nothing between two of them."""

    def __init__(self, db: Database, clock: Clock, ids: Ids) -> None:
        self._db = db
        self._clock = clock
        self._audit = Audit(clock, ids)

    async def find(self, actor: Actor, wanted: Wanted, *, offset: int = 0, limit: int = PAGE) -> Found:
        """A page of what the actor may see: the latest first, or with `due` the most urgent first.

        Looking for a phone is looking at personal data: only staff find anything by it, and each case found
        so is noted in the audit trail. Raises Refusal("data_bad") for a period that ends before it begins.
        """
        if wanted.since and wanted.until and wanted.until < wanted.since:
            raise Refusal("data_bad", field="until")
        async with self._db.read() as session:
            query = await query_of(session, actor, wanted, local_day(self._clock.now()))
            ids, total, more = await query.page(session, offset, limit)
            infos = await shelf.infos(session, await _in_order(session, ids))
        if query.by_phone:
            await self._note(actor, infos)
        return Found(tuple(infos), total, more)

    async def every(self, actor: Actor, wanted: Wanted, most: int) -> list[CaseInfo]:
        """All that `find` would list page by page. Raises Refusal export_too_long when there are more than
        `most`: nobody takes half a list for the whole.
        """
        found: list[CaseInfo] = []
        async with self._db.read() as session:
            query = await query_of(session, actor, wanted, local_day(self._clock.now()))
            ids = await query.all(session, most + 1)
            if len(ids) > most:
                raise Refusal("export_too_long")
            for start in range(0, len(ids), 500):
                found += await shelf.infos(session, await _in_order(session, ids[start : start + 500]))
        if query.by_phone:
            await self._note(actor, found)
        return found

    async def _note(self, actor: Actor, infos: Sequence[CaseInfo]) -> None:
        now = self._clock.now()
        for info in infos[:PAGE]:
            await looks.note(self._db, self._audit, actor, info.id, place="phone", now=now)


async def _in_order(session: AsyncSession, ids: Sequence[str]) -> list[Case]:
    found = {case.id: case for case in await session.scalars(select(Case).where(Case.id.in_(ids)))}
    return [found[case_id] for case_id in ids if case_id in found]
