"""Who speaks, and who would like to. A room's camera and microphone go on only with its consent, which it
gives once for a session; until it has, a call waits.
"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from hub.reception.acts.act import Act
from hub.reception.acts.texts import Data, Id, NoData
from hub.reception.errors import Refusal
from hub.reception.events import wire_time
from hub.reception.lifecycle import OVER
from hub.reception.models import Point, SessionPoint
from hub.reception.speech import (
    ANSWER_SECONDS,
    COUNTDOWN,
    EXTENSION_SECONDS,
    LEASE_SECONDS,
    LONGEST_LEASE_SECONDS,
    SHORTEST_LEASE_SECONDS,
)
from hub.reception.state import OPEN_ITEM, Item, Status
from hub.units.models import Unit

Seconds = Annotated[int, Field(ge=SHORTEST_LEASE_SECONDS, le=LONGEST_LEASE_SECONDS)]


class PointData(Data):
    """About one point."""

    point: Id


class GiveData(PointData):
    """Whom, and for how long; the countdown is not counted. `item` and `audience`: the hearing that is meant,
    as the giver saw it.
    """

    seconds: Seconds = LEASE_SECONDS
    item: Id | None = None
    audience: Literal["all", "related", "closed"] | None = None


class ExtendData(Data):
    """How much longer."""

    seconds: Seconds = EXTENSION_SECONDS


class EndData(Data):
    """Whose floor or call; without a point the floor, or else the call that waits."""

    point: Id | None = None


async def give(act: Act, data: GiveData) -> None:
    """Let a room speak, beside the hall, to the audience of the current item; or, before it has consented,
    ask it. Giving it again changes nothing. Refuses item_changed, so that nobody is let into a hearing that
    was called, or closed, while the command was on its way.
    """
    act.must_be_live()
    item = act.current(data.item)
    if data.audience not in (None, item.audience.value):
        raise Refusal("item_changed")
    name = await name_of(act, data.point)
    if not act.state.is_here(data.point):
        raise Refusal("point_absent")
    if item.status not in OPEN_ITEM:
        raise Refusal("item_state")
    floor, call = act.state.floor, act.state.speech.call
    if data.point in {held.point for held in (floor, call) if held is not None}:
        return
    end_call(act, "ended")
    if data.point in act.state.speech.consents or data.point in act.state.desks:
        _put_on_air(act, data.point, name, data.seconds)
    else:
        act.emit("floor.called", {"point": data.point, "name": name, "seconds": data.seconds})


async def extend(act: Act, data: ExtendData) -> None:
    """Let whoever speaks go on for longer, up to an hour from now."""
    act.must_be_running()
    floor = act.state.floor
    if floor is None:
        raise Refusal("floor_held")
    until = max(floor.until or act.now, act.now) + timedelta(seconds=data.seconds)
    until = min(until, act.now + timedelta(seconds=LONGEST_LEASE_SECONDS))
    item = act.state.items[floor.item]
    act.emit("floor.extended", {"point": floor.point, "until": wire_time(until)}, item=item)


async def end(act: Act, data: EndData) -> None:
    """Take the floor back, or give it back; a call that waits likewise."""
    act.must_be_running()
    reason = "ended" if act.viewer.staff else "returned"
    own = None if act.viewer.staff else act.viewer.point
    floor, call = act.state.floor, act.state.speech.call
    if floor is not None and floor.point in {data.point or floor.point} & {own or floor.point}:
        _end_held(act, reason)
    elif call is not None and call.point in {data.point or call.point} & {own or call.point}:
        end_call(act, reason)
    else:
        raise Refusal("floor_held")


async def lapse(act: Act, _: NoData) -> None:
    """The hub's own: the lease is over. Nothing happens before it is."""
    floor = act.state.floor
    if floor is not None and floor.until is not None and act.now >= floor.until:
        _end_held(act, "lease_over")


async def give_up(act: Act, _: NoData) -> None:
    """The hub's own: a room that was called has not answered. Nothing happens before its time is over."""
    call = act.state.speech.call
    if call is not None and act.now >= call.at + timedelta(seconds=ANSWER_SECONDS):
        end_call(act, "unanswered")


