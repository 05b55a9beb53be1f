"""Reading cases and directives for callers that hold a session and have checked the right to see them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.info import CaseInfo, DirectedUnit, DirectiveInfo
from hub.cases.models import Case, CaseReach, Directive, DirectiveUnit, Petitioner, SealedPetitioner
from hub.cases.rules import CaseKind, due
from hub.cases.vault import Person
from hub.units import queries
from hub.units.models import Unit


async def reach(session: AsyncSession, case_id: str) -> frozenset[str]:
    """Ids of the units within whose sight the case is."""
    found = await session.scalars(select(CaseReach.unit_id).where(CaseReach.case_id == case_id))
    return frozenset(found)


async def chain_of(session: AsyncSession, case_id: str) -> list[Unit]:
    """The unit in charge and those above it; empty for an unknown case."""
    case = await session.get(Case, case_id)
    return [] if case is None else await queries.chain(session, case.unit_id)


async def infos(session: AsyncSession, cases: Sequence[Case]) -> list[CaseInfo]:
    """Cases as callers get them, in the same order, in a fixed number of queries."""
    ids = [case.id for case in cases]
    units = await _units(session, {case.unit_id for case in cases})
    people = await _people(session, ids)
    sealed = await _sealed_persons(session, ids)
    return [_info(case, units[case.unit_id], people[case.id], sealed.get(case.id, 0)) for case in cases]


async def directives(session: AsyncSession, found: Sequence[Directive], today: date) -> list[DirectiveInfo]:
    """Directives with their units and how they stand today, in the same order."""
    ids = [directive.id for directive in found]
    of_directives = DirectiveUnit.directive_id.in_(ids)
    parts = list(await session.scalars(select(DirectiveUnit).where(of_directives)))
    units = await _units(session, {part.unit_id for part in parts})
    wanted = {directive.case_id for directive in found}
    cases = {case.id: case for case in await session.scalars(select(Case).where(Case.id.in_(wanted)))}
    directed: dict[str, list[DirectedUnit]] = defaultdict(list)
    for part in sorted(parts, key=lambda part: (part.part != "lead", units[part.unit_id].code)):
        directed[part.directive_id].append(_directed(part, units[part.unit_id]))
    return [_directive(each, cases[each.case_id], tuple(directed[each.id]), today) for each in found]


async def _units(session: AsyncSession, ids: Collection[str]) -> dict[str, Unit]:
    return {unit.id: unit for unit in await session.scalars(select(Unit).where(Unit.id.in_(ids)))}


async def _people(session: AsyncSession, case_ids: Collection[str]) -> dict[str, list[Petitioner]]:
    people: dict[str, list[Petitioner]] = defaultdict(list)
    wanted = select(Petitioner).where(Petitioner.case_id.in_(case_ids)).order_by(Petitioner.id)
    for person in await session.scalars(wanted):
        people[person.case_id].append(person)
    return people


async def _sealed_persons(session: AsyncSession, case_ids: Collection[str]) -> dict[str, int]:
    """How many denouncers: counting works without opening anything."""
    counted = select(SealedPetitioner.case_id, func.sum(SealedPetitioner.persons))
    counted = counted.where(SealedPetitioner.case_id.in_(case_ids)).group_by(SealedPetitioner.case_id)
    return {case_id: int(persons) for case_id, persons in await session.execute(counted)}


def _info(case: Case, unit: Unit, people: Sequence[Petitioner], sealed: int) -> CaseInfo:
    is_masked = case.kind == CaseKind.DENUNCIATION or sealed > 0
    shown = [] if is_masked else people
    return CaseInfo(
        id=case.id,
        number=case.number,
        kind=case.kind,
        field=case.field,
        unit=unit.id,
        unit_code=unit.code,
        unit_name=unit.name,
        title=case.title,
        summary=case.summary,
        times_heard=case.times_heard,
        received_at=case.received_at,
        persons=sealed + sum(person.persons for person in people),
        masked=is_masked,
        petitioners=tuple(Person(each.name, each.address, each.phone, each.persons) for each in shown),
    )


def _directed(part: DirectiveUnit, unit: Unit) -> DirectedUnit:
    is_lead = part.part == "lead"
    return DirectedUnit(unit.id, unit.code, unit.name, is_lead, part.acknowledged_at, part.acknowledged_by)


def _directive(
    directive: Directive, case: Case, units: tuple[DirectedUnit, ...], today: date
) -> DirectiveInfo:
    return DirectiveInfo(
        id=directive.id,
        case_id=case.id,
        case_number=case.number,
        case_title=case.title,
        text=directive.text,
        due=directive.due,
        days_left=(directive.due - today).days,
        standing=due(directive.due, today),
        issued_at=directive.issued_at,
        issued_by=directive.issued_by_name,
        units=units,
    )
