"""\"We take this up\": the local leader's one press."""

from hub.reception.acts.act import Act
from hub.reception.acts.texts import Data, Id, ItemData, PersonName
from hub.reception.errors import Refusal
from hub.reception.state import ItemStatus
from hub.units.models import Unit


class TakeUpData(Data):
    """Which case, and which leader sits in the room."""

    item: Id
    leader: PersonName


async def take_up(act: Act, data: TakeUpData) -> None:
    """The room of the case's unit, or of one above it, takes the case up; each unit once in a session."""
    act.must_be_running()
    item = act.item(data.item)
    if act.viewer.unit not in item.chain:
        raise Refusal("not_your_unit")
    if item.status is ItemStatus.QUEUED:
        raise Refusal("item_state")
    if any(taken.item == item.id and taken.unit_id == act.viewer.unit for taken in act.state.taken_up):
        raise Refusal("already_taken_up")
    unit = await act.session.get_one(Unit, act.viewer.unit)
    taken = {
        "case": item.case["id"],
        "item": item.id,
        "unit": unit.code,
        "unit_name": unit.name,
        "leader": data.leader,
    }
    act.emit("case.taken_up", taken, item=item, unit=unit.id)


async def withdraw(act: Act, data: ItemData) -> None:
    """The room takes its taking up back; what it once said stays in the timeline. Refuses not_taken_up."""
    act.must_be_running()
    item = act.item(data.item)
    for taken in act.state.taken_up:
        if taken.item == item.id and taken.unit_id == act.viewer.unit:
            gone = {"item": item.id, "unit": taken.unit}
            act.emit("take_up.withdrawn", gone, item=item, unit=taken.unit_id)
            return
    raise Refusal("not_taken_up")
