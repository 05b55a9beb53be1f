"""What somebody is to a directive: on the side that issued it, or of a directed unit."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.directives.states import Side
from hub.cases.models import Directive, DirectiveUnit
from hub.people.actor import HUB, Actor
from hub.people.roles import STAFF, Role
from hub.units import queries

ANSWERING: Final = STAFF | {Role.POINT_LEADER, Role.POINT_CLERK, Role.ADVISER}
"""Roles that answer for their unit. A supervisor reads."""


async def sides(
    session: AsyncSession, actor: Actor, directive: Directive, parts: Iterable[DirectiveUnit], day: date
) -> frozenset[Side]:
    """What the actor is to the directive; the caller has checked that they may see its case."""
    found = {Side(part.part) for part in parts if answers_for(actor, part.unit_id)}
    if await is_issuer(session, actor, directive.issued_unit_id, day):
        found.add(Side.ISSUER)
    return frozenset(found)


def answers_for(actor: Actor, unit_id: str) -> bool:
    """Whether the actor answers for that unit."""
    return actor.unit == unit_id and (actor.is_room or bool(actor.roles & ANSWERING))


async def is_issuer(session: AsyncSession, actor: Actor, issued_unit_id: str, day: date) -> bool:
    """Whether the actor is staff of the unit that issued, or of one above it on that day."""
    if actor.key == HUB.key:
        return True
    if not actor.is_staff:
        return False
    if actor.unit is None or actor.unit == issued_unit_id:
        return True
    return actor.unit in {unit.id for unit in await queries.chain(session, issued_unit_id, day)}
