import pytest

from hub.reception.errors import Refusal
from hub.units.models import NAME_LENGTH
from tests.kit.receptions import Live


async def test_said_twice_noted_once(live: Live) -> None:
    point = live.point("C11")
    assert await live.record("point.joined", point=point) == []
    left = {"point": point, "reason": "lost"}
    assert await live.record("point.left", **left) == [("point.left", left)]
    assert await live.record("point.left", **left) == []
    assert await live.record("point.joined", point=point) == [("point.joined", {"point": point})]


async def test_a_lost_point_loses_floor_and_hand(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("floor.give", point=live.point("C11"))
    await live.room("C11", "hand.raise")
    left = {"point": live.point("C11"), "reason": "lost"}
    assert await live.record("point.left", **left) == [
        ("point.left", left),
        ("floor.ended", left),
        ("hand.lowered", {"point": live.point("C11")}),
    ]


async def test_sources(live: Live) -> None:
    hall = {"source": "hall", "name": "Hội trường"}
    assert await live.record("source.started", **hall) == [("source.started", hall)]
    assert await live.record("source.started", **hall) == []
    assert await live.record("source.stopped", **hall) == [("source.stopped", hall)]
    assert await live.record("source.stopped", **hall) == []


async def test_strangers(live: Live) -> None:
    with pytest.raises(Refusal, match="point_unknown"):
        await live.record("point.joined", point="0" * 26)
    with pytest.raises(Refusal, match="session_unknown"):
        await live.house.receptions.record("0" * 26, "point.joined", {"point": live.point("C11")})
    events = await live.house.receptions.load(live.id)
    assert {event.by_key for event in events if event.kind.startswith("point.")} == {"hub"}


async def test_whatever_a_room_may_be_called_is_noted(live: Live) -> None:
    name = "Ủy ban nhân dân " + "x" * (NAME_LENGTH - 16)
    noted = await live.record("source.started", source=live.point("C11"), name=name)
    assert noted == [("source.started", {"source": live.point("C11"), "name": name})]
    await live.record("desk.joined", desk="d", name=name)
