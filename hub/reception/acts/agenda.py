"""What waits on the agenda changes its place, or is taken off it."""

from hub.reception.acts.act import Act
from hub.reception.acts.texts import Data, Id, Reason
from hub.reception.agenda_order import order_with, put_in_order, take_off, waiting
from hub.reception.errors import Refusal
from hub.reception.lifecycle import OVER


class MoveData(Data):
    """Before which other item it is to stand; at the end for none."""

    item: Id
    before: Id | None


class RemoveData(Data):
    """Which item, and why; the reason may be empty."""

    item: Id
    reason: Reason


async def move(act: Act, data: MoveData) -> None:
    """Give an item that waits another place. Refuses session_over, item_unknown, item_state."""
    _must_not_be_over(act)
    order = order_with(act.state, waiting(act.state, data.item), data.before)
    await put_in_order(act.session, act.timeline, order, _by(act))


async def remove(act: Act, data: RemoveData) -> None:
    """Take an item that waits off the agenda; its case is free for another one. Refuses as `move`."""
    _must_not_be_over(act)
    item = waiting(act.state, data.item)
    await take_off(act.session, act.timeline, item, await act.kept(item, data.reason), _by(act))


def _must_not_be_over(act: Act) -> None:
    if act.state.status in OVER:
        raise Refusal("session_over")


def _by(act: Act) -> tuple[str, str]:
    return act.viewer.key, act.viewer.name
