"""Reading cases and directives for callers that hold a session and have checked the right to see them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.directive_tables import DirectiveLetter
from hub.cases.directives.states import State
from hub.cases.info import CaseInfo, DirectedUnit, DirectiveInfo
from hub.cases.models import Case, CaseReach, Directive, DirectiveUnit, Petitioner, SealedPetitioner
from hub.cases.rules import CaseKind, due
from hub.cases.vault import Person
from hub.units.models import Unit

PARTS = ("lead", "support", "watch")
"""In the order they are listed."""


async def reach(session: AsyncSession, case_id: str) -> frozenset[str]:
    """Ids of the units within whose sight the case is."""
    found = await session.scalars(select(CaseReach.unit_id).where(CaseReach.case_id == case_id))
    return frozenset(found)


async def infos(session: AsyncSession, cases: Sequence[Case]) -> list[CaseInfo]:
    """Cases as callers get them, in the same order, in a fixed number of queries. Nobody is named in them:
    whoever needs to know asks for one case and is recorded (`Cases.look`).
    """
    found = await _infos(session, cases)
    return [replace(info, petitioners=()) for info in found]


async def info_with_people(session: AsyncSession, case: Case) -> CaseInfo:
    """One case with who asks in it, unless that is sealed. The caller records the look."""
    return (await _infos(session, [case]))[0]


async def _infos(session: AsyncSession, cases: Sequence[Case]) -> list[CaseInfo]:
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
    for part in sorted(parts, key=lambda part: (PARTS.index(part.part), units[part.unit_id].code)):
        directed[part.directive_id].append(_directed(part, units[part.unit_id]))
    urged = await _urged(session, ids)
    told = [_directive(each, cases[each.case_id], tuple(directed[each.id]), today) for each in found]
    return [replace(each, urged=urged.get(each.id, 0)) for each in told]


async def _urged(session: AsyncSession, ids: Collection[str]) -> dict[str, int]:
    """How many urging letters went out about each."""
    counted = select(DirectiveLetter.directive_id, func.count()).group_by(DirectiveLetter.directive_id)
    rows = await session.execute(counted.where(DirectiveLetter.directive_id.in_(ids)))
    return {str(directive): int(count) for directive, count in rows}


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
        state=case.state,
        due_on=case.due_on,
        due_rule=case.due_rule,
        version=case.version,
    )


def _directed(part: DirectiveUnit, unit: Unit) -> DirectedUnit:
    is_lead = part.part == "lead"
    return DirectedUnit(
        unit=unit.id,
        code=unit.code,
        name=unit.name,
        lead=is_lead,
        acknowledged_at=part.acknowledged_at,
        acknowledged_by=part.acknowledged_by,
        part=part.part,
        delivered_at=part.delivered_at,
        delivered_how=part.delivered_how,
    )


def _directive(
    directive: Directive, case: Case, units: tuple[DirectedUnit, ...], today: date
) -> DirectiveInfo:
    promised = directive.answer_on if directive.state == State.ACCEPTED else None
    owed_by = promised or directive.due  # what is owed next: the report, then the answer
    return DirectiveInfo(
        id=directive.id,
        case_id=case.id,
        case_number=case.number,
        case_title=case.title,
        text=directive.text,
        due=directive.due,
        days_left=(owed_by - today).days,
        standing=due(owed_by, today),
        issued_at=directive.issued_at,
        issued_by=directive.issued_by_name,
        units=units,
        state=directive.state,
        due_period=directive.due_period,
        withdrawn_why=(directive.withdrawn_why or "") if directive.withdrawn_at is not None else None,
        issued_unit=directive.issued_unit_id,
        answer_on=directive.answer_on,
        case_kind=case.kind,
    )
