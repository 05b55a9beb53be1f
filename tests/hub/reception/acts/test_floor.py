from datetime import timedelta

import pytest

from hub.reception.events import wire_time
from hub.reception.speech import ANSWER_SECONDS, COUNTDOWN, LEASE_SECONDS, LONGEST_LEASE_SECONDS
from tests.kit.receptions import Live


def until(live: Live, seconds: int = LEASE_SECONDS) -> str:
    """The end of a lease that is given now."""
    return wire_time(live.house.clock.now() + COUNTDOWN + timedelta(seconds=seconds))


async def called(live: Live) -> None:
    """An item is heard, and no room has consented yet."""
    await live.clerk("item.call", item=live.items[0])
    for code in live.house.point:
        await live.room(code, "room.withdraw")


async def test_giving_and_ending(live: Live) -> None:
    point = live.point("C11")
    await live.clerk("item.call", item=live.items[0])
    given = ("floor.given", {"point": point, "name": "Hòa An", "until": until(live)})
    assert await live.clerk("floor.give", point=point) == [given]
    assert await live.clerk("floor.give", point=point) == []
    assert await live.clerk("floor.end") == [("floor.ended", {"point": point, "reason": "ended"})]
    assert await live.refused(live.house.clerk, "floor.end") == "floor_held"


