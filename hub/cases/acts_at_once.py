"""Recording one act in each of many cases, for what changes thousands of them in one transaction.

Only for acts that leave no mark on the legal clock and name nobody: terms are not reckoned anew and nothing
is masked. Everything else goes through `Desk.record`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.act_tables import CaseAct
from hub.cases.charge import chunks
from hub.cases.models import NAME_LENGTH, Case
from hub.people.actor import Actor
from hub.store.ids import Ids


@dataclass(frozen=True, slots=True)
class Entry:
    """An act to record: in which case, which code, on which day in Vietnam, with which plain values."""

    case: str
    act: str
    on: date
    data: Mapping[str, Any]


async def record_many(
    session: AsyncSession, entries: Sequence[Entry], *, by: Actor, at: datetime, ids: Ids
) -> list[int]:
    """Record them as the next acts of their cases; their numbers, in the same order. Other writers of these
    cases wait from here to the end of the transaction.
    """
    taken = Counter(entry.case for entry in entries)
    versions: dict[str, int] = {}
    for some in chunks(sorted(taken)):
        wanted = select(Case.id, Case.version).where(Case.id.in_(some)).order_by(Case.id).with_for_update()
        versions |= {row.id: row.version for row in await session.execute(wanted)}
    numbers = []
    for entry in entries:
        versions[entry.case] += 1
        numbers.append(versions[entry.case])
    rows = [_row(entry, n, by, at, ids) for entry, n in zip(entries, numbers, strict=True)]
    if rows:
        await session.execute(insert(CaseAct), rows)
    for count in sorted(set(taken.values())):
        for some in chunks(sorted(case for case, times in taken.items() if times == count)):
            raised = update(Case).where(Case.id.in_(some)).values(version=Case.version + count)
            await session.execute(raised.execution_options(synchronize_session=False))
    return numbers


def _row(entry: Entry, n: int, by: Actor, at: datetime, ids: Ids) -> dict[str, Any]:
    return {
        "id": ids.new(),
        "case_id": entry.case,
        "n": n,
        "at": at,
        "on": entry.on,
        "act": entry.act,
        "by_key": by.key,
        "by_name": by.name[:NAME_LENGTH],
        "unit_id": by.unit,
        "corrects": None,
        "data": dict(entry.data),
    }
