"""The agenda: call, hear, conclude, defer."""

from hub.reception.acts.act import Act
from hub.reception.acts.floor import end_floor
from hub.reception.acts.texts import Conclusion, Data, Id, ItemData, Reason
from hub.reception.errors import Refusal
from hub.reception.state import OPEN_ITEM, Item, ItemStatus

NEXT_CALLED = "next_called"


class ConcludeData(Data):
    """What was concluded."""

    item: Id
    text: Conclusion


class DeferData(Data):
    """Why it is put off; may be empty."""

    item: Id
    reason: Reason


async def call(act: Act, data: ItemData) -> None:
    """Call an item that waits. One that is still being heard goes back with reason `next_called`."""
    act.must_be_live()
    item = act.item(data.item)
    if item.status not in (ItemStatus.QUEUED, ItemStatus.DEFERRED):
        raise Refusal("item_state")
    end_floor(act, "item_over")
    unfinished = act.state.current_item
    if unfinished is not None and unfinished.status in OPEN_ITEM:
        act.emit("item.deferred", {"item": unfinished.id, "reason": NEXT_CALLED}, item=unfinished)
    act.emit("item.called", {"item": item.id}, item=item)


async def hear(act: Act, data: ItemData) -> None:
    """The hearing of the called item begins; the case counts one hearing more."""
    act.must_be_live()
    item = act.item(data.item)
    if item.status is not ItemStatus.CALLED:
        raise Refusal("item_state")
    act.emit("item.hearing", {"item": item.id}, item=item)
    await act.desk.count_hearing(item.case["id"])


async def conclude(act: Act, data: ConcludeData) -> None:
    """End an item with its conclusion. One that was concluded without a formal hearing was heard
    nevertheless.
    """
    act.must_be_running()
    item = act.item(data.item)
    if item.status not in OPEN_ITEM:
        raise Refusal("item_state")
    _end_floor_of(act, item)
    act.emit("item.concluded", {"item": item.id, "text": data.text}, item=item)
    if item.status is ItemStatus.CALLED:
        await act.desk.count_hearing(item.case["id"])


async def defer(act: Act, data: DeferData) -> None:
    """Put an item off. It can be called again."""
    act.must_be_running()
    item = act.item(data.item)
    if item.status not in OPEN_ITEM | {ItemStatus.QUEUED}:
        raise Refusal("item_state")
    _end_floor_of(act, item)
    act.emit("item.deferred", {"item": item.id, "reason": data.reason}, item=item)


def _end_floor_of(act: Act, item: Item) -> None:
    if act.state.floor is not None and act.state.floor.item == item.id:
        end_floor(act, "item_over")
