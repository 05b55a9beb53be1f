"""Questions about the tree for callers that hold a session; `hub.units.service` opens one for the others."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.units.fold import fold
from hub.units.models import Unit, UnitSuccession

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


async def chain(session: AsyncSession, unit_id: str) -> list[Unit]:
    """The unit and those above it, from the bottom; empty when there is no such unit."""
    found: list[Unit] = []
    following: str | None = unit_id
    while following is not None and len(found) < LONGEST_CHAIN:
        unit = await session.get(Unit, following)
        if unit is None:
            break
        found.append(unit)
        following = unit.parent_id
    return found


async def subtree(session: AsyncSession, unit_id: str) -> set[str]:
    """Ids of the unit and of everything recorded below it, at any time."""
    found = {unit_id}
    layer: Collection[str] = found
    while layer:
        below = await session.scalars(select(Unit.id).where(Unit.parent_id.in_(layer)))
        layer = set(below) - found
        found |= layer
    return found


async def successors(session: AsyncSession, unit_id: str) -> list[Unit]:
    """The units that carry on what this one was."""
    joined = select(Unit).join(UnitSuccession, UnitSuccession.successor_id == Unit.id)
    found = await session.scalars(joined.where(UnitSuccession.unit_id == unit_id).order_by(Unit.code))
    return list(found)


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
