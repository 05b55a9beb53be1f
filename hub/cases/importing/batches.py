"""Imports from the file to the books and back. Each is its maker's, as long as its unit is within the maker's
part of the tree: nobody else sees or touches it.
"""

import asyncio
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.errors import Refusal
from hub.cases.import_tables import ImportBatch
from hub.cases.importing import reading, undoing
from hub.cases.importing.info import Bad, Batch, Trial
from hub.cases.importing.rows import FIELDS, NEEDED, Row, RowBad, guess, header_at, header_of
from hub.cases.importing.scope import check_unit, is_within, units_of
from hub.cases.importing.sheet import MOST_ROWS, Cell
from hub.cases.importing.sorting import MOST_BAD, kept, row_of, samples, sorted_out, told
from hub.cases.importing.writing import Writer
from hub.cases.vault import Vault
from hub.people.actor import Actor
from hub.people.audit import Audit
from hub.store.clock import Clock
from hub.store.database import Database
from hub.store.ids import Ids
from hub.units.local_day import local_day

CHUNK: Final = 250
"""Rows in one transaction: a live session's commands wait for no more than these."""
KEPT: Final = timedelta(hours=24)
"""A file that nobody brings in is forgotten."""
STALLED: Final = timedelta(seconds=30)
"""A running import that has not moved for so long was broken off with its process."""
LAST: Final = 20


