from hub.reception.stage import StageWish
from tests.kit.receptions import Live


async def wish(live: Live) -> StageWish:
    return (await live.house.live(live.id)).stage()


async def test_layout_and_duplex_are_told_once(live: Live) -> None:
    assert await live.clerk("stage.layout", layout="point") == [("stage.laid_out", {"layout": "point"})]
    assert await live.clerk("stage.layout", layout="point") == []
    assert await live.clerk("stage.duplex", duplex="full") == [("stage.duplex_set", {"duplex": "full"})]
    assert await live.refused(live.house.clerk, "stage.layout", layout="mosaic") == "data_bad"
    assert await live.refused(live.house.room("C11"), "stage.mute") == "not_allowed"


async def test_muted_until_undone_or_somebody_is_called(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("floor.give", point=live.point("C11"))
    assert await live.clerk("stage.mute") == [("stage.muted", {})]
    assert await live.clerk("stage.mute") == []
    assert (await wish(live)).muted
    assert await live.clerk("stage.unmute") == [("stage.unmuted", {})]
    await live.clerk("stage.mute")
    given = await live.clerk("floor.give", point=live.point("C12"))
    assert [kind for kind, _ in given] == ["floor.ended", "stage.unmuted", "floor.given"]


async def test_the_home_room_is_pinned_beside_the_hall(live: Live) -> None:
    point = live.point("C11")
    assert await live.refused(live.house.clerk, "stage.pin", point=point) == "no_current_item"
    await live.clerk("item.call", item=live.items[0])
    assert await live.clerk("stage.pin", point=point) == [
        ("stage.pinned", {"point": point, "name": "Hòa An"})
    ]
    assert await live.clerk("stage.pin", point=point) == []
    assert (await wish(live)).pinned == point
    await live.room("C11", "room.withdraw")
    assert (await wish(live)).pinned is None
    await live.clerk("stage.pin", point=point)
    assert (await wish(live)).pinned is None, "nothing is shown before the room has consented"
    await live.room("C11", "room.consent")
    assert (await wish(live)).pinned == point
    ended = ("stage.unpinned", {"point": point, "reason": "item_over"})
    assert ended in await live.clerk("item.defer", item=live.items[0], reason="x")


async def test_a_pin_lets_nobody_in(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("stage.pin", point=live.point("C21"))
    away = ("stage.unpinned", {"point": live.point("C21"), "reason": "closed"})
    assert away in await live.clerk("audience.set", audience="related")
    assert await live.refused(live.house.clerk, "stage.pin", point=live.point("C21")) == "point_outside"
    await live.clerk("stage.pin", point=live.point("C11"))
    closed = ("stage.unpinned", {"point": live.point("C11"), "reason": "closed"})
    assert closed in await live.clerk("audience.set", audience="closed")
    assert await live.refused(live.house.clerk, "stage.pin", point=live.point("C11")) == "point_outside"


async def test_nothing_of_the_stage_outlives_the_session(live: Live) -> None:
    await live.clerk("session.close")
    for name, data in (("stage.layout", {"layout": "hall"}), ("stage.mute", {}), ("stage.unpin", {})):
        assert await live.refused(live.house.clerk, name, **data) == "session_over"