async def test_one_at_a_time_and_a_hand_goes_down_with_it(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("floor.give", point=live.point("C11"))
    await live.room("D1", "hand.raise")
    assert await live.clerk("floor.give", point=live.point("D1"), seconds=60) == [
        ("floor.ended", {"point": live.point("C11"), "reason": "ended"}),
        ("hand.lowered", {"point": live.point("D1")}),
        ("floor.given", {"point": live.point("D1"), "name": "Đông Hà", "until": until(live, 60)}),
    ]


async def test_giving_it_back(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("floor.give", point=live.point("C11"))
    assert await live.refused(live.house.room("C12"), "floor.end") == "floor_held"
    assert await live.refused(live.house.room("C12"), "floor.end", point=live.point("C11")) == "floor_held"
    returned = {"point": live.point("C11"), "reason": "returned"}
    assert await live.room("C11", "floor.end") == [("floor.ended", returned)]


async def test_to_whom_it_cannot_be_given(live: Live) -> None:
    clerk = live.house.clerk
    assert await live.refused(clerk, "floor.give", point=live.point("C11")) == "no_current_item"
    await live.clerk("item.call", item=live.items[0])
    assert await live.refused(clerk, "floor.give", point="0" * 26) == "point_unknown"
    assert await live.refused(clerk, "floor.give", point=live.point("C11"), seconds=5) == "data_bad"
    assert await live.refused(clerk, "floor.give", point=live.point("C11"), seconds=4000) == "data_bad"
    await live.record("point.left", point=live.point("C11"), reason="lost")
    assert await live.refused(clerk, "floor.give", point=live.point("C11")) == "point_absent"
    await live.clerk("item.defer", item=live.items[0], reason="x")
    assert await live.refused(clerk, "floor.give", point=live.point("C12")) == "item_state"


async def test_hands(live: Live) -> None:
    point = {"point": live.point("C11")}
    assert await live.refused(live.house.room("C11"), "hand.lower") == "hand_state"
    assert await live.room("C11", "hand.raise") == [("hand.raised", point)]
    assert await live.refused(live.house.room("C11"), "hand.raise") == "hand_state"
    assert await live.room("C11", "hand.lower") == [("hand.lowered", point)]


async def test_the_lease_ends_by_itself_and_not_before(live: Live) -> None:
    point = live.point("C11")
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("floor.give", point=point, seconds=30)
    live.house.clock.advance(34.9)
    assert await live.record("floor.ended") == []
    live.house.clock.advance(0.1)
    assert await live.record("floor.ended") == [("floor.ended", {"point": point, "reason": "lease_over"})]
    assert await live.record("floor.ended") == []
    assert await live.refused(live.house.clerk, "floor.extend") == "floor_held"


async def test_a_lease_is_extended_from_its_end_up_to_an_hour_from_now(live: Live) -> None:
    now = live.house.clock.now()
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("floor.give", point=live.point("C11"), seconds=60)
    [(_, longer)] = await live.clerk("floor.extend", seconds=120)
    assert longer["until"] == wire_time(now + COUNTDOWN + timedelta(seconds=180))
    [(_, longest)] = await live.clerk("floor.extend", seconds=3600)
    assert longest["until"] == wire_time(now + timedelta(seconds=LONGEST_LEASE_SECONDS))


async def test_a_room_that_has_not_consented_is_asked_first(live: Live) -> None:
    point = live.point("C11")
    await called(live)
    asked = ("floor.called", {"point": point, "name": "Hòa An", "seconds": LEASE_SECONDS})
    assert await live.clerk("floor.give", point=point) == [asked]
    assert await live.clerk("floor.give", point=point) == []
    assert (await live.house.live(live.id)).stage().floor is None
    assert await live.room("C11", "room.consent") == [
        ("room.consented", {"point": point}),
        ("floor.call_ended", {"point": point, "reason": "answered"}),
        ("floor.given", {"point": point, "name": "Hòa An", "until": until(live)}),
    ]
    await live.clerk("floor.end")
    again = await live.clerk("floor.give", point=point)
    assert [kind for kind, _ in again] == ["floor.given"], "once is enough for a session"


async def test_whoever_speaks_goes_on_until_the_next_has_consented(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("floor.give", point=live.point("C11"))
    await live.room("C12", "room.withdraw")
    await live.clerk("floor.give", point=live.point("C12"))
    assert (await live.house.live(live.id)).stage().floor == live.point("C11")
    await live.room("C12", "room.consent")
    assert (await live.house.live(live.id)).stage().floor == live.point("C12")


@pytest.mark.parametrize(
    ("who", "name", "reason"), [("C11", "room.withdraw", "refused"), ("C11", "floor.end", "returned")]
)
async def test_a_room_says_no(live: Live, who: str, name: str, reason: str) -> None:
    point = live.point("C11")
    await called(live)
    await live.clerk("floor.give", point=point)
    assert await live.room(who, name) == [("floor.call_ended", {"point": point, "reason": reason})]


async def test_a_call_nobody_answers_is_given_up(live: Live) -> None:
    point = live.point("C11")
    await called(live)
    await live.clerk("floor.give", point=point)
    live.house.clock.advance(ANSWER_SECONDS - 1)
    assert await live.record("floor.call_ended") == []
    live.house.clock.advance(1)
    ended = {"point": point, "reason": "unanswered"}
    assert await live.record("floor.call_ended") == [("floor.call_ended", ended)]


async def test_taking_consent_back_takes_a_room_off_the_air(live: Live) -> None:
    point = live.point("C11")
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("floor.give", point=point)
    assert await live.room("C11", "room.withdraw") == [
        ("room.withdrew", {"point": point}),
        ("floor.ended", {"point": point, "reason": "returned"}),
    ]


async def test_consent_may_be_given_long_before_and_not_after_the_end(live: Live) -> None:
    await live.room("C11", "room.withdraw")
    assert await live.room("C11", "room.consent") == [("room.consented", {"point": live.point("C11")})]
    assert await live.room("C11", "room.consent") == []
    await live.clerk("session.close")
    assert await live.refused(live.house.room("C11"), "room.consent") == "session_over"
    assert await live.refused(live.house.room("C11"), "room.withdraw") == "session_over"


async def test_a_waiting_call_ends_with_its_item_and_with_its_room(live: Live) -> None:
    point = live.point("C11")
    await called(live)
    await live.clerk("floor.give", point=point)
    item_over = ("floor.call_ended", {"point": point, "reason": "item_over"})
    assert item_over in await live.clerk("item.call", item=live.items[1])
    await live.clerk("floor.give", point=point)
    lost = ("floor.call_ended", {"point": point, "reason": "lost"})
    assert lost in await live.record("point.left", point=point, reason="lost")


async def test_nobody_is_let_into_a_hearing_that_was_not_meant(live: Live) -> None:
    point = live.point("C21")
    await live.clerk("item.call", item=live.items[0])
    seen = {"point": point, "item": live.items[0], "audience": "all"}
    await live.clerk("audience.set", audience="closed")
    assert await live.refused(live.house.clerk, "floor.give", **seen) == "item_changed"
    await live.clerk("item.call", item=live.items[2])
    assert await live.refused(live.house.clerk, "floor.give", **seen) == "item_changed"
    assert (await live.state()).items[live.items[2]].guests == frozenset()
    now = {"point": point, "item": live.items[2], "audience": "closed"}
    assert [kind for kind, _ in await live.clerk("floor.give", **now)] == ["floor.given"]
