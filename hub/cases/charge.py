"""Which unit is in charge of a case, now and on earlier days.

Every case has exactly one: `Case.unit_id`. Those before it stand in `former_charges`, so that a question
about an earlier day is answered as it was then: a report about 2024 counts by the units of 2024.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.charge_tables import FormerCharge
from hub.cases.models import Case
from hub.units.local_day import VIETNAM, local_day
from hub.units.models import Unit

CHUNK = 400
"""Ids in one statement: SQLite takes at most 999 values in older versions."""


TOLD: Final = ("origin", "origin_code", "origin_name", "unit", "unit_code", "unit_name")
"""What an act by which a case passes from one unit to another says."""


@dataclass(frozen=True, slots=True)
class Charge:
    """A unit in charge of a case from `since` to the day before `until` (None: it is now)."""

    unit: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Handed:
    """A case passes from one unit to another by its act number `n`."""

    case: str
    n: int
    origin: str
    target: str
    on: date


def in_charge_on(day: date) -> ColumnElement[str]:
    """The id of the unit in charge of the case of the surrounding query, at the end of that day."""
    former = (
        select(FormerCharge.unit_id)
        .where(FormerCharge.case_id == Case.id, FormerCharge.since <= day, FormerCharge.until > day)
        .correlate(Case)
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(former, Case.unit_id)


def received_within(first: date, last: date) -> ColumnElement[bool]:
    """Whether a case was received on these days, in Vietnam, both included."""
    begin = datetime.combine(first, time.min, VIETNAM)
    end = datetime.combine(last, time.max, VIETNAM)
    return and_(Case.received_at >= begin, Case.received_at <= end)


async def tally(
    session: AsyncSession, first: date, last: date, visible: ColumnElement[bool] | None = None
) -> dict[str, int]:
    """How many of the cases received from `first` to `last` each unit was in charge of on `last`, by the id
    of the unit of that day; `visible` narrows it to what somebody may see.
    """
    unit = in_charge_on(last).label("unit")
    rows = select(Case.id.label("id"), unit).where(received_within(first, last))
    wanted = rows.where(true() if visible is None else visible).subquery()
    counted = select(wanted.c.unit, func.count()).group_by(wanted.c.unit)
    return {unit_id: int(count) for unit_id, count in await session.execute(counted)}


async def charges_of(session: AsyncSession, found: Case) -> list[Charge]:
    """The units that were and are in charge of a case, the first one first."""
    wanted = select(FormerCharge).where(FormerCharge.case_id == found.id).order_by(FormerCharge.n)
    former = [Charge(each.unit_id, each.since, each.until) for each in await session.scalars(wanted)]
    since = former[-1].until if former else local_day(found.received_at)
    return [*former, Charge(found.unit_id, since or local_day(found.received_at), None)]


async def former_units(session: AsyncSession, found: Case, day: date) -> set[str]:
    """Ids of the units that were in charge before and stand on that day."""
    wanted = select(FormerCharge.unit_id).join(Unit, Unit.id == FormerCharge.unit_id)
    stands = or_(Unit.valid_to.is_(None), Unit.valid_to > day)
    return set(await session.scalars(wanted.where(FormerCharge.case_id == found.id, stands)))


async def pass_on(session: AsyncSession, found: Case, unit_id: str, *, n: int, on: date) -> None:
    """Put another unit in charge: the only way to. `n` is the number of the act that does it, recorded
    before. Within whose sight the case is then is the business of `hub.cases.reach`.
    """
    if unit_id == found.unit_id:
        return
    await write(session, [Handed(found.id, n, found.unit_id, unit_id, on)])
    await session.refresh(found, ["unit_id"])


async def redate(session: AsyncSession, found: Case, n: int, on: date) -> None:
    """A case passed by its act number `n` on another day than was recorded."""
    wanted = select(FormerCharge).where(FormerCharge.case_id == found.id, FormerCharge.n >= n)
    rows = list(await session.scalars(wanted.order_by(FormerCharge.n).limit(2)))
    if not rows or rows[0].n != n:
        return
    rows[0].until = max(on, rows[0].since)
    if len(rows) > 1:
        rows[0].until = rows[1].since = min(rows[0].until, rows[1].until)
    await session.flush()


def told(origin: Unit, target: Unit) -> dict[str, str]:
    """Who passes to whom, as history tells it when names have changed again: see `TOLD`."""
    parts = (origin.id, origin.code, origin.name, target.id, target.code, target.name)
    return dict(zip(TOLD, parts, strict=True))


async def write(session: AsyncSession, handed: Sequence[Handed]) -> None:
    """Put other units in charge of many cases at once; their acts are recorded by the caller."""
    since = await since_of(session, [each.case for each in handed])
    rows = [
        {
            "case_id": each.case,
            "n": each.n,
            "unit_id": each.origin,
            "since": since[each.case],
            "until": max(each.on, since[each.case]),
        }
        for each in handed
    ]
    if rows:
        await session.execute(insert(FormerCharge), rows)
    targets: dict[str, list[str]] = {}
    for each in handed:
        targets.setdefault(each.target, []).append(each.case)
    for target, ids in sorted(targets.items()):
        for some in chunks(ids):
            passed = update(Case).where(Case.id.in_(some)).values(unit_id=target)
            await session.execute(passed.execution_options(synchronize_session=False))


def chunks(ids: Sequence[str]) -> list[Sequence[str]]:
    """The ids in pieces that fit into one statement."""
    return [ids[at : at + CHUNK] for at in range(0, len(ids), CHUNK)]


async def since_of(session: AsyncSession, ids: Sequence[str]) -> dict[str, date]:
    """The day since which the present unit is in charge of each case."""
    found: dict[str, date] = {}
    for some in chunks(ids):
        last = select(FormerCharge.case_id, func.max(FormerCharge.until).label("until"))
        last = last.where(FormerCharge.case_id.in_(some)).group_by(FormerCharge.case_id)
        untils = {row.case_id: row.until for row in await session.execute(last)}
        received = select(Case.id, Case.received_at).where(Case.id.in_(some))
        for row in await session.execute(received):
            found[row.id] = untils.get(row.id) or local_day(row.received_at)
    return found
