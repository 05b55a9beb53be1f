from typing import Any

import pytest

from hub.people.roles import Role
from hub.reception.rolls import MOST_TONES, tones_of
from hub.reception.snapshot import view
from tests.kit.factories import ROOMS
from tests.kit.receptions import Live

CHAIR = {"name": "Ông Lê Văn Bình", "rank": "chairman"}


async def _begin(live: Live) -> dict[str, Any]:
    ((kind, data),) = await live.clerk("roll.begin", seconds=40)
    assert kind == "roll.began"
    return data


async def test_every_invited_room_is_asked_once(live: Live) -> None:
    data = await _begin(live)
    assert sorted(data["points"]) == sorted(live.point(code) for code in ROOMS)
    assert await live.refused(live.house.clerk, "roll.begin", seconds=40) == "roll_open"
    assert await live.refused(live.house.room("C11"), "roll.begin", seconds=40) == "not_allowed"


async def test_a_room_knows_its_own_number_and_no_other(live: Live) -> None:
    data = await _begin(live)
    state = await live.state()
    for code in ROOMS:
        viewer = await live.house.viewer(live.house.room(code), live.id)
        seen = view(state, viewer)["roll"]
        assert seen["tones"] == tones_of(data["seed"], live.point(code))
        assert 1 <= seen["tones"] <= MOST_TONES
    clerk = await live.house.viewer(live.house.clerk, live.id)
    assert view(state, clerk)["roll"]["tones"] is None
    watcher = await live.house.viewer(live.house.account(Role.SUPERVISOR), live.id)
    assert view(state, watcher)["roll"] is None


async def test_the_last_answer_counts(live: Live) -> None:
    data = await _begin(live)
    right = tones_of(data["seed"], live.point("C11"))
    ((_, none),) = await live.room("C11", "roll.answer", roll=data["roll"], heard=0)
    assert none == {"roll": data["roll"], "point": live.point("C11"), "heard": 0, "right": False}
    ((_, heard),) = await live.room("C11", "roll.answer", roll=data["roll"], heard=right)
    assert heard["right"]
    assert await live.room("C11", "roll.answer", roll=data["roll"], heard=right) == []


async def test_nobody_answers_what_is_not_asked(live: Live) -> None:
    room = live.house.room("C11")
    assert await live.refused(room, "roll.answer", roll="none", heard=1) == "roll_over"
    data = await _begin(live)
    assert await live.refused(room, "roll.answer", roll="other", heard=1) == "roll_over"
    assert await live.refused(room, "roll.answer", roll=data["roll"], heard=6) == "data_bad"
    live.house.clock.advance(41)
    assert await live.refused(room, "roll.answer", roll=data["roll"], heard=1) == "roll_over"


async def test_it_is_closed_once_with_what_the_hub_found(live: Live) -> None:
    data = await _begin(live)
    results = {live.point("C11"): ["no_answer", "camera_black"], live.point("D1"): []}
    ((kind, told),) = await live.record("roll.closed", roll=data["roll"], results=results)
    assert (kind, told["results"]) == ("roll.closed", results)
    assert await live.record("roll.closed", roll=data["roll"], results=results) == []
    viewer = await live.house.viewer(live.house.room("D1"), live.id)
    assert view(await live.state(), viewer)["roll"]["results"] == {live.point("D1"): []}
    assert await live.refused(live.house.clerk, "roll.stop") == "roll_over"
    assert (await _begin(live))["roll"] != data["roll"]


async def test_stopping_asks_for_the_result_now(live: Live) -> None:
    data = await _begin(live)
    assert await live.clerk("roll.stop") == [("roll.stopped", {"roll": data["roll"]})]
    assert await live.clerk("roll.stop") == []
    assert (
        await live.refused(live.house.room("C11"), "roll.answer", roll=data["roll"], heard=1) == "roll_over"
    )


async def test_the_end_of_the_session_ends_it(live: Live) -> None:
    data = await _begin(live)
    assert await live.clerk("session.close") == [
        ("roll.stopped", {"roll": data["roll"]}),
        ("session.closed", {}),
    ]
    assert len(await live.record("roll.closed", roll=data["roll"], results={})) == 1
    assert await live.refused(live.house.clerk, "roll.begin", seconds=40) == "session_over"


async def test_it_may_be_called_before_the_session_is_live(sqlite_house: Any) -> None:
    session = await sqlite_house.session()
    await sqlite_house.do(sqlite_house.clerk, session, "roll.begin", seconds=15)


async def test_a_room_says_who_sits_there(live: Live) -> None:
    said = {"point": live.point("C11"), "people": [CHAIR]}
    assert await live.room("C11", "point.present", point=None, people=[CHAIR]) == [("point.present", said)]
    assert await live.room("C11", "point.present", point=None, people=[CHAIR]) == []
    assert await live.clerk("point.present", **said) == [("point.present", said)], "confirmed by another"
    state = await live.state()
    assert state.present[live.point("C11")].by_name == live.house.clerk.name


async def test_a_point_clerk_signed_in_by_name_says_it_of_their_own_room_alone(live: Live) -> None:
    clerk = live.house.account(Role.POINT_CLERK, "C11")
    assert len(await live.by(clerk, "point.present", point=None, people=[CHAIR])) == 1
    other = {"point": live.point("C21"), "people": [CHAIR]}
    assert await live.refused(clerk, "point.present", **other) == "not_allowed"
    assert await live.refused(clerk, "roll.answer", roll="none", heard=1) == "not_allowed"
    leader = live.house.account(Role.POINT_LEADER, "C11")
    assert await live.refused(leader, "point.present", point=None, people=[CHAIR]) == "not_allowed"
    assert await live.refused(live.house.room("C11"), "point.present", **other) == "not_allowed"
    state = await live.state()
    viewer = await live.house.viewer(clerk, live.id)
    assert list(view(state, viewer)["present"]) == [live.point("C11")]


@pytest.mark.parametrize(
    "people",
    [[{"name": "", "rank": "chairman"}], [{"name": "An", "rank": "king"}], [CHAIR] * 13, [{"name": "An"}]],
)
async def test_bounds(live: Live, people: list[dict[str, str]]) -> None:
    assert await live.refused(live.house.clerk, "point.present", point=live.point("C11"), people=people) == (
        "data_bad"
    )


async def test_staff_name_a_room_that_was_invited(live: Live) -> None:
    for point in (None, "0" * 26):
        assert await live.refused(live.house.clerk, "point.present", point=point, people=[]) == (
            "point_unknown"
        )
