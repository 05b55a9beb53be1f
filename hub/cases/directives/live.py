"""Directives on the spot: what a live session does through `Desk`. Rights are the caller's business."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.cases import reach
from hub.cases.deadlines import complained_about
from hub.cases.directives.record import record
from hub.cases.directives.states import ACTS, ISSUE, PREFIX, Side, State
from hub.cases.errors import Refusal
from hub.cases.models import NAME_LENGTH, Case, Directive, DirectiveUnit
from hub.cases.rules import CaseKind
from hub.people.actor import Actor
from hub.units import queries
from hub.units.models import Unit

if TYPE_CHECKING:
    from hub.cases.desk import Desk


async def issue(
    desk: "Desk",
    case: Case,
    parts: Iterable[tuple[Unit, Side]],
    *,
    text: str,
    due: date,
    by: Actor,
    answer_on: date | None = None,
    period: str | None = None,
) -> Directive:
    """Record a directive; the directed units come within sight of the case. The first unit leads. Who
    denounces is masked in the text. Raises Refusal("denounced_unit").
    """
    parts = list(parts)
    await refuse_denounced(desk, case, [unit.id for unit, _ in parts])
    if case.kind == CaseKind.DENUNCIATION or await desk.is_sealed(case.id):
        text = await desk.unnamed(case, text)
    directive = Directive(
        id=desk.new_id(),
        case_id=case.id,
        text=text,
        due=due,
        due_period=period,
        state=State.ISSUED.value,
        issued_unit_id=by.unit or (await queries.chain(desk.session, case.unit_id, desk.today))[-1].id,
        issued_at=desk.now,
        issued_by_key=by.key,
        issued_by_name=by.name[:NAME_LENGTH],
        answer_on=answer_on,
    )
    desk.session.add(directive)
    await desk.session.flush()
    told = []
    for unit, side in parts:
        desk.session.add(DirectiveUnit(directive_id=directive.id, unit_id=unit.id, part=side.value))
        await reach.direct(desk.session, case.id, unit.id)
        told.append({"unit": unit.id, "name": unit.name, "part": side.value})
    await desk.session.flush()
    data = {"text": text, "due": period or due.isoformat(), "units": told}
    await record(desk, case, directive, ISSUE, by=by, data=data)
    return directive


async def refuse_denounced(desk: "Desk", case: Case, unit_ids: Iterable[str]) -> None:
    """A denunciation is carried out by none of those whom it is against. Raises Refusal("denounced_unit")."""
    if case.kind != CaseKind.DENUNCIATION:
        return
    if not (await complained_about(desk.session, case.id)).isdisjoint(unit_ids):
        raise Refusal("denounced_unit")


async def withdraw(desk: "Desk", directive_id: str, why: str | None) -> None:
    """Take a directive back, or (`why` None) let it hold again. Whose sight the case came into stays so.
    Raises Refusal("directive_unknown").
    """
    case, directive = await locked(desk, directive_id)
    directive.withdrawn_at = desk.now if why is not None else None
    directive.withdrawn_why = await desk.unnamed(case, why) if why is not None else None
    data = {"reason": why} if why is not None else {}
    await record(desk, case, directive, "restore" if why is None else "withdraw", by=desk.by, data=data)


async def acknowledge(desk: "Desk", directive_id: str, unit_id: str, by: Actor, how: str = "room") -> None:
    """A unit acknowledges. Raises Refusal directive_unknown, not_your_unit, already_acknowledged,
    directive_state (it is closed).
    """
    case, directive = await locked(desk, directive_id)
    part = await desk.session.get(DirectiveUnit, (directive_id, unit_id))
    if part is None or part.part == Side.WATCH:
        raise Refusal("not_your_unit")
    if part.acknowledged_at is not None:
        raise Refusal("already_acknowledged")
    if directive.state == State.CLOSED:
        raise Refusal(
            "directive_state",
            standing=directive.state,
            act=PREFIX + "acknowledge",
            basis=ACTS["acknowledge"].basis,
        )
    await deliver(desk, case, directive, part, by=by, how=how)
    await mark_acknowledged(desk, case, directive, part, by=by)


async def mark_acknowledged(
    desk: "Desk", case: Case, directive: Directive, part: DirectiveUnit, *, by: Actor, how: str = ""
) -> None:
    """Write down that a unit acknowledged; `how`, where the issuing office writes it down for them."""
    part.acknowledged_at = desk.now
    part.acknowledged_by = by.name[:NAME_LENGTH]
    unit = await queries.get(desk.session, part.unit_id)
    data = {"unit_name": unit.name if unit is not None else ""} | ({"how": how} if how else {})
    await record(desk, case, directive, "acknowledge", by=by, part=part, data=data)


async def deliver(
    desk: "Desk", case: Case, directive: Directive, part: DirectiveUnit, *, by: Actor, how: str
) -> None:
    """Somebody of the unit has it now; a second time says nothing new. The case's history stays silent: a
    look is no act in it.
    """
    if part.delivered_at is not None:
        return
    part.delivered_at, part.delivered_how = desk.now, how
    await record(desk, case, directive, "deliver", by=by, part=part, data={"how": how}, aloud=False)


async def deliver_here(desk: "Desk", directive_id: str, unit_ids: Iterable[str], by: Actor) -> None:
    """The rooms of these units are connected and have it on their screens."""
    case, directive = await locked(desk, directive_id)
    here = DirectiveUnit.directive_id == directive_id, DirectiveUnit.unit_id.in_(list(unit_ids))
    for part in list(await desk.session.scalars(select(DirectiveUnit).where(*here))):
        await deliver(desk, case, directive, part, by=by, how="room")


async def locked(desk: "Desk", directive_id: str) -> tuple[Case, Directive]:
    """A directive, with its case locked: all who write about one case wait for each other in one order.
    Raises Refusal("directive_unknown").
    """
    directive = await desk.session.get(Directive, directive_id)
    if directive is None:
        raise Refusal("directive_unknown")
    case = await desk.case(directive.case_id, lock=True)
    await desk.session.refresh(directive)
    return case, directive
