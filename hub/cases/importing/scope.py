"""The units that a register may be brought in for, as its rows name them."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.errors import Refusal
from hub.cases.importing.rows import Units
from hub.people.actor import Actor
from hub.units import queries
from hub.units.fold import fold


async def is_within(session: AsyncSession, actor: Actor, unit_id: str, today: date) -> bool:
    """Whether a unit is in the actor's part of the tree, as that is today."""
    chain = [unit.id for unit in await queries.chain(session, unit_id, today)]
    return bool(chain) and (actor.unit is None or actor.unit in chain)


async def check_unit(session: AsyncSession, actor: Actor, unit_id: str, today: date) -> None:
    """Raises Refusal("unit_unknown") for a unit outside the actor's part of the tree."""
    if not await is_within(session, actor, unit_id, today):
        raise Refusal("unit_unknown")


async def units_of(session: AsyncSession, actor: Actor, default: str, today: date) -> Units:
    """Those of today within the actor's own part of the tree. Raises Refusal("unit_unknown")."""
    await check_unit(session, actor, default, today)
    mine = await queries.subtree(session, actor.unit, today) if actor.unit is not None else None
    by_code: dict[str, str] = {}
    by_name: dict[str, str] = {}
    twice = set()
    for unit in await session.scalars(queries.valid_on(today)):
        if mine is not None and unit.id not in mine:
            continue
        by_code[unit.code] = unit.id
        name = fold(unit.name)
        twice |= {name} & by_name.keys()
        by_name[name] = unit.id
    return Units(default, by_code, by_name, frozenset(twice))
