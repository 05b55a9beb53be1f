"""Going through what is owed and writing down what is to be said, once each.

Who comes twice (a second process, a restart in the middle) finds everything said already: the database holds
each notice to be the only one of its kind.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, cast

from sqlalchemy import Table, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.against import said_against
from hub.cases.models import CaseReach
from hub.cases.notices import lease, owing
from hub.cases.notices.owing import Owing
from hub.cases.notices.readers import UNIT, Readers, read_readers
from hub.cases.notices.rules import (
    DIRECTIVE_CODES,
    TERM_CODES,
    Policy,
    Window,
    answer_windows,
    due_windows,
    receipt_windows,
    recipients,
)
from hub.cases.notices.tables import Notice
from hub.cases.rules import CaseKind
from hub.store.clock import Clock
from hub.store.database import Database
from hub.store.ids import Ids
from hub.units.working_days import vietnam

PAGE: Final = 10_000
"""So many are asked for at once: a database goes through a window as a whole anyway."""
CHUNK: Final = 200
"""So many are written in one transaction: pages and sessions go on in between."""
MOST_PAGES: Final = 100
LEASE: Final = "remind"
OUTBOX: Final = cast(Table, Notice.__table__)
ONCE: Final = ("case_id", "code", "term", "about_unit", "subject", "to_key")
"""What makes a notice the only one of its kind."""


@dataclass(slots=True)
class Said:
    """What one going through said (or would say), by code; `settled`: notices that are no more so."""

    codes: Counter[str] = field(default_factory=Counter)
    settled: int = 0
    whole: bool = True
    """False when another process took over in the middle."""

    @property
    def total(self) -> int:
        """How many notices."""
        return self.codes.total()


class Reminders:
    """The reminders of one hub. `holder` names this process among others."""

    def __init__(
        self, db: Database, clock: Clock, ids: Ids, holder: str = "", policy: Policy = Policy()
    ) -> None:
        self._db, self._clock, self._ids, self._policy = db, clock, ids, policy
        self._holder = holder or ids.new()

    async def mine(self) -> bool:
        """Whether the reminders are this process's business now."""
        return await lease.take(self._db, LEASE, self._holder, self._clock.now())

    async def run(self, today: date, *, dry: bool = False) -> Said:
        """Say all that is to be said on that day and was not said yet. Office hours are the caller's
        business. With `dry` nothing is written; then each matter counts as if nothing else was said.
        """
        said = Said()
        if not dry and not await self.mine():
            said.whole = False
            return said
        if not dry:
            said.settled = await self._settle(today)
        async with self._db.read() as session:
            readers = await read_readers(session, today)
        for window in self.windows(today):
            if not await self._window(window, readers, said, dry=dry):
                said.whole = False
                break
        return said

    def windows(self, today: date) -> list[Window]:
        """Every window of that day, the most pressing first."""
        found = [
            *due_windows(TERM_CODES, today, vietnam(), self._policy),
            *due_windows(DIRECTIVE_CODES, today, vietnam(), self._policy),
            *answer_windows(today, vietnam(), self._policy),
            *receipt_windows(today, vietnam(), self._policy),
        ]
        return sorted(found, key=lambda each: -each.level)

    async def _window(self, window: Window, readers: Readers, said: Said, *, dry: bool) -> bool:
        short = [unit for unit in readers.parents if len(readers.chain(unit)) <= window.level]
        after = None
        for _ in range(MOST_PAGES):
            async with self._db.read() as session:
                found = await owing.page(session, window, short, after, PAGE)
            for start in range(0, len(found), CHUNK):
                if not await self._chunk(window, found[start : start + CHUNK], readers, said, dry=dry):
                    return False
            if len(found) < PAGE:
                return True
            after = found[-1].place
        return True

    async def _chunk(
        self, window: Window, some: Sequence[Owing], readers: Readers, said: Said, *, dry: bool
    ) -> bool:
        async with self._db.read() as session:
            rows = await self._rows(session, window, some, readers)
        if dry:
            said.codes[window.code.value] += sum(map(len, rows.values()))
            return True
        if not await self.mine():
            return False
        said.codes[window.code.value] += await self._write(window, some, rows)
        return True

    async def _rows(
        self, session: AsyncSession, window: Window, found: Sequence[Owing], readers: Readers
    ) -> dict[Owing, list[dict[str, Any]]]:
        reach = await _reach(session, {each.case_id for each in found})
        against = await said_against(session, {each.case_id for each in found})
        return {each: self._say(window, each, readers, reach, against) for each in found}

    def _say(
        self,
        window: Window,
        each: Owing,
        readers: Readers,
        reach: Mapping[str, set[str]],
        against: Mapping[str, frozenset[str]],
    ) -> list[dict[str, Any]]:
        secret = each.kind == CaseKind.DENUNCIATION
        hidden = against.get(each.case_id, frozenset()) if secret else frozenset()
        chain = readers.chain(each.unit)
        sight = reach[each.case_id] - hidden
        told = recipients(chain, sight, window.level, lambda unit: readers.reads(unit, each.kind))
        rule = {"rule": each.rule} if each.rule else {}
        return [
            {
                "id": self._ids.new(),
                "to_key": UNIT + to.unit,
                "to_unit": to.unit,
                "case_id": each.case_id,
                "subject": each.subject,
                "code": window.code.value,
                "level": window.level,
                "term": each.term,
                "about_unit": each.unit,
                "params": rule | ({"nobody": True} if to.nobody else {}),
            }
            for to in told
        ]

    async def _write(
        self, window: Window, found: Sequence[Owing], rows: Mapping[Owing, list[dict[str, Any]]]
    ) -> int:
        now = self._clock.now()
        async with self._db.begin() as work:
            holding = await owing.still(work.session, window, found)
            values = [row | {"at": now} for each in holding for row in rows[each]]
            if not values:
                return 0
            insert = (postgresql if self._db.dialect == "postgresql" else sqlite).insert(OUTBOX)
            # Who heard of it already, because nobody was there below, does not hear of it again.
            once = insert.on_conflict_do_update(
                index_elements=ONCE,
                set_={"level": insert.excluded.level},
                where=OUTBOX.c.level < insert.excluded.level,
            )
            await work.session.execute(once, values)
            made = select(func.count()).where(Notice.id.in_([row["id"] for row in values]))
            return await work.session.scalar(made) or 0

    async def _settle(self, today: date) -> int:
        done = update(Notice).where(Notice.settled_at.is_(None), owing.settled(today))
        async with self._db.begin() as work:
            set_ = done.values(settled_at=self._clock.now()).returning(Notice.id)
            set_ = set_.execution_options(synchronize_session=False)
            return len(list(await work.session.scalars(set_)))


async def _reach(session: AsyncSession, cases: Collection[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    wanted = select(CaseReach.case_id, CaseReach.unit_id).where(CaseReach.case_id.in_(cases))
    for row in await session.execute(wanted):
        found[row.case_id].add(row.unit_id)
    return found
