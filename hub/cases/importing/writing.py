"""Writing many cases at once, in the caller's transaction. What a case needs is as at the counter
(`hub.cases.desk`): a number of its book, its place in sight, who asks (sealed where they denounce), a first
act.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import deadlines
from hub.cases.act_tables import CaseAct
from hub.cases.import_tables import ImportBatch, ImportedCase
from hub.cases.importing.rows import Row, RowBad, Sameness
from hub.cases.models import (
    NAME_LENGTH,
    Case,
    CaseBook,
    CaseReach,
    Petition,
    Petitioner,
    SealedPetitioner,
    digits_of,
)
from hub.cases.rules import CaseKind
from hub.cases.vault import Person, Vault
from hub.people.actor import Actor
from hub.store.ids import Ids
from hub.units import queries
from hub.units.fold import fold
from hub.units.local_day import local_day, midnight

SOURCE: Final = "import"


class Writer:
    """Writes rows of one batch. `floors`: the highest number that the file itself gives in each year; numbers
    that are given here come after it.
    """

    def __init__(self, vault: Vault, ids: Ids, by: Actor, now: datetime, floors: Mapping[int, int]) -> None:
        self._vault, self._ids, self._by, self._now = vault, ids, by, now
        self._floors = floors
        self._today = local_day(now)
        self._chains: dict[str, list[str]] = {}
        self._dues: dict[tuple[CaseKind, date], tuple[date | None, str | None]] = {}

    async def write(
        self, session: AsyncSession, batch: ImportBatch, rows: Sequence[Row]
    ) -> list[tuple[int, RowBad]]:
        """Write the rows; those of `refused` are not written but told."""
        bad = await self.refused(session, batch, rows)
        told = {n for n, _ in bad}
        good = [row for row in rows if row.n not in told]
        serials = await self._serials(session, batch.unit_id, good)
        tables: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        for row, serial in zip(good, serials, strict=True):
            await self._chain(session, row.unit)
            self._add(tables, batch, row, serial)
        for table in (Case, CaseReach, Petition, Petitioner, SealedPetitioner, CaseAct, ImportedCase):
            if tables[table]:
                core: Table = table.__table__  # type: ignore[assignment]
                # What gives something back goes to PostgreSQL in few statements of many rows, not row by row.
                await session.execute(insert(core).returning(*core.primary_key), tables[table])
        return bad

    async def refused(
        self, session: AsyncSession, batch: ImportBatch, rows: Sequence[Row]
    ) -> list[tuple[int, RowBad]]:
        """The rows that stand in the books already, by their numbers. Nothing is written. What this batch
        brought itself does not count: which rows of one file are alike, `sorted_out` tells.
        """
        taken = await _numbers_taken(session, batch.unit_id, rows)
        there = await _there(session, batch, rows) | await self._denounced(session, batch, rows)
        bad = []
        for row in rows:
            if row.serial is not None and (row.received.year, row.serial) in taken:
                number = f"{row.received.year}/{row.serial:04d}"
                bad.append((row.n, RowBad("number", "number_taken", number=number)))
            elif row.sameness in there:
                bad.append((row.n, RowBad("title", "case_there", number=there[row.sameness])))
        return bad

    async def _denounced(
        self, session: AsyncSession, batch: ImportBatch, rows: Sequence[Row]
    ) -> dict[Sameness, str]:
        """Denunciations that this person brought before: who denounces is compared unsealed, in here. Of
        others' nothing is told, or a register of guesses would be answered."""
        mine = [row for row in rows if row.kind is CaseKind.DENUNCIATION]
        if not mine:
            return {}
        wanted = (
            select(Case, SealedPetitioner.sealed)
            .join(ImportedCase, ImportedCase.case_id == Case.id)
            .join(ImportBatch, ImportBatch.id == ImportedCase.batch_id)
            .outerjoin(SealedPetitioner, SealedPetitioner.case_id == Case.id)
            .where(
                _where_and_when(mine),
                Case.voided_on.is_(None),
                Case.kind == CaseKind.DENUNCIATION.value,
                ImportBatch.by_key == batch.by_key,
                ImportBatch.id != batch.id,
            )
        )
        return {
            (local_day(case.received_at), case.unit_id, fold(case.title), self._name(sealed)): case.number
            for case, sealed in await session.execute(wanted)
        }

    def _name(self, sealed: bytes | None) -> str:
        return "" if sealed is None else fold(self._vault.open(sealed).name)

    async def _serials(self, session: AsyncSession, book_unit: str, rows: Sequence[Row]) -> list[int]:
        last: dict[int, CaseBook] = {}
        for year in sorted({row.received.year for row in rows}):
            last[year] = await locked_book(session, book_unit, year)
            last[year].last = max(last[year].last, self._floors.get(year, 0))
        found = []
        for row in rows:
            if row.serial is None:
                last[row.received.year].last += 1
            found.append(row.serial or last[row.received.year].last)
        await session.flush()
        return found

    async def _chain(self, session: AsyncSession, unit: str) -> None:
        if unit not in self._chains:
            self._chains[unit] = [each.id for each in await queries.chain(session, unit, self._today)]

    def _add(
        self, tables: dict[Any, list[dict[str, Any]]], batch: ImportBatch, row: Row, serial: int
    ) -> None:
        received_at = midnight(row.received)
        case: dict[str, Any] = {
            "id": self._ids.new(),
            "book_unit_id": batch.unit_id,
            "year": row.received.year,
            "serial": serial,
            "kind": row.kind.value,
            "field": row.field.value,
            "unit_id": row.unit,
            "title": row.title,
            "summary": row.summary,
            "times_heard": row.times_heard,
            "received_at": received_at,
            "state": "closed" if row.closed else "received",
            "version": 2 if row.closed else 1,
            "remote": False,
            "anonymous": False,
            "evidence": False,
            "due_on": None,
            "due_rule": None,
        }
        case["folded"] = fold(f"{row.received.year}/{serial:04d} {row.title}")
        if not row.closed:
            case["due_on"], case["due_rule"] = self._due(row, case)
        tables[Case].append(case)
        tables[CaseReach] += [
            {"case_id": case["id"], "unit_id": unit, "directed": False} for unit in self._chains[row.unit]
        ]
        tables[Petition].append(
            {"id": self._ids.new(), "case_id": case["id"], "received_at": received_at, "summary": row.summary}
        )
        if row.person is not None:
            self._person(tables, case["id"], row.kind, row.person)
        self._acts(tables, case, batch, row)
        tables[ImportedCase].append({"case_id": case["id"], "batch_id": batch.id, "row": row.n})

    def _due(self, row: Row, case: Mapping[str, Any]) -> tuple[date | None, str | None]:
        """What was received on one day, and nothing more, is due on one day: reckoned once a kind and day."""
        known = row.kind, row.received
        if known not in self._dues:
            self._dues[known] = deadlines.first_due(Case(**case), local_day(self._now))
        return self._dues[known]

    def _person(
        self, tables: dict[Any, list[dict[str, Any]]], case_id: str, kind: CaseKind, person: Person
    ) -> None:
        base = {"id": self._ids.new(), "case_id": case_id, "persons": person.persons}
        if kind is CaseKind.DENUNCIATION:
            tables[SealedPetitioner].append(base | {"sealed": self._vault.seal(person)})
            return
        told = {"name": person.name, "address": person.address, "phone": person.phone}
        tables[Petitioner].append(base | told | {"digits": digits_of(person.phone)})

    def _acts(
        self, tables: dict[Any, list[dict[str, Any]]], case: Mapping[str, Any], batch: ImportBatch, row: Row
    ) -> None:
        data = {"kind": case["kind"], "field": case["field"], "source": SOURCE, "unit": row.unit}
        data |= {"batch": batch.id, "row": row.n}
        if row.closed:  # it comes as answered; that it is closed is an act of its own day
            data |= {"state": "replied"}
        tables[CaseAct].append(self._act(case["id"], 1, "receive", row.received, data))
        if row.closed:
            tables[CaseAct].append(self._act(case["id"], 2, "close", row.closed, {"source": SOURCE}))

    def _act(self, case_id: str, n: int, act: str, on: date, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": self._ids.new(),
            "case_id": case_id,
            "n": n,
            "at": self._now,
            "on_day": on,
            "act": act,
            "by_key": self._by.key,
            "by_name": self._by.name[:NAME_LENGTH],
            "unit_id": self._by.unit,
            "corrects": None,
            "data": data,
        }


