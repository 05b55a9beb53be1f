"""Who hears: the audience of the current item, and what a case's kind demands of it."""

from sqlalchemy import select

from hub.cases.rules import CaseKind
from hub.reception.acts.act import Act
from hub.reception.acts.floor import end_floor
from hub.reception.acts.texts import Data, Id
from hub.reception.errors import Refusal
from hub.reception.events import Audience
from hub.reception.models import AgendaItem, Session
from hub.reception.state import Item, Status


class AudienceData(Data, strict=False):
    """The audience from now on."""

    audience: Audience


class ReclassifyData(Data, strict=False):
    """What the case is by its content."""

    case: Id
    kind: CaseKind


async def set_audience(act: Act, data: AudienceData) -> None:
    """Set the audience of the current item. Refuses denunciation_closed to open a denunciation."""
    act.must_be_running()
    item = act.current()
    if item.case["kind"] == CaseKind.DENUNCIATION and data.audience is not Audience.CLOSED:
        raise Refusal("denunciation_closed")
    _set(act, item, data.audience)


async def reclassify(act: Act, data: ReclassifyData) -> None:
    """Change what a case counts as. A denunciation is closed at once, in every session that has it to
    come.
    """
    if act.state.status is Status.CLOSED:
        raise Refusal("session_over")
    if not _items(act, data.case):
        raise Refusal("case_unknown")
    case = await act.desk.case(data.case, lock=True)
    if case.kind == data.kind:
        return
    await act.desk.reclassify(case, data.kind)
    here = act.timeline
    for session_id in await _others(act, data.case):
        act.timeline = await act.open_other(session_id)
        _reclassify_items(act, data)
    act.timeline = here
    _reclassify_items(act, data)


def _reclassify_items(act: Act, data: ReclassifyData) -> None:
    for item in _items(act, data.case):
        if data.kind is CaseKind.DENUNCIATION:  # first shut the door, then say why
            _set(act, item, Audience.CLOSED)
        changed = {"case": data.case, "item": item.id, "kind": data.kind.value}
        act.emit("case.reclassified", changed, item=item)


def _set(act: Act, item: Item, audience: Audience) -> None:
    floor = act.state.floor
    if audience is Audience.CLOSED and floor is not None and floor.item == item.id:
        end_floor(act, "closed")
    act.emit("audience.set", {"item": item.id, "audience": audience.value}, item=item)


def _items(act: Act, case_id: str) -> list[Item]:
    return [item for item in act.state.items.values() if item.case["id"] == case_id]


async def _others(act: Act, case_id: str) -> list[str]:
    """Other sessions with this case that are not over, in one order for all: two such acts queue, not
    deadlock.
    """
    wanted = select(Session.id).join(AgendaItem, AgendaItem.session_id == Session.id).distinct()
    wanted = wanted.where(AgendaItem.case_id == case_id, Session.state != "closed")
    wanted = wanted.where(Session.id != act.state.id)
    return list(await act.session.scalars(wanted.order_by(Session.id)))
