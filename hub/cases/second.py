"""The second instance of a complaint: which unit decides it, and how the case passes to it and back.

The head of the unit above decides about the first decision (Law 02/2011 Art. 17–21), so the unit that made it
keeps the case in sight and works on it no more. Rights are the caller's business.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import and_, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from hub.cases import charge, deadlines, reach
from hub.cases.act_tables import CaseAct
from hub.cases.charge_tables import FormerCharge
from hub.cases.desk import Desk
from hub.cases.directives.conditions import is_open
from hub.cases.errors import Refusal
from hub.cases.life import ACTS
from hub.cases.models import Case, Directive
from hub.units import queries
from hub.units.models import Unit

SECOND: Final = "receive_second"
DECIDER: Final = "decider"
"""The field that names the unit, by its id."""


async def deciders(session: AsyncSession, case: Case, day: date) -> list[Unit]:
    """The units that may decide it in second instance, the nearest first: those above the unit in charge that
    the petition is not against; the topmost where it is against all of them. Empty at the top of the
    tree: whoever is above is none of the hub's, and the case stays where it is.
    """
    here = await queries.who(session, await session.get_one(Unit, case.unit_id), day)
    against = await deadlines.complained_about(session, case.id)
    chain = await queries.chain(session, here.id, day)
    above = [unit for unit in chain[1:] if unit.valid_to is None or day < unit.valid_to]
    clear = [unit for unit in above if unit.id not in against]
    if not above and here.id != case.unit_id:
        return [here]  # a closed case stays with a unit that is no more
    return clear or above[-1:]


async def decided_first(session: AsyncSession, case_ids: Iterable[str]) -> dict[str, set[str]]:
    """Of these cases, those that passed to the second instance, with the units that had them before."""
    found: dict[str, set[str]] = {}
    later = aliased(CaseAct)
    undone = exists().where(later.case_id == CaseAct.case_id, later.corrects == CaseAct.n)
    for some in charge.chunks(sorted(case_ids)):
        passed = select(FormerCharge.case_id, FormerCharge.unit_id).join(
            CaseAct, and_(CaseAct.case_id == FormerCharge.case_id, FormerCharge.n <= CaseAct.n)
        )
        standing = FormerCharge.case_id.in_(some), CaseAct.act == SECOND, ~undone
        for case_id, unit_id in await session.execute(passed.where(*standing)):
            found.setdefault(case_id, set()).add(unit_id)
    return found


async def chosen(
    session: AsyncSession, case: Case, act: str, given: Mapping[str, Any], day: date
) -> Unit | None:
    """The unit that the case passes to by an act: the one named, or the nearest. None: it stays. Raises
    Refusal("act_field") for one that is none of `deciders`.
    """
    if act != SECOND:
        return None
    may, named = await deciders(session, case, day), given.get(DECIDER)
    if not named:
        return next(iter(may), None)
    found = next((unit for unit in may if unit.id == named), None)
    if found is None:
        raise Refusal("act_field", act=act, field=DECIDER, basis=ACTS[act].basis)
    return found


async def told(session: AsyncSession, case: Case, unit: Unit) -> dict[str, str]:
    """What history says of it."""
    origin = await session.get_one(Unit, case.unit_id)
    return {DECIDER: unit.id, **charge.told(origin, unit)}


async def hand_over(desk: Desk, case: Case, unit_id: str, act: CaseAct) -> None:
    """The case passes to a unit by an act, which is recorded, on its day; and with it what is still to be
    reported to units that work on it no more.
    """
    await charge.pass_on(desk.session, case, unit_id, n=act.n, on=act.on)
    chain = [unit.id for unit in await queries.chain(desk.session, unit_id, desk.today)]
    await reach.move(desk.session, case.id, chain)
    owed = Directive.case_id == case.id, is_open(), Directive.issued_unit_id.not_in(chain)
    await desk.session.execute(update(Directive).where(*owed).values(issued_unit_id=unit_id))


async def hand_back(desk: Desk, case: Case, second: CaseAct, annulled: CaseAct) -> None:
    """The act that passed it on is taken back: the former unit, or who carries it on, is in charge again."""
    origin = second.data.get("origin")
    if origin is not None:
        unit = await queries.who(desk.session, await desk.session.get_one(Unit, origin), desk.today)
        await hand_over(desk, case, unit.id, annulled)


def kept(second: CaseAct, data: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a corrected act, with what was said of the units. Raises Refusal("data_bad") for another
    unit: the act is annulled and done anew then, so that the days of each in charge stay true.
    """
    if data.get(DECIDER) not in (None, second.data.get(DECIDER)):
        raise Refusal("data_bad", field=DECIDER)
    said = {name: each for name, each in second.data.items() if name in (DECIDER, *charge.TOLD)}
    return {**data, **said}