async def _numbers_taken(session: AsyncSession, book: str, rows: Sequence[Row]) -> set[tuple[int, int]]:
    given: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        if row.serial is not None:
            given[row.received.year].append(row.serial)
    found: set[tuple[int, int]] = set()
    for year, serials in given.items():
        wanted = select(Case.serial).where(Case.book_unit_id == book, Case.year == year)
        found |= {(year, each) for each in await session.scalars(wanted.where(Case.serial.in_(serials)))}
    return found


async def _there(session: AsyncSession, batch: ImportBatch, rows: Sequence[Row]) -> dict[Sameness, str]:
    """Cases that stand already; of denunciations, see `Writer._denounced`."""
    if not rows:
        return {}
    wanted = select(Case.received_at, Case.unit_id, Case.title, Petitioner.name, Case.year, Case.serial)
    wanted = wanted.outerjoin(Petitioner, Petitioner.case_id == Case.id)
    wanted = wanted.outerjoin(ImportedCase, ImportedCase.case_id == Case.id)
    wanted = wanted.where(
        _where_and_when(rows),
        Case.voided_on.is_(None),
        Case.kind != CaseKind.DENUNCIATION.value,
        or_(ImportedCase.batch_id.is_(None), ImportedCase.batch_id != batch.id),
    )
    return {
        (local_day(at), unit, fold(title), fold(name or "")): f"{year}/{serial:04d}"
        for at, unit, title, name, year, serial in await session.execute(wanted)
    }


def _where_and_when(rows: Sequence[Row]) -> ColumnElement[bool]:
    """Cases that one of the rows might be by its unit and day. By unit, for a condition for each row takes
    longer to put together than to answer.
    """
    days: dict[str, set[datetime]] = defaultdict(set)
    for row in rows:
        days[row.unit].add(midnight(row.received))
    each = (and_(Case.unit_id == unit, Case.received_at.in_(sorted(days[unit]))) for unit in sorted(days))
    return or_(*each)


async def locked_book(session: AsyncSession, unit_id: str, year: int) -> CaseBook:
    """The book of a unit and year, made where there is none; nobody else gets a number meanwhile."""
    postgres = session.get_bind().dialect.name == "postgresql"
    made = postgresql.insert(CaseBook) if postgres else sqlite.insert(CaseBook)
    await session.execute(made.values(unit_id=unit_id, year=year, last=0).on_conflict_do_nothing())
    return await session.get_one(CaseBook, (unit_id, year), with_for_update=True, populate_existing=True)
