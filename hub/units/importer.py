"""Importing an official list of units: what would change and what is wrong, and, when told to, writing it."""

import asyncio
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from hub.store.database import Database
from hub.store.ids import Ids
from hub.units.fold import fold
from hub.units.models import Unit
from hub.units.plan import Known, Plan, Profile, make_plan
from hub.units.table import Problem, Row, read_table


@dataclass(slots=True)
class ImportReport:
    """What an import did, or would do."""

    rows: int = 0
    """Rows with something in them, the header aside."""
    new: int = 0
    changed: int = 0
    """Units that get another name, parent or end: those of the list, and former versions that a row ends."""
    unchanged: int = 0
    ended: int = 0
    """Units that end because a complete list no longer has them."""
    problems: list[Problem] = field(default_factory=list)
    written: bool = False


async def import_units(
    db: Database,
    ids: Ids,
    content: bytes,
    *,
    write: bool = False,
    skip_bad: bool = False,
    complete: bool = False,
    profile: Profile | None = None,
) -> ImportReport:
    """Check a list against the tree and, with `write`, store it in one transaction.

    A list with problems is not written, unless `skip_bad`: then its good rows are. `complete` says that the
    list is the whole province from its one `valid_from` on: units it does not have end on that day. Without a
    `profile`, a list with districts is read as three levels, one without as two.
    """
    table = await asyncio.to_thread(read_table, content)
    if not write:
        async with db.read() as session:
            plan = make_plan(table, await known_units(session), profile=profile, complete=complete)
        return _report(table.count, plan)
    async with db.begin() as work:
        plan = make_plan(table, await known_units(work.session), profile=profile, complete=complete)
        report = _report(table.count, plan)
        if not plan.problems or (skip_bad and table.whole):
            await _write(work.session, ids, plan)
            report.written = True
    return report


async def known_units(session: AsyncSession) -> list[Known]:
    """The units of all times, as plans compare them."""
    columns = select(
        Unit.id, Unit.code, Unit.valid_from, Unit.valid_to, Unit.name, Unit.level, Unit.parent_id
    )
    return [Known(*row) for row in await session.execute(columns)]


def _report(rows: int, plan: Plan) -> ImportReport:
    return ImportReport(
        rows=rows,
        new=len(plan.new),
        changed=len(plan.changed) + len(plan.cut_short),
        unchanged=plan.unchanged,
        ended=len(plan.ended),
        problems=plan.problems,
    )


async def _write(session: AsyncSession, ids: Ids, plan: Plan) -> None:
    fresh = {planned.row.key: ids.new() for planned in plan.new}
    # From the top, so that every parent stands before its children.
    ordered = sorted(plan.new, key=lambda planned: planned.row.level.rank)
    records = [
        {"id": fresh[item.row.key], **_values(item.row, item.valid_to, _parent(item.parent, fresh))}
        for item in ordered
    ]
    if records:
        await session.execute(insert(Unit), records)
    changes: list[dict[str, Any]] = [
        {"id": item.known_id, **_values(item.row, item.valid_to, _parent(item.parent, fresh))}
        for item in plan.changed
    ]
    if changes:
        await session.execute(update(Unit), changes)
    ends = [{"id": known_id, "valid_to": day} for known_id, day in [*plan.cut_short, *plan.ended]]
    if ends:
        await session.execute(update(Unit), ends)


def _parent(parent: str | tuple[str, date] | None, fresh: dict[tuple[str, date], str]) -> str | None:
    return fresh[parent] if isinstance(parent, tuple) else parent


def _values(row: Row, valid_to: date | None, parent_id: str | None) -> dict[str, Any]:
    return {
        "code": row.code,
        "valid_from": row.valid_from,
        "valid_to": valid_to,
        "name": row.name,
        "folded": fold(row.name),
        "level": row.level.value,
        "parent_id": parent_id,
    }


__all__ = ["ImportReport", "Problem", "Profile", "import_units"]
