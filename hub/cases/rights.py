"""Who may see a case, and who may work on it: the one place, asked by lists, counts, search, exports,
documents, directives, pages and live events alike.

A right follows from four things: the role, the unit's place in the tree, a directive or a former charge (the
case's *reach*), the kind, and whom the case is against. It stands twice, as a condition for the database
(`visible`) and in Python (`may_see`); a test holds the two together. What may not be seen answers as if it
were not there.
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.act_tables import ComplainedUnit
from hub.cases.errors import Refusal
from hub.cases.models import Case, CaseReach
from hub.cases.rules import CaseKind
from hub.people.actor import HUB, Actor
from hub.people.roles import Role

VAULT_KEEPERS: Final = frozenset({Role.CHAIR, Role.RECEPTION})
"""Roles that may ask to see who denounces, and that may say yes to somebody else who asks."""

AUDITORS: Final = frozenset({Role.CHAIR, Role.SUPERVISOR})
"""Roles that may read who looked at whose personal data, for the cases within their sight."""


def reads_kind(actor: Actor, kind: str) -> bool:
    """Whether this actor reads cases of that kind at all, within their unit's sight.

    Denunciations are for the staff who work on them only. Rooms and point leaders never: a room is a public
    place, and its leader may be the one who is denounced.
    """
    if actor.key == HUB.key:
        return True
    if kind == CaseKind.DENUNCIATION:
        return actor.is_staff
    return actor.is_room or actor.reads_cases


def may_see(actor: Actor, kind: str, reach: Collection[str], against: Collection[str] = ()) -> bool:
    """Whether the actor may know that a case exists. `reach`: ids of the units within whose sight it is;
    `against`: those that it complains about. A unit never reads a denunciation of itself: the one above
    decides it (Law 25/2018 Art. 12).
    """
    if not reads_kind(actor, kind):
        return False
    if actor.unit is None:
        return not actor.is_room  # a role for the whole hub; a room always has a unit
    if kind == CaseKind.DENUNCIATION and actor.unit in against:
        return False
    return actor.unit in reach


def reads_any(actor: Actor, kind: str) -> bool:
    """Whether any case of that kind can be theirs to see. No case has a kind that is none."""
    return any(kind == each.value and reads_kind(actor, each) for each in CaseKind)


def visible(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Case` that says what `may_see` says."""
    kinds = [kind.value for kind in CaseKind if reads_kind(actor, kind)]
    if not kinds or (actor.unit is None and actor.is_room):
        return false()
    standing = Case.voided_on.is_(None)
    allowed = standing if len(kinds) == len(CaseKind) else and_(standing, Case.kind.in_(kinds))
    if actor.unit is None:
        return allowed
    in_reach = exists().where(CaseReach.case_id == Case.id, CaseReach.unit_id == actor.unit)
    if CaseKind.DENUNCIATION.value not in kinds:
        return and_(allowed, in_reach)
    denounced = exists().where(ComplainedUnit.case_id == Case.id, ComplainedUnit.unit_id == actor.unit)
    return and_(allowed, in_reach, or_(Case.kind != CaseKind.DENUNCIATION.value, ~denounced))


async def seen(session: AsyncSession, actor: Actor, case_id: str, *, lock: bool = False) -> Case:
    """The case, for somebody who may see it. Raises Refusal("case_unknown") when it is not there and when it
    is not theirs to see.
    """
    wanted = select(Case).where(Case.id == case_id, visible(actor))
    found: Case | None = await session.scalar(wanted.with_for_update(of=Case) if lock else wanted)
    if found is None:
        raise Refusal("case_unknown")
    return found


async def worked_on(session: AsyncSession, actor: Actor, case_id: str, *, lock: bool = False) -> Case:
    """The case, for staff of the unit in charge or of one above it. A directive brings a case within sight
    and answers for itself; it gives nobody the file to work on. Nor does having been in charge.

    Raises Refusal case_unknown (see `seen`), not_allowed (they may see it, and no more).
    """
    case = await seen(session, actor, case_id, lock=lock)
    if not await works_on(session, actor, case):
        raise Refusal("not_allowed")
    return case


async def is_against(session: AsyncSession, actor: Actor, case_id: str) -> bool:
    """Whether the case complains about the actor's own unit, whatever its kind is by now."""
    if actor.unit is None:
        return False
    said = ComplainedUnit.case_id == case_id, ComplainedUnit.unit_id == actor.unit
    return await session.scalar(select(ComplainedUnit.unit_id).where(*said)) is not None


async def works_on(session: AsyncSession, actor: Actor, case: Case) -> bool:
    """Whether somebody who sees the case may work on it, too: see `worked_on`."""
    if actor.key == HUB.key or (actor.is_staff and actor.unit is None):
        return True
    own = select(CaseReach.case_id).where(CaseReach.case_id == case.id, CaseReach.unit_id == actor.unit)
    return actor.is_staff and await session.scalar(own.where(CaseReach.directed.is_(False))) is not None


def keeps_vault(actor: Actor) -> bool:
    """Whether the actor may ask to see who denounces, or agree that another one does. For named persons
    only: never the hub itself, never a room.
    """
    return not actor.is_room and actor.key != HUB.key and bool(actor.roles & VAULT_KEEPERS)
