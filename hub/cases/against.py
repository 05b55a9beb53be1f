"""Whom a petition is against, when the tree of units changes: what is said against a unit is said against
those who carry it on. For callers that hold a session.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.act_tables import ComplainedUnit
from hub.cases.charge import chunks
from hub.units import ladder as ladders
from hub.units.succession import Successions


async def carry_on(session: AsyncSession, ended: Iterable[str], day: date, known: Successions) -> None:
    """Name the units that carry on those of the past beside them. Not the ones above: what was complained of
    a district is for the province to decide, also where the province carries the district on.
    """
    named: set[str] = set()
    for some in chunks(sorted(ended)):
        wanted = select(ComplainedUnit.unit_id).where(ComplainedUnit.unit_id.in_(some)).distinct()
        named |= set(await session.scalars(wanted))
    ladder = await ladders.ladder(session, day, known)
    for unit in sorted(named):
        above = set(ladder.chain(unit)[1:])
        for heir in sorted(known.heirs(unit, day) - above):
            said = select(ComplainedUnit.case_id, literal(heir)).where(ComplainedUnit.unit_id == unit)
            await session.execute(
                _insert(session).from_select(["case_id", "unit_id"], said).on_conflict_do_nothing()
            )


async def said_against(session: AsyncSession, case_ids: Iterable[str]) -> dict[str, frozenset[str]]:
    """The units that each of these cases is against, for those that are against any."""
    found: dict[str, set[str]] = {}
    for some in chunks(sorted(case_ids)):
        for row in await session.scalars(select(ComplainedUnit).where(ComplainedUnit.case_id.in_(some))):
            found.setdefault(row.case_id, set()).add(row.unit_id)
    return {case_id: frozenset(units) for case_id, units in found.items()}


def _insert(session: AsyncSession) -> "sqlite.Insert | postgresql.Insert":
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(ComplainedUnit)
    return sqlite.insert(ComplainedUnit)
