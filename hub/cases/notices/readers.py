"""Who reads notices: which units have somebody who may read a kind of case, and whose notices are whose."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import product
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.rights import reads_kind
from hub.cases.rules import CaseKind
from hub.people.actor import Actor
from hub.people.service import desks
from hub.units.ladder import read_ladder
from hub.units.models import Unit
from hub.units.queries import LONGEST_CHAIN, valid_on

UNIT: Final = "unit:"


@dataclass(frozen=True)
class Readers:
    """The units as they stand, and everybody who may sign in."""

    parents: Mapping[str, str | None]
    """Who stands above each unit today."""
    tops: Sequence[str]
    """The units that nothing stands above: accounts for the whole hub read what is theirs."""
    people: Sequence[tuple[Actor, str | None]]
    boxes: Mapping[str, str]
    """Mailboxes of offices, by unit."""

    def chain(self, unit: str) -> list[str]:
        """The unit and those above it."""
        found: list[str] = []
        following: str | None = unit
        while following is not None and following not in found and len(found) < LONGEST_CHAIN:
            found.append(following)
            following = self.parents.get(following)
        return found

    def reads(self, unit: str, kind: str) -> bool:
        """Whether somebody of that unit may read cases of that kind."""
        return (unit, kind) in self._staffed

    def units_of(self, actor: Actor) -> Sequence[str]:
        """The units whose notices an account reads."""
        return units_of(actor, self.tops)

    @cached_property
    def _staffed(self) -> frozenset[tuple[str, str]]:
        return frozenset(
            (unit, kind.value)
            for actor, _ in self.people
            for unit, kind in product(self.units_of(actor), CaseKind)
            if reads_kind(actor, kind)
        )


def units_of(actor: Actor, tops: Iterable[str]) -> Sequence[str]:
    """The units whose notices an account reads: its own; for the whole hub, the topmost ones."""
    if actor.is_room or not actor.reads_cases:
        return ()
    return (actor.unit,) if actor.unit is not None else tuple(tops)


async def tops_on(session: AsyncSession, today: date) -> list[str]:
    """Ids of the units that nothing stands above."""
    return [unit.id for unit in await session.scalars(valid_on(today).where(Unit.parent_id.is_(None)))]


async def keys_of(session: AsyncSession, actor: Actor, today: date) -> list[str]:
    """The recipients in whose place an account reads: itself and its units. Empty for who reads no cases."""
    tops = await tops_on(session, today) if actor.unit is None else ()
    units = units_of(actor, tops)
    return [*(UNIT + unit for unit in units), actor.key] if units else []


async def read_readers(session: AsyncSession, today: date) -> Readers:
    """Everybody, as they are now."""
    rows = list(await session.execute(select(Unit.id, Unit.email)))
    ladder = await read_ladder(session, today)
    return Readers(
        parents={row.id: ladder.above(row.id) for row in rows},
        tops=await tops_on(session, today),
        people=await desks(session),
        boxes={row.id: row.email for row in rows if row.email},
    )
