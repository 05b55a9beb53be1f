"""Directives on the spot: a chair issues, the directed units acknowledge."""

from datetime import date
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from hub.reception.acts.act import Act
from hub.reception.acts.texts import Code, Data, Id, NoteText, Why
from hub.reception.errors import Refusal
from hub.reception.events import Audience
from hub.reception.models import Point
from hub.reception.state import DirectiveState, Item, ItemStatus
from hub.reception.visibility import sees_directive
from hub.units import queries
from hub.units.models import Unit

MOST_SUPPORTING = 20


class IssueData(Data):
    """Who does what by when. Units by their official codes."""

    item: Id
    lead: Code
    supporting: Annotated[list[Code], Field(max_length=MOST_SUPPORTING)]
    text: NoteText
    due: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class DirectiveData(Data):
    """About one directive."""

    directive: Id


class WithdrawData(DirectiveData):
    """Which one, and why."""

    reason: Why


async def issue(act: Act, data: IssueData) -> None:
    """Issue a directive about an item that was called. Refuses due_past, unit_unknown, item_state,
    denounced_unit (the case denounces one of the units).
    """
    act.must_be_running()
    item = act.item(data.item)
    if item.status is ItemStatus.QUEUED:
        raise Refusal("item_state")
    due = _date(data.due)
    if due < act.today:
        raise Refusal("due_past")
    lead = await unit_of(act, data.lead)
    supporting = [await unit_of(act, code) for code in dict.fromkeys(data.supporting) if code != data.lead]
    await issue_to(act, item, lead, supporting, text=data.text, due=due)


async def withdraw(act: Act, data: WithdrawData) -> None:
    """Take a directive back, acknowledged or not: the units are told why, and it asks nothing of them any
    more.
    """
    directive = _own(act, data.directive, withdrawn=False)
    reason = await act.kept(act.state.items[directive.item], data.reason)
    withdraw_one(act, directive, reason)
    await act.desk.withdraw(directive.id, reason)


async def restore(act: Act, data: DirectiveData) -> None:
    """Take the taking back back."""
    directive = _own(act, data.directive, withdrawn=True)
    item = act.state.items[directive.item]
    act.emit("directive.restored", {"directive": directive.id, "item": item.id}, item=item)
    await act.desk.withdraw(directive.id, None)


def withdraw_one(act: Act, directive: DirectiveState, reason: str) -> None:
    """Say that a directive holds no more."""
    item = act.state.items[directive.item]
    gone = {"directive": directive.id, "item": item.id, "reason": reason}
    act.emit("directive.withdrawn", gone, item=item)


async def issue_to(
    act: Act,
    item: Item,
    lead: Unit,
    supporting: list[Unit],
    *,
    text: str,
    due: date,
    answer_on: date | None = None,
) -> str:
    """Record a directive and say so; its id. Refuses denounced_unit."""
    case = await act.desk.case(item.case["id"])
    if await act.desk.is_sealed(case.id):
        text = await act.desk.unnamed(case, text)
    directive = await act.desk.issue(
        case, lead, supporting, text=text, due=due, by=act.actor, answer_on=answer_on
    )
    units = [lead.id, *(unit.id for unit in supporting)]
    issued = {
        "directive": directive,
        "item": item.id,
        "case": case.id,
        "lead": lead.code,
        "lead_name": lead.name,
        "supporting": [unit.code for unit in supporting],
        "text": text,
        "due": due.isoformat(),
        "units": units,
    }
    act.emit("directive.issued", issued, item=item, unit=lead.id)
    await _deliver(act, item, directive, units)
    return directive


async def _deliver(act: Act, item: Item, directive: str, units: list[str]) -> None:
    """The rooms of directed units that are connected have it on their screens now."""
    if item.audience is Audience.CLOSED:
        return
    rooms = await act.session.execute(select(Point.id, Point.unit_id).where(Point.unit_id.in_(units)))
    here = [unit for point, unit in rooms if act.state.is_here(point)]
    if here:
        await act.desk.deliver_here(directive, here)


async def acknowledge(act: Act, data: DirectiveData) -> None:
    """A room of a directed unit acknowledges; also when the session is over. Refuses not_your_unit, also to
    whoever is of none.
    """
    directive = act.state.directives.get(data.directive)
    if directive is None or directive.withdrawn is not None:
        raise Refusal("directive_unknown")
    if not sees_directive(act.state, act.viewer, directive):
        raise Refusal("directive_unknown")
    if act.viewer.unit is None:
        raise Refusal("not_your_unit")
    unit = await act.session.get_one(Unit, act.viewer.unit)
    await act.desk.acknowledge(directive.id, unit.id, act.actor)
    acknowledged = {"directive": directive.id, "unit": unit.code, "unit_name": unit.name}
    act.emit("directive.acknowledged", acknowledged, item=act.state.items[directive.item], unit=unit.id)


def _own(act: Act, directive_id: str, *, withdrawn: bool) -> DirectiveState:
    act.must_be_running()
    directive = act.state.directives.get(directive_id)
    if directive is None or (directive.withdrawn is not None) is not withdrawn:
        raise Refusal("directive_unknown")
    return directive


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal("data_bad", field="due") from None


async def unit_of(act: Act, code: str) -> Unit:
    """The unit that has that code today. Refuses unit_unknown."""
    unit = await queries.by_code(act.session, code, act.today)
    if unit is None:
        raise Refusal("unit_unknown", unit=code)
    return unit
