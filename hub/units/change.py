"""Writing who carries on whom. For callers that hold a session; `hub.units.ladder` reads it back."""

import asyncio

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from hub.store.database import Database
from hub.units.importer import known_units
from hub.units.ladder import read_links
from hub.units.models import UnitSuccession
from hub.units.succession import Link
from hub.units.succession_list import SuccessionPlan, plan_successions, read_successions


class NoSuccessor(Exception):
    """The unit named is none of those that carry on the other."""


async def import_successions(
    db: Database, content: bytes, *, write: bool = False, skip_bad: bool = False
) -> SuccessionPlan:
    """Check a list against the tree and, with `write`, store it in one transaction.

    A list with problems is not written, unless `skip_bad`: then its good rows are.
    """
    read = await asyncio.to_thread(read_successions, content)
    if not write:
        async with db.read() as session:
            return plan_successions(read, await known_units(session), await read_links(session))
    async with db.begin() as work:
        plan = plan_successions(read, await known_units(work.session), await read_links(work.session))
        if not plan.problems or (skip_bad and plan.whole):
            for link in (*plan.new, *plan.changed):
                await work.session.merge(_row(link))
            plan.written = True
        return plan


async def choose_main(session: AsyncSession, unit_id: str, successor_id: str) -> None:
    """Of several successors, this one takes over what is open. Raises NoSuccessor."""
    pairs = update(UnitSuccession).where(UnitSuccession.unit_id == unit_id)
    if await session.get(UnitSuccession, (unit_id, successor_id)) is None:
        raise NoSuccessor
    await session.execute(pairs.values(main=False))
    await session.execute(pairs.where(UnitSuccession.successor_id == successor_id).values(main=True))


def _row(link: Link) -> UnitSuccession:
    return UnitSuccession(unit_id=link.unit, successor_id=link.successor, valid_from=link.on, main=link.main)
