"""Directives on the spot: a chair issues, the directed units acknowledge."""

from datetime import date
from typing import Annotated

from pydantic import Field

from hub.reception.acts.act import Act
from hub.reception.acts.texts import Code, Data, Id, NoteText
from hub.reception.errors import Refusal
from hub.reception.state import ItemStatus
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


async def issue(act: Act, data: IssueData) -> None:
    """Issue a directive about an item that was called. Refuses due_past, unit_unknown, item_state."""
    act.must_be_running()
    item = act.item(data.item)
    if item.status is ItemStatus.QUEUED:
        raise Refusal("item_state")
    due = _date(data.due)
    if due < act.today:
        raise Refusal("due_past")
    lead = await _unit(act, data.lead)
    supporting = [await _unit(act, code) for code in dict.fromkeys(data.supporting) if code != data.lead]
    case = await act.desk.case(item.case["id"])
    directive = await act.desk.issue(case, lead, supporting, text=data.text, due=due, by=act.actor)
    issued = {
        "directive": directive,
        "item": item.id,
        "case": case.id,
        "lead": lead.code,
        "lead_name": lead.name,
        "supporting": [unit.code for unit in supporting],
        "text": data.text,
        "due": due.isoformat(),
        "units": [lead.id, *(unit.id for unit in supporting)],
    }
    act.emit("directive.issued", issued, item=item, unit=lead.id)


async def acknowledge(act: Act, data: DirectiveData) -> None:
    """A room of a directed unit acknowledges; also when the session is over."""
    directive = act.state.directives.get(data.directive)
    if directive is None or not sees_directive(act.state, act.viewer, directive):
        raise Refusal("directive_unknown")
    unit = await act.session.get_one(Unit, act.viewer.unit)
    await act.desk.acknowledge(directive.id, unit.id, act.actor)
    acknowledged = {"directive": directive.id, "unit": unit.code, "unit_name": unit.name}
    act.emit("directive.acknowledged", acknowledged, item=act.state.items[directive.item], unit=unit.id)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal("data_bad", field="due") from None


async def _unit(act: Act, code: str) -> Unit:
    unit = await queries.by_code(act.session, code, act.today)
    if unit is None:
        raise Refusal("unit_unknown", unit=code)
    return unit
