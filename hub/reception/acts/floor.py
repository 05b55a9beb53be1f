"""Who speaks, and who would like to."""

from hub.reception.acts.act import Act
from hub.reception.acts.texts import Data, Id, NoData
from hub.reception.errors import Refusal
from hub.reception.models import Point, SessionPoint
from hub.reception.state import OPEN_ITEM
from hub.units.models import Unit


class PointData(Data):
    """About one point."""

    point: Id


async def give(act: Act, data: PointData) -> None:
    """Let a room speak, beside the hall, to the audience of the current item. Giving it again changes
    nothing.
    """
    act.must_be_live()
    name = await _name_of(act, data.point)
    if not act.state.is_here(data.point):
        raise Refusal("point_absent")
    item = act.current()
    if item.status not in OPEN_ITEM:
        raise Refusal("item_state")
    if act.state.floor is not None and act.state.floor.point == data.point:
        return
    end_floor(act, "ended")
    lower_hand(act, data.point)
    act.emit("floor.given", {"point": data.point, "name": name}, item=item)


async def end(act: Act, _: NoData) -> None:
    """Take the floor back, or give it back."""
    act.must_be_running()
    floor = act.state.floor
    if floor is None or not (act.viewer.staff or floor.point == act.viewer.point):
        raise Refusal("floor_held")
    end_floor(act, "ended" if act.viewer.staff else "returned")


async def raise_hand(act: Act, _: NoData) -> None:
    """A room would like to speak."""
    act.must_be_running()
    point = str(act.viewer.point)
    if act.state.hand_up(point):
        raise Refusal("hand_state")
    act.emit("hand.raised", {"point": point})


async def lower_own_hand(act: Act, _: NoData) -> None:
    """Not any more."""
    act.must_be_running()
    point = str(act.viewer.point)
    if not act.state.hand_up(point):
        raise Refusal("hand_state")
    lower_hand(act, point)


def end_floor(act: Act, reason: str) -> None:
    """End the floor, if anybody has it."""
    floor = act.state.floor
    if floor is not None:
        item = act.state.items[floor.item]
        act.emit("floor.ended", {"point": floor.point, "reason": reason}, item=item)


def lower_hand(act: Act, point: str) -> None:
    """Lower a hand, if it is up."""
    if act.state.hand_up(point):
        act.emit("hand.lowered", {"point": point})


async def _name_of(act: Act, point_id: str) -> str:
    """The name of an invited point's unit. Refuses point_unknown."""
    if await act.session.get(SessionPoint, (act.state.id, point_id)) is None:
        raise Refusal("point_unknown")
    point = await act.session.get_one(Point, point_id)
    return (await act.session.get_one(Unit, point.unit_id)).name
