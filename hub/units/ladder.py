"""Who stands above whom on a day, through renewals, merges and splits. For callers that hold a session."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.units.models import Unit, UnitSuccession
from hub.units.succession import Link, Span, Successions


async def successions(session: AsyncSession) -> Successions:
    """The units of all times, and who followed whom."""
    spans = {
        row.id: Span(row.valid_from, row.valid_to)
        for row in await session.execute(select(Unit.id, Unit.valid_from, Unit.valid_to))
    }
    return Successions(spans, await read_links(session))


class Ladder:
    """Who stands above whom on a day: where one above was renewed or has ended, who carries it on."""

    def __init__(self, units: Iterable[tuple[str, str, str | None]], day: date, known: Successions) -> None:
        """`units`: id, code and id of the parent of all units of all times."""
        self._day, self._known = day, known
        rows = list(units)
        self._codes = {unit_id: code for unit_id, code, _ in rows}
        self._parents = {unit_id: parent for unit_id, _, parent in rows}
        self._standing = {code: each for each, code, _ in rows if known.spans[each].holds(day)}

    def chain(self, unit_id: str) -> list[str]:
        """Ids of the unit and of those above it, from the bottom."""
        found: list[str] = []
        following: str | None = unit_id
        while following is not None and following not in found:
            found.append(following)
            following = self.above(following)
        return found

    def below(self, unit_id: str) -> set[str]:
        """Ids of the unit and of all units, of any time, that have it in their chain."""
        found, layer = {unit_id}, [unit_id]
        while layer:
            layer = [each for above in layer for each in self._hanging.get(above, ()) if each not in found]
            found.update(layer)
        return found

    def above(self, unit_id: str) -> str | None:
        """Who stands right above a unit; None for the top."""
        parent = self._parents.get(unit_id)
        return None if parent is None else self.who(parent)

    @cached_property
    def _hanging(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for unit_id in self._parents:
            above = self.above(unit_id)
            if above is not None:
                found.setdefault(above, []).append(unit_id)
        return found

    def who(self, unit_id: str) -> str:
        """Who stands for a parent on the day; the parent itself where nobody does."""
        heir = self._known.heir(unit_id, self._day).unit
        return heir or self._standing.get(self._codes.get(unit_id, ""), unit_id)


async def ladder(session: AsyncSession, day: date, known: Successions) -> Ladder:
    """Who stands above whom on a day."""
    rows = await session.execute(select(Unit.id, Unit.code, Unit.parent_id))
    return Ladder([(row[0], row[1], row[2]) for row in rows], day, known)


async def read_ladder(session: AsyncSession, day: date) -> Ladder:
    """The same, with who followed whom read as well."""
    return await ladder(session, day, await successions(session))


async def read_links(session: AsyncSession) -> list[Link]:
    """Who followed whom, pair by pair."""
    found = await session.scalars(select(UnitSuccession))
    return [Link(row.unit_id, row.successor_id, row.valid_from, row.main) for row in found]
