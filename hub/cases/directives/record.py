"""The history of a directive: everything that changes it adds an act, and its case's history tells it too."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.directive_tables import DirectiveAct
from hub.cases.directives.states import PREFIX, Done, State, next_state
from hub.cases.models import NAME_LENGTH, Case, Directive, DirectiveUnit
from hub.people.actor import Actor

if TYPE_CHECKING:
    from hub.cases.desk import Desk

MOST_ACTS: Final = 2000
"""Read of one case; more is no directive any more."""


async def record(
    desk: "Desk",
    case: Case,
    directive: Directive,
    act: str,
    *,
    by: Actor,
    part: DirectiveUnit | None = None,
    on: date | None = None,
    data: Mapping[str, Any] | None = None,
    aloud: bool = True,
) -> DirectiveAct:
    """Add an act and move the directive's state. The case is locked by the caller. Who asks is masked in
    `data`, as in the case's history. `aloud`: the case's history tells it too.
    """
    kept = await _masked(desk, case, dict(data or {}))
    lead = part is not None and part.part == "lead"
    row = DirectiveAct(
        id=desk.new_id(),
        directive_id=directive.id,
        n=1 + (await desk.session.scalar(_highest(directive.id)) or 0),
        at=desk.now,
        on=on or desk.today,
        act=act,
        by_key=by.key,
        by_name=by.name[:NAME_LENGTH],
        unit_id=by.unit,
        part_unit_id=part.unit_id if part is not None else None,
        lead=lead,
        data=kept,
    )
    desk.session.add(row)
    directive.state = next_state(State(directive.state), act, lead=lead).value
    await desk.session.flush()
    if aloud:
        told = {**kept, "directive": directive.id}
        await desk.record(case, PREFIX + act, by=by, on=row.on, data=told)
    return row


async def acts_of(session: AsyncSession, case_id: str) -> list[DirectiveAct]:
    """The acts of all directives of a case, in the order they were recorded."""
    wanted = select(DirectiveAct).join(Directive, Directive.id == DirectiveAct.directive_id)
    wanted = wanted.where(Directive.case_id == case_id).order_by(DirectiveAct.directive_id, DirectiveAct.n)
    return list(await session.scalars(wanted.limit(MOST_ACTS)))


def done(acts: list[DirectiveAct]) -> list[Done]:
    """The acts as the rules read them."""
    return [Done(each.act, each.lead) for each in acts]


async def _masked(desk: "Desk", case: Case, data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in data.items():
        found[name] = await desk.unnamed(case, value) if isinstance(value, str) else value
    return found


def _highest(directive_id: str) -> Any:
    return select(func.max(DirectiveAct.n)).where(DirectiveAct.directive_id == directive_id)
