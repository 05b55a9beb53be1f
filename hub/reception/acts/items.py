"""The agenda: call, hear, defer, and take an end back. Concluding is in `conclusions`."""

from hub.reception.acts.act import Act
from hub.reception.acts.audience import close_secret
from hub.reception.acts.conclusions import redraft
from hub.reception.acts.directives import withdraw_one
from hub.reception.acts.floor import end_floor, end_floor_of
from hub.reception.acts.texts import Confirmable, Data, Id, ItemData, Reason, Why
from hub.reception.errors import Refusal
from hub.reception.state import OPEN_ITEM, Item, ItemStatus

NEXT_CALLED = "next_called"


class CallData(ItemData, Confirmable):
    """Which item; confirmed, when that lets points in again after a closed hearing. `current`: what the
    screen showed as being heard, None for nothing; a caller that leaves it out cuts whatever is heard.
    """

    current: Id | None = None

    def means_to_cut(self, item: Item) -> bool:
        """Whether the caller knows that this item is being heard."""
        return "current" not in self.model_fields_set or self.current == item.id


class ReopenData(ItemData, Confirmable):
    """Which item, and why its end was a mistake; confirmed, when that ends a closed hearing."""

    reason: Why


class DeferData(Data):
    """Why it is put off; may be empty."""

    item: Id
    reason: Reason


async def call(act: Act, data: CallData) -> None:
    """Call an item that waits, in closed session when the records keep its case secret. One that is still
    being heard goes back with reason `next_called`. Refuses item_changed when that is not the one which
    the caller saw: a call that comes late, or crosses another clerk's, cuts no hearing.
    """
    act.must_be_live()
    item = act.item(data.item)
    if item.status not in (ItemStatus.QUEUED, ItemStatus.DEFERRED):
        raise Refusal("item_state")
    unfinished = _unfinished(act)
    if unfinished is not None and not data.means_to_cut(unfinished):
        raise Refusal("item_changed")
    await close_secret(act, item)
    end_floor(act, "item_over")
    if unfinished is not None:
        act.emit("item.deferred", {"item": unfinished.id, "reason": NEXT_CALLED}, item=unfinished)
    act.emit("item.called", {"item": item.id}, item=item)


async def hear(act: Act, data: ItemData) -> None:
    """The hearing of the called item begins, closed first like a call; the case counts one hearing more."""
    act.must_be_live()
    item = act.item(data.item)
    if item.status is not ItemStatus.CALLED:
        raise Refusal("item_state")
    await close_secret(act, item)
    act.emit("item.hearing", {"item": item.id}, item=item)
    await act.desk.count_hearing(item.case["id"])


async def defer(act: Act, data: DeferData) -> None:
    """Put an item off. It can be called again."""
    act.must_be_running()
    item = act.item(data.item)
    if item.status not in OPEN_ITEM | {ItemStatus.QUEUED}:
        raise Refusal("item_state")
    end_floor_of(act, item, "item_over")
    reason = await act.kept(item, data.reason)
    act.emit("item.deferred", {"item": item.id, "reason": reason}, item=item)


async def reopen(act: Act, data: ReopenData) -> None:
    """Take the end of an item back: it stands as before, its conclusion is a draft again, and the directive
    that the conclusion was is withdrawn. The hearing stays counted. Refuses item_state, other_item_open.
    """
    act.must_be_running()
    item = act.item(data.item)
    if item.status not in (ItemStatus.CONCLUDED, ItemStatus.DEFERRED):
        raise Refusal("item_state")
    # Concluding counted the hearing, so that what was only called comes back as being heard.
    state = ItemStatus.HEARING if item.status is ItemStatus.CONCLUDED else item.before or ItemStatus.QUEUED
    current = act.state.current_item
    if state in OPEN_ITEM and current is not None and current.id != item.id and current.status in OPEN_ITEM:
        raise Refusal("other_item_open")
    directive = act.state.directives.get(item.directive) if item.directive is not None else None
    reason = await act.kept(item, data.reason)
    if directive is not None and directive.withdrawn is None:
        withdraw_one(act, directive, reason)
        await act.desk.withdraw(directive.id, reason)
    reopened = {"item": item.id, "state": state.value, "reason": reason}
    act.emit("item.reopened", reopened, item=item)
    if item.outcome is not None:
        redraft(act, item, item.outcome)


def _unfinished(act: Act) -> Item | None:
    item = act.state.current_item
    return item if item is not None and item.status in OPEN_ITEM else None