async def consent(act: Act, _: NoData) -> None:
    """The room lets its camera and microphone be switched on whenever it is called in this session; a call
    that waits is carried out.
    """
    if act.state.status in OVER:
        raise Refusal("session_over")
    point = str(act.viewer.point)
    if point not in act.state.speech.consents:
        act.emit("room.consented", {"point": point})
    call, item = act.state.speech.call, act.state.current_item
    if call is None or call.point != point:
        return
    if act.state.status is Status.LIVE and item is not None and item.status in OPEN_ITEM:
        end_call(act, "answered")
        _put_on_air(act, point, call.name, call.seconds)
    else:
        end_call(act, "ended")


async def withdraw(act: Act, _: NoData) -> None:
    """The room does not, or not any more: what asked for its camera and microphone ends with it."""
    if act.state.status in OVER:
        raise Refusal("session_over")
    point = str(act.viewer.point)
    if point in act.state.speech.consents:
        act.emit("room.withdrew", {"point": point})
    let_go(act, point, "returned", asked="refused")


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
    """Clear the stage but for the hall: the floor, a call that waits, a pinned picture."""
    end_call(act, reason)
    unpin(act, reason)
    _end_held(act, reason)


def end_floor_of(act: Act, item: Item, reason: str) -> None:
    """The same, of what belongs to this item."""
    if act.state.current == item.id:
        end_call(act, reason)
    if act.state.speech.pin is not None and act.state.speech.pin.item == item.id:
        unpin(act, reason)
    if act.state.floor is not None and act.state.floor.item == item.id:
        _end_held(act, reason)


def let_go(act: Act, point: str, reason: str, *, asked: str = "") -> None:
    """A point is gone, or does not consent: nothing of it stays on the stage. `asked`: the reason for what
    it had only been asked for.
    """
    speech, floor = act.state.speech, act.state.floor
    if speech.call is not None and speech.call.point == point:
        end_call(act, asked or reason)
    if speech.pin is not None and speech.pin.point == point:
        unpin(act, asked or reason)
    if floor is not None and floor.point == point:
        _end_held(act, reason)
    end_talk_of(act, point, asked or reason)


def lower_hand(act: Act, point: str) -> None:
    """Lower a hand, if it is up."""
    if act.state.hand_up(point):
        act.emit("hand.lowered", {"point": point})


def end_call(act: Act, reason: str) -> None:
    """End a call that waits, if there is one."""
    call = act.state.speech.call
    if call is not None:
        act.emit("floor.call_ended", {"point": call.point, "reason": reason})


def unpin(act: Act, reason: str) -> None:
    """Take a pinned picture away, if there is one."""
    pin = act.state.speech.pin
    if pin is not None:
        act.emit("stage.unpinned", {"point": pin.point, "reason": reason}, item=act.state.items[pin.item])


def end_talk_of(act: Act, point: str, reason: str) -> None:
    """End the private talk a room is in, if it is in one."""
    talk = act.state.speech.talk_of(point=point)
    if talk is not None:
        act.emit("talk.closed", {"talk": talk.id, "point": talk.point, "reason": reason})


async def name_of(act: Act, point_id: str) -> str:
    """The name of an invited point's unit, or of whoever sits at a desk. Refuses point_unknown."""
    if point_id in act.state.desks:
        return act.state.desks[point_id].name
    return (await unit_of(act, point_id)).name


async def unit_of(act: Act, point_id: str) -> Unit:
    """The unit of an invited room. Refuses point_unknown."""
    if await act.session.get(SessionPoint, (act.state.id, point_id)) is None:
        raise Refusal("point_unknown")
    point = await act.session.get_one(Point, point_id)
    return await act.session.get_one(Unit, point.unit_id)


def _put_on_air(act: Act, point: str, name: str, seconds: int) -> None:
    _end_held(act, "ended")
    end_talk_of(act, point, "floor")
    lower_hand(act, point)
    if act.state.speech.muted:  # a call that could not be heard would be none
        act.emit("stage.unmuted")
    until = wire_time(act.now + COUNTDOWN + timedelta(seconds=seconds))
    act.emit("floor.given", {"point": point, "name": name, "until": until}, item=act.current())


def _end_held(act: Act, reason: str) -> None:
    floor = act.state.floor
    if floor is not None:
        item = act.state.items[floor.item]
        act.emit("floor.ended", {"point": floor.point, "reason": reason}, item=item)
