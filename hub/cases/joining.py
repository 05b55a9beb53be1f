"""Two files about one matter, joined and parted by a person; each shows the other. Rights are the caller's
business.
"""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.act_tables import CaseJoin
from hub.cases.desk import Desk
from hub.cases.errors import Refusal
from hub.cases.likeness import Likeness, likeness
from hub.cases.models import NAME_LENGTH, Case

MOST_JOINS = 50
MOST_COMPARED = 300
MOST_SUGGESTED = 5


async def join(desk: Desk, case: Case, other: Case) -> None:
    """Join both ways. Raises Refusal join_self, join_again, joins_full."""
    if case.id == other.id:
        raise Refusal("join_self")
    if await desk.session.get(CaseJoin, (case.id, other.id)) is not None:
        raise Refusal("join_again")
    for one, two in ((case, other), (other, case)):
        if len(await joined_to(desk.session, one.id)) >= MOST_JOINS:
            raise Refusal("joins_full", n=MOST_JOINS)
        name = desk.by.name[:NAME_LENGTH]
        desk.session.add(CaseJoin(case_id=one.id, other_id=two.id, at=desk.now, by_name=name))
    await desk.session.flush()
    await _tell(desk, case, other, "join")


async def part(desk: Desk, case: Case, other: Case) -> None:
    """Part them again. Raises Refusal("case_unknown") when they are not joined."""
    if await desk.session.get(CaseJoin, (case.id, other.id)) is None:
        raise Refusal("case_unknown")
    for one, two in ((case, other), (other, case)):
        pair = (CaseJoin.case_id == one.id) & (CaseJoin.other_id == two.id)
        await desk.session.execute(delete(CaseJoin).where(pair))
    await _tell(desk, case, other, "part")


async def joined_to(session: AsyncSession, case_id: str) -> list[str]:
    """Ids of the cases joined to one, in the order they were joined."""
    wanted = select(CaseJoin.other_id).where(CaseJoin.case_id == case_id)
    return list(await session.scalars(wanted.order_by(CaseJoin.at, CaseJoin.other_id)))


async def alike(session: AsyncSession, case: Case) -> list[tuple[str, Likeness]]:
    """Cases that may be about the same matter, the likeliest first: of the same unit and field, among the
    latest 300, without those joined. The caller leaves out what its reader may not see.
    """
    same = select(Case.id, Case.title).where(
        Case.unit_id == case.unit_id,
        Case.field == case.field,
        Case.id != case.id,
        Case.voided_on.is_(None),
    )
    latest = same.order_by(Case.received_at.desc()).limit(MOST_COMPARED)
    joined = set(await joined_to(session, case.id))
    found = []
    for other, title in await session.execute(latest):
        like = likeness(case.title, title)
        if like is not None and other not in joined:
            found.append((other, like))
    return sorted(found, key=lambda each: -each[1].share)


async def _tell(desk: Desk, case: Case, other: Case, act: str) -> None:
    for one, two in sorted(((case, other), (other, case)), key=lambda pair: pair[0].id):
        await desk.record(one, act, data={"other": two.id})
