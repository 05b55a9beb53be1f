"""Within whose sight a case is, when the tree of units changes. For callers that hold a session."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.charge import chunks
from hub.cases.models import Case, CaseReach
from hub.units import ladder as ladders
from hub.units.succession import Successions


async def stale(session: AsyncSession, ended: Iterable[str]) -> int:
    """How many cases are within sight of units that are no more."""
    found = 0
    for some in chunks(sorted(ended)):
        wanted = select(func.count(CaseReach.case_id.distinct())).where(CaseReach.unit_id.in_(some))
        found += await session.scalar(wanted) or 0
    return found


async def renew(session: AsyncSession, ended: Sequence[str], day: date, known: Successions) -> None:
    """Bring all cases that units of the past could see within the sight of those who carry them on, and out
    of the sight of the past: of the unit in charge (or, of a closed case, who carries it on), of those above
    it on that day, and of the successors of units that were directed.

    A unit that nobody carries on keeps its sight, so that no case is lost from view.
    """
    ids: set[str] = set()
    for some in chunks(ended):
        wanted = select(CaseReach.case_id).where(CaseReach.unit_id.in_(some)).distinct()
        ids |= set(await session.scalars(wanted))
    ladder = await ladders.ladder(session, day, known)
    chains: dict[str, list[str]] = {}
    places: dict[str, list[str]] = {}
    for some in chunks(sorted(ids)):
        for row in await session.execute(select(Case.id, Case.unit_id).where(Case.id.in_(some))):
            if row.unit_id not in chains:
                chains[row.unit_id] = ladder.chain(known.heir(row.unit_id, day).unit or row.unit_id)
            places[row.id] = chains[row.unit_id]
    await place(session, places)
    for unit in ended:
        heir = known.heir(unit, day).unit
        if heir is not None:
            await _direct(session, unit, heir)


async def place(session: AsyncSession, places: Mapping[str, Sequence[str]]) -> None:
    """Put each case within sight of these units by their place in the tree, and of no others by it."""
    for some in chunks(sorted(places)):
        by_place = CaseReach.case_id.in_(some), CaseReach.directed.is_(False)
        await session.execute(delete(CaseReach).where(*by_place))
    rows = [
        {"case_id": case, "unit_id": unit, "directed": False}
        for case, chain in sorted(places.items())
        for unit in chain
    ]
    if rows:
        key = [CaseReach.case_id, CaseReach.unit_id]
        insert = _insert(session).on_conflict_do_update(index_elements=key, set_={"directed": False})
        await session.execute(insert, rows)


async def direct(session: AsyncSession, case_id: str, unit_id: str) -> None:
    """Bring a case within sight of a unit that has a part in a directive now."""
    row = {"case_id": case_id, "unit_id": unit_id, "directed": True}
    await session.execute(_insert(session).values(row).on_conflict_do_nothing())


async def move(session: AsyncSession, case_id: str, chain: Sequence[str]) -> None:
    """Put a case within sight of these units by their place in the tree. Who saw it so before goes on seeing
    it as one that was directed does, and works on it no more.
    """
    by_place = CaseReach.case_id == case_id, CaseReach.directed.is_(False)
    await session.execute(update(CaseReach).where(*by_place).values(directed=True))
    await place(session, {case_id: chain})


async def _direct(session: AsyncSession, unit: str, heir: str) -> None:
    directed = CaseReach.unit_id == unit, CaseReach.directed.is_(True)
    carried = select(CaseReach.case_id, literal(heir), literal(True)).where(*directed)
    insert = _insert(session).from_select(["case_id", "unit_id", "directed"], carried)
    await session.execute(insert.on_conflict_do_nothing())
    await session.execute(delete(CaseReach).where(*directed))


def _insert(session: AsyncSession) -> "sqlite.Insert | postgresql.Insert":
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(CaseReach)
    return sqlite.insert(CaseReach)
