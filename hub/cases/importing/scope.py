"""The units that a register may be brought in for, as its rows name them."""

from collections import defaultdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.errors import Refusal
from hub.cases.importing.rows import Named, Units
from hub.people.actor import Actor
from hub.units import queries
from hub.units.fold import fold
from hub.units.ladder import successions
from hub.units.models import Unit


async def is_within(session: AsyncSession, actor: Actor, unit_id: str, today: date) -> bool:
    """Whether a unit is in the actor's part of the tree, as that is today."""
    chain = [unit.id for unit in await queries.chain(session, unit_id, today)]
    return bool(chain) and (actor.unit is None or actor.unit in chain)


async def check_unit(session: AsyncSession, actor: Actor, unit_id: str, today: date) -> None:
    """Raises Refusal("unit_unknown") for a unit outside the actor's part of the tree."""
    if not await is_within(session, actor, unit_id, today):
        raise Refusal("unit_unknown")


async def units_of(session: AsyncSession, actor: Actor, default: str, today: date) -> Units:
    """Those of all times whose work is carried on within the actor's own part of the tree. Raises
    Refusal("unit_unknown")."""
    await check_unit(session, actor, default, today)
    mine = await queries.subtree(session, actor.unit, today) if actor.unit is not None else None
    known = await successions(session)
    by_code: dict[str, list[Named]] = defaultdict(list)
    by_name: dict[str, list[Named]] = defaultdict(list)
    for unit in await session.scalars(select(Unit)):
        if mine is not None and not known.heirs(unit.id, today) & mine:
            continue
        heir = known.heir(unit.id, today).unit
        if mine is not None and heir is not None and heir not in mine:
            continue
        named = Named(known.spans[unit.id], heir)
        by_code[unit.code].append(named)
        by_name[fold(unit.name)].append(named)
    return Units(default, by_code, by_name, today)
