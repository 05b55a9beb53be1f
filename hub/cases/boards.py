"""How the terms stand, unit by unit: each figure is the length of the list it opens."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import case, func, select

from hub.cases import rights
from hub.cases.models import Case
from hub.cases.rules import SOON_DAYS
from hub.people.actor import Actor
from hub.store.database import Database
from hub.units.models import Unit

MOST_UNITS: Final = 400


@dataclass(frozen=True, slots=True)
class UnitTerms:
    """How many of the cases that one unit is in charge of, and that the reader may see, are overdue, or due
    within 7 days.
    """

    unit: str
    name: str
    overdue: int
    soon: int


async def by_unit(db: Database, actor: Actor, today: date) -> list[UnitTerms]:
    """Units with something overdue or due soon, the most overdue first."""
    late = func.sum(case((Case.due_on < today, 1), else_=0))
    # No bare column: SQLite would go through all cases by the index of units, and not by that of due days.
    unit_of = Case.unit_id.concat("")
    counted = select(unit_of, late, func.count()).where(
        rights.visible(actor), Case.due_on <= today + timedelta(days=SOON_DAYS)
    )
    async with db.read() as session:
        rows = [tuple(row) for row in await session.execute(counted.group_by(unit_of))]
        names = select(Unit.id, Unit.name).where(Unit.id.in_([row[0] for row in rows]))
        name_of = {row.id: row.name for row in await session.execute(names)}
    found = [UnitTerms(unit, name_of[unit], int(late), count - int(late)) for unit, late, count in rows]
    return sorted(found, key=lambda each: (-each.overdue, -each.soon, each.name))[:MOST_UNITS]
