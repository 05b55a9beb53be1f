import pytest

from tests.kit.factories import PETITIONER, House
from tests.kit.receptions import Live


async def test_the_life_of_a_session(live: Live) -> None:
    assert await live.clerk("session.pause", reason="nghỉ") == [("session.paused", {"reason": "nghỉ"})]
    assert await live.clerk("session.resume") == [("session.resumed", {})]
    assert await live.clerk("session.close") == [("session.closed", {})]
    for name, data in (("session.go_live", {}), ("session.pause", {"reason": ""}), ("session.close", {})):
        assert await live.refused(live.house.clerk, name, **data) == "session_over"
    info = await live.house.receptions.get_for(live.house.clerk, live.id)
    assert (info.state, info.live_at) == ("closed", live.house.clock.now())


async def test_the_reason_of_a_pause_names_nobody_who_is_protected(live: Live) -> None:
    reason = f"Chờ {PETITIONER.name} bình tĩnh"
    assert await live.clerk("session.pause", reason=reason) == [
        ("session.paused", {"reason": "Chờ ••• bình tĩnh"})
    ]
    assert (await live.state()).reason == "Chờ ••• bình tĩnh"


@pytest.mark.parametrize("name", ["session.go_live", "session.resume"])
async def test_states_a_live_session_cannot_go_to(live: Live, name: str) -> None:
    assert await live.refused(live.house.clerk, name) == "session_state"


async def test_before_going_live_nothing_is_heard(sqlite_house: House) -> None:
    house = sqlite_house
    session = await house.session(await house.case())
    early = Live(house, session, [], await house.items(session))
    assert await early.refused(house.clerk, "item.call", item=early.items[0]) == "session_not_live"
    assert await early.refused(house.clerk, "note.add", text="x", mark=None) == "session_not_live"
    assert await early.refused(house.room("C11"), "hand.raise") == "session_not_live"
    assert await early.refused(house.clerk, "session.close") == "session_state"


async def test_in_a_pause_nobody_is_called_but_notes_go_on(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("session.pause", reason="")
    assert await live.refused(live.house.clerk, "item.call", item=live.items[1]) == "session_not_live"
    assert await live.refused(live.house.clerk, "floor.give", point=live.point("C11")) == "session_not_live"
    assert len(await live.clerk("note.add", text="x", mark=None)) == 1


async def test_closing_ends_the_floor(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("floor.give", point=live.point("C11"))
    assert await live.clerk("session.close") == [
        ("floor.ended", {"point": live.point("C11"), "reason": "closed"}),
        ("session.closed", {}),
    ]
    assert await live.refused(live.house.clerk, "note.add", text="x", mark=None) == "session_over"


async def test_resuming_lets_go_of_an_ended_item_only(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    for current in (live.items[0], None):
        await live.clerk("session.pause", reason="")
        await live.clerk("session.resume")
        assert (await live.state()).current == current
        if current is not None:
            await live.conclude(current, "xong")
            assert (await live.state()).current == current
