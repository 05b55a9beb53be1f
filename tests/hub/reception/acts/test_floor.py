from tests.kit.receptions import Live


async def test_giving_and_ending(live: Live) -> None:
    point = live.point("C11")
    await live.clerk("item.call", item=live.items[0])
    given = ("floor.given", {"point": point, "name": "Hòa An"})
    assert await live.clerk("floor.give", point=point) == [given]
    assert await live.clerk("floor.give", point=point) == []
    assert await live.clerk("floor.end") == [("floor.ended", {"point": point, "reason": "ended"})]
    assert await live.refused(live.house.clerk, "floor.end") == "floor_held"


async def test_one_at_a_time_and_a_hand_goes_down_with_it(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("floor.give", point=live.point("C11"))
    await live.room("D1", "hand.raise")
    assert await live.clerk("floor.give", point=live.point("D1")) == [
        ("floor.ended", {"point": live.point("C11"), "reason": "ended"}),
        ("hand.lowered", {"point": live.point("D1")}),
        ("floor.given", {"point": live.point("D1"), "name": "Đông Hà"}),
    ]


async def test_giving_it_back(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("floor.give", point=live.point("C11"))
    assert await live.refused(live.house.room("C12"), "floor.end") == "floor_held"
    returned = {"point": live.point("C11"), "reason": "returned"}
    assert await live.room("C11", "floor.end") == [("floor.ended", returned)]


async def test_to_whom_it_cannot_be_given(live: Live) -> None:
    clerk = live.house.clerk
    assert await live.refused(clerk, "floor.give", point=live.point("C11")) == "no_current_item"
    await live.clerk("item.call", item=live.items[0])
    assert await live.refused(clerk, "floor.give", point="0" * 26) == "point_unknown"
    await live.record("point.left", point=live.point("C11"), reason="lost")
    assert await live.refused(clerk, "floor.give", point=live.point("C11")) == "point_absent"
    await live.clerk("item.conclude", item=live.items[0], text="x")
    assert await live.refused(clerk, "floor.give", point=live.point("C12")) == "item_state"


async def test_hands(live: Live) -> None:
    point = {"point": live.point("C11")}
    assert await live.refused(live.house.room("C11"), "hand.lower") == "hand_state"
    assert await live.room("C11", "hand.raise") == [("hand.raised", point)]
    assert await live.refused(live.house.room("C11"), "hand.raise") == "hand_state"
    assert await live.room("C11", "hand.lower") == [("hand.lowered", point)]
