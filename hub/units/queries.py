"""Questions about the tree for callers that hold a session; `hub.units.service` opens one for the others."""

from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.units.fold import fold
from hub.units.ladder import read_ladder
from hub.units.models import Unit, UnitSuccession

MOST_TURNS = 60
LONGEST_CHAIN = 8
"""Levels are three; a longer chain would be a broken record, and must not become an endless loop."""


def valid_on(day: date) -> Select[Unit]:
    """Select the units that exist on a day, in the order of their codes."""
    standing = or_(Unit.valid_to.is_(None), Unit.valid_to > day)
    return select(Unit).where(Unit.valid_from <= day, standing).order_by(Unit.code)


async def get(session: AsyncSession, unit_id: str) -> Unit | None:
    """The unit of that id."""
    return await session.get(Unit, unit_id)


async def by_code(session: AsyncSession, code: str, on: date) -> Unit | None:
    """The unit that has that official code on a day."""
    found: Unit | None = await session.scalar(valid_on(on).where(Unit.code == code))
    return found


async def chain(session: AsyncSession, unit_id: str, day: date) -> list[Unit]:
    """The unit and those above it on a day, from the bottom; empty when there is no such unit. Where one
    above was renewed or has ended, who carries it on stands in its place, as in `hub.units.ladder.Ladder`.
    """
    found: list[Unit] = []
    unit = await session.get(Unit, unit_id)
    while unit is not None and unit not in found and len(found) < LONGEST_CHAIN:
        found.append(unit)
        above = await session.get(Unit, unit.parent_id) if unit.parent_id is not None else None
        unit = await who(session, above, day) if above is not None else None
    return found


async def who(session: AsyncSession, unit: Unit, day: date) -> Unit:
    """Who stands for a unit on the day; itself where nobody else does. The ladder of all units is read only
    where it has ended.
    """
    if unit.valid_to is None or day < unit.valid_to:
        return unit
    stands = (await read_ladder(session, day)).who(unit.id)
    return await session.get_one(Unit, stands)


async def subtree(session: AsyncSession, unit_id: str, day: date) -> set[str]:
    """Ids of the unit and of everything that hangs below it on a day: of all units, also those of the past
    and the future, whose `chain` it is in.
    """
    return (await read_ladder(session, day)).below(unit_id)


async def successors(session: AsyncSession, unit_id: str) -> list[Unit]:
    """The units that carry on what this one was."""
    joined = select(Unit).join(UnitSuccession, UnitSuccession.successor_id == Unit.id)
    found = await session.scalars(joined.where(UnitSuccession.unit_id == unit_id).order_by(Unit.code))
    return list(found)


async def predecessors(session: AsyncSession, unit_id: str) -> list[Unit]:
    """The units that this one carries on, wholly or in part."""
    joined = select(Unit).join(UnitSuccession, UnitSuccession.unit_id == Unit.id)
    found = await session.scalars(joined.where(UnitSuccession.successor_id == unit_id).order_by(Unit.code))
    return list(found)


async def turns(session: AsyncSession) -> list[date]:
    """The days on which units ended, the latest first."""
    ends = select(Unit.valid_to).where(Unit.valid_to.is_not(None)).distinct().order_by(Unit.valid_to.desc())
    return [day for day in await session.scalars(ends.limit(MOST_TURNS)) if day is not None]


async def search(session: AsyncSession, text: str, on: date, limit: int) -> list[Unit]:
    """Units of a day whose name has every word of the text, tone marks aside, or whose code begins so."""
    words = fold(text).split()
    if not words:
        return []
    # Folded words are letters and digits only, so nothing in them means anything to LIKE.
    named = [Unit.folded.contains(word) for word in words]
    coded = [Unit.code.startswith(words[0])] if len(words) == 1 else []
    wanted = valid_on(on)
    for condition in named:
        wanted = wanted.where(or_(condition, *coded))
    found = await session.scalars(wanted.limit(limit))
    return list(found)
