from tests.kit.receptions import Live


async def test_call_hear_conclude(live: Live) -> None:
    item, case = live.items[0], live.cases[0]
    assert await live.clerk("item.call", item=item) == [("item.called", {"item": item})]
    assert await live.clerk("item.hear", item=item) == [("item.hearing", {"item": item})]
    concluded = await live.conclude(item, " Giao xã. ")
    assert concluded == [
        ("item.concluded", {"item": item, "text": "Giao xã.", "answer_on": None, "directive": None})
    ]
    assert (await live.house.cases.get_for(live.house.clerk, case.id)).times_heard == 1
    for name, data in (("item.call", {}), ("item.hear", {}), ("item.conclude", {"version": 1})):
        assert await live.refused(live.house.clerk, name, item=item, **data) == "item_state"


async def test_concluded_without_a_formal_hearing_counts_as_heard(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    await live.conclude(live.items[0], "x")
    assert (await live.house.cases.get_for(live.house.clerk, live.cases[0].id)).times_heard == 1


async def test_calling_the_next_puts_the_unfinished_one_back(live: Live) -> None:
    first, second = live.items[:2]
    await live.clerk("item.call", item=first)
    await live.clerk("floor.give", point=live.point("C11"))
    assert await live.clerk("item.call", item=second) == [
        ("floor.ended", {"point": live.point("C11"), "reason": "item_over"}),
        ("item.deferred", {"item": first, "reason": "next_called"}),
        ("item.called", {"item": second}),
    ]
    assert (await live.clerk("item.call", item=first))[-1] == ("item.called", {"item": first})


async def test_a_late_call_cuts_no_other_hearing(live: Live) -> None:
    first, second, third = live.items
    clerk = live.house.clerk
    await live.clerk("item.call", item=first, current=None)
    for seen in (None, second):
        assert await live.refused(clerk, "item.call", item=second, current=seen) == "item_changed"
    await live.clerk("item.hear", item=first)
    assert await live.refused(clerk, "item.call", item=third, current=None) == "item_changed"
    assert (await live.clerk("item.call", item=second, current=first))[-1][0] == "item.called"
    await live.conclude(second, "xong")
    # nothing is being heard any more, so there is nothing to cut
    assert (await live.clerk("item.call", item=third, current=second))[-1][0] == "item.called"


async def test_deferring(live: Live) -> None:
    waiting = live.items[1]
    assert await live.clerk("item.defer", item=waiting, reason="vắng mặt") == [
        ("item.deferred", {"item": waiting, "reason": "vắng mặt"})
    ]
    assert await live.refused(live.house.clerk, "item.defer", item=waiting, reason="") == "item_state"


async def test_unknown_items(live: Live) -> None:
    assert await live.refused(live.house.clerk, "item.call", item="0" * 26) == "item_unknown"