class Imports:
    """The imports of one hub."""

    def __init__(
        self,
        db: Database,
        vault: Vault,
        clock: Clock,
        ids: Ids,
        *,
        counted_on: Sequence[ColumnElement[bool]] = (),
    ) -> None:
        """`counted_on`: see `undoing.undo`."""
        self._db, self._vault, self._clock, self._ids = db, vault, clock, ids
        self._counted_on = counted_on
        self._audit = Audit(clock, ids)

    async def start(self, actor: Actor, unit_id: str, content: bytes) -> str:
        """Read a file for a unit's book; the id of the import. Nothing is written into the books yet.

        Raises Refusal not_allowed, unit_unknown, import_again (the same file is in the books), or why the
        file cannot be read.
        """
        if not actor.is_staff:
            raise Refusal("not_allowed")
        digest = hashlib.sha256(content).hexdigest()
        async with self._db.read() as session:
            await check_unit(session, actor, unit_id, self._today)
            same = select(ImportBatch).where(ImportBatch.digest == digest, ImportBatch.unit_id == unit_id)
            twice = await session.scalar(same.where(ImportBatch.state.in_(("done", "running"))).limit(1))
        if twice is not None:
            raise Refusal("import_again", day=local_day(twice.made_at).isoformat())
        rows = await reading.read(content)
        at = header_at(rows)
        first = 0 if at is None else at + 1
        if len(rows) - first > MOST_ROWS:
            raise Refusal("too_many_rows", limit=MOST_ROWS)
        sealed = await asyncio.to_thread(self._seal, rows, first)
        async with self._db.begin() as work:
            await self._forget_old(work.session)
            batch = ImportBatch(
                id=self._ids.new(),
                by_key=actor.key,
                by_name=actor.name,
                unit_id=unit_id,
                made_at=self._clock.now(),
                changed_at=self._clock.now(),
                state="read",
                digest=digest,
                sealed=sealed,
                header=header_of(rows, at),
                columns={} if at is None else guess(rows[at]),
                rows=sum(1 for row in rows[first:] if row),
                looked_at=0,
                written=0,
                bad=[],
            )
            work.session.add(batch)
            self._audit.record(work.session, actor, "import.read", f"import:{batch.id}", rows=batch.rows)
        return batch.id

    async def get(self, actor: Actor, batch_id: str) -> Batch:
        """One import. Raises Refusal("import_unknown")."""
        async with self._db.read() as session:
            return self._info(await self._own(session, actor, batch_id))

    async def latest(self, actor: Actor) -> list[Batch]:
        """The actor's last imports."""
        mine = ImportBatch.by_key == actor.key, ImportBatch.state != "dropped"
        async with self._db.read() as session:
            used = await session.scalars(select(ImportBatch.unit_id).where(*mine).distinct())
            units = [unit for unit in used if await is_within(session, actor, unit, self._today)]
            wanted = select(ImportBatch).where(*mine, ImportBatch.unit_id.in_(units))
            found = await session.scalars(wanted.order_by(ImportBatch.made_at.desc()).limit(LAST))
            return [self._info(each) for each in found]

    async def remap(self, actor: Actor, batch_id: str, columns: Mapping[str, int]) -> None:
        """Say what stands in which column. Raises Refusal import_unknown, import_begun, data_bad."""
        async with self._db.begin() as work:
            batch = await self._own(work.session, actor, batch_id, lock=True)
            if batch.state != "read":
                raise Refusal("import_begun")
            places = list(columns.values())
            known = set(columns) <= set(FIELDS) and all(0 <= at < len(batch.header) for at in places)
            if not known or len(set(places)) != len(places):
                raise Refusal("data_bad", field="columns")
            batch.columns, batch.changed_at = dict(columns), self._clock.now()

    async def try_out(self, actor: Actor, batch_id: str) -> Trial:
        """Look through all rows, and for them in the books, and write nothing: what `run` would do now.
        Raises Refusal import_unknown, import_begun.
        """
        async with self._db.read() as session:
            batch = await self._own(session, actor, batch_id)
            if batch.state != "read":
                raise Refusal("import_begun")
            units = await units_of(session, actor, batch.unit_id, self._today)
            rows = await asyncio.to_thread(self._open, batch)
        good, bad = await asyncio.to_thread(sorted_out, rows, batch.columns, units, self._today)
        if set(NEEDED) - set(batch.columns):
            good = []
        standing = await self._standing(actor, batch, good)
        bad = sorted([*bad, *standing], key=row_of)
        shown = samples(rows, batch.columns, len(batch.header))
        return Trial(len(good) - len(standing), *told(bad, batch.columns), shown)

    async def check(self, actor: Actor, batch_id: str) -> None:
        """Whether `run` may begin or go on. Raises Refusal import_unknown, import_done, columns_missing,
        import_running.
        """
        async with self._db.read() as session:
            batch = await self._own(session, actor, batch_id)
            _check_ready(batch)
            if batch.state == "running" and not self._is_stalled(batch):
                raise Refusal("import_running")

    async def run(self, actor: Actor, batch_id: str) -> None:
        """Write the good rows, 250 at a time, or go on where it was broken off; how far it is stands in the
        import. Raises Refusal import_unknown, import_done, columns_missing.
        """
        at = await self._claim(actor, batch_id)
        async with self._db.read() as session:
            batch = await self._own(session, actor, batch_id)
            units = await units_of(session, actor, batch.unit_id, self._today)
        rows = await asyncio.to_thread(self._open, batch)
        good, bad = await asyncio.to_thread(sorted_out, rows, batch.columns, units, self._today)
        floors: dict[int, int] = {}
        for row in good:
            floors[row.received.year] = max(floors.get(row.received.year, 0), row.serial or 0)
        writer = Writer(self._vault, self._ids, actor, self._clock.now(), floors)
        while at is not None and at < len(rows):
            at = await self._chunk(actor, writer, batch_id, at, (good, bad), rows)
        await self._db.learn()

    async def undo(self, actor: Actor, batch_id: str) -> int:
        """Strike the whole import out; how many cases. Raises Refusal import_unknown, import_used,
        import_begun (it is not written, or still being written).
        """
        async with self._db.begin() as work:
            batch = await self._own(work.session, actor, batch_id, lock=True)
            stalled = batch.state == "running" and self._is_stalled(batch)
            if batch.state != "done" and not stalled:
                raise Refusal("import_begun")
            count = await undoing.undo(
                work.session, batch.id, actor, self._clock.now(), self._ids, self._counted_on
            )
            batch.state, batch.sealed, batch.changed_at = "undone", None, self._clock.now()
            self._audit.record(work.session, actor, "import.undone", f"import:{batch.id}", cases=count)
        return count

    async def drop(self, actor: Actor, batch_id: str) -> None:
        """Forget a file that was only read. Raises Refusal import_unknown, import_begun."""
        async with self._db.begin() as work:
            batch = await self._own(work.session, actor, batch_id, lock=True)
            if batch.state != "read":
                raise Refusal("import_begun")
            batch.state, batch.sealed = "dropped", None

    async def _standing(
        self, actor: Actor, batch: ImportBatch, rows: Sequence[Row]
    ) -> list[tuple[int, RowBad]]:
        """Rows that `run` would refuse for what stands in the books. A read for each chunk: who writes in
        between waits for none of them, and no more than a chunk's cases are in memory.
        """
        writer = Writer(self._vault, self._ids, actor, self._clock.now(), {})
        found = []
        for at in range(0, len(rows), CHUNK):
            async with self._db.read() as session:
                found += await writer.refused(session, batch, rows[at : at + CHUNK])
        return found

    async def _own(
        self, session: AsyncSession, actor: Actor, batch_id: str, *, lock: bool = False
    ) -> ImportBatch:
        wanted = select(ImportBatch).where(ImportBatch.id == batch_id, ImportBatch.by_key == actor.key)
        found: ImportBatch | None = await session.scalar(wanted.with_for_update() if lock else wanted)
        if found is None or not actor.is_staff or found.state == "dropped":
            raise Refusal("import_unknown")
        if not await is_within(session, actor, found.unit_id, self._today):  # who moved on left it behind
            raise Refusal("import_unknown")
        return found

    async def _claim(self, actor: Actor, batch_id: str) -> int | None:
        async with self._db.begin() as work:
            batch = await self._own(work.session, actor, batch_id, lock=True)
            _check_ready(batch)
            if batch.state == "running" and not self._is_stalled(batch):
                return None
            if batch.state == "read":
                self._audit.record(work.session, actor, "import.begun", f"import:{batch.id}", rows=batch.rows)
            batch.state, batch.changed_at = "running", self._clock.now()
            return batch.looked_at

    async def _chunk(  # noqa: PLR0917 (what one chunk needs)
        self,
        actor: Actor,
        writer: Writer,
        batch_id: str,
        at: int,
        found: tuple[Sequence[Row], Sequence[tuple[int, RowBad]]],
        rows: Sequence[tuple[int, Sequence[Cell]]],
    ) -> int | None:
        """Write the next rows from `at` on; where to go on, None when somebody else does."""
        part = rows[at : at + CHUNK]
        first, last = part[0][0], part[-1][0]
        async with self._db.begin(patient=True) as work:
            batch = await self._own(work.session, actor, batch_id, lock=True)
            if batch.state != "running" or batch.looked_at != at:
                return None
            some = [row for row in found[0] if first <= row.n <= last]
            bad = [each for each in found[1] if first <= each[0] <= last]
            bad += await writer.write(work.session, batch, some)
            batch.bad = [*batch.bad, *(kept(n, each, batch.columns) for n, each in sorted(bad, key=row_of))]
            batch.looked_at = at + len(part)
            batch.written = batch.looked_at - len(batch.bad)
            batch.changed_at = self._clock.now()
            if batch.looked_at >= len(rows):
                batch.state, batch.sealed = "done", None
                self._audit.record(
                    work.session, actor, "import.done", f"import:{batch.id}", cases=batch.written
                )
        return at + len(part)

    @property
    def _today(self) -> date:
        return local_day(self._clock.now())

    def _is_stalled(self, batch: ImportBatch) -> bool:
        return self._clock.now() - batch.changed_at > STALLED

    def _seal(self, rows: Sequence[Sequence[Cell]], first: int) -> bytes:
        kept = [(n, row) for n, row in enumerate(rows[first:], first + 1) if row]
        return self._vault.seal_bytes(zlib.compress(json.dumps(kept, ensure_ascii=False).encode(), 6))

    def _open(self, batch: ImportBatch) -> list[tuple[int, list[Cell]]]:
        found = json.loads(zlib.decompress(self._vault.open_bytes(batch.sealed or b"")))
        return [(n, row) for n, row in found]

    async def _forget_old(self, session: AsyncSession) -> None:
        old = ImportBatch.state == "read", ImportBatch.changed_at < self._clock.now() - KEPT
        await session.execute(update(ImportBatch).where(*old).values(state="dropped", sealed=None))

    def _info(self, batch: ImportBatch) -> Batch:
        bad = tuple(Bad(*each) for each in batch.bad[:MOST_BAD])
        return Batch(
            id=batch.id,
            unit=batch.unit_id,
            made_at=batch.made_at,
            state=batch.state,
            header=tuple(batch.header),
            columns=batch.columns,
            rows=batch.rows,
            looked_at=batch.looked_at,
            written=batch.written,
            bad=bad,
            bad_rows=len(batch.bad),
            stalled=batch.state == "running" and self._is_stalled(batch),
        )


def _check_ready(batch: ImportBatch) -> None:
    if batch.state not in {"read", "running"} or batch.sealed is None:
        raise Refusal("import_done")
    if set(NEEDED) - set(batch.columns):
        raise Refusal("columns_missing")
