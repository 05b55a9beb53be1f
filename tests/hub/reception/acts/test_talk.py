from hub.people.roles import Role
from hub.reception.stage import talks
from tests.kit.receptions import Live


async def test_a_talk_stands_once_the_room_has_consented(live: Live) -> None:
    point = live.point("C11")
    await live.room("C11", "room.withdraw")
    [(kind, opened)] = await live.clerk("talk.open", point=point)
    assert (kind, opened["point"], opened["name"]) == ("talk.opened", point, "Hòa An")
    assert opened["staff"] == live.house.clerk.key
    assert talks(await live.state()) == ()
    await live.room("C11", "room.consent")
    [talk] = talks(await live.state())
    assert (talk.id, talk.staff, talk.point) == (opened["talk"], live.house.clerk.key, point)
    assert (await live.house.live(live.id)).stage().aside == {live.house.clerk.key}
    closed = {"talk": opened["talk"], "point": point, "reason": "returned"}
    assert await live.room("C11", "talk.close") == [("talk.closed", closed)]
    assert await live.refused(live.house.clerk, "talk.close") == "talk_none"


async def test_one_talk_for_each_of_the_staff_and_for_each_room(live: Live) -> None:
    await live.clerk("talk.open", point=live.point("C11"))
    assert await live.clerk("talk.open", point=live.point("C11")) == []
    chair = live.house.account(Role.CHAIR)
    assert await live.refused(chair, "talk.open", point=live.point("C11")) == "talk_busy"
    moved = await live.clerk("talk.open", point=live.point("C12"))
    assert [kind for kind, _ in moved] == ["talk.closed", "talk.opened"]
    await live.by(chair, "talk.open", point=live.point("C11"))
    assert len((await live.state()).speech.talks) == 2


async def test_a_room_on_the_air_is_not_talked_with_and_a_call_ends_a_talk(live: Live) -> None:
    point = live.point("C11")
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("floor.give", point=point)
    assert await live.refused(live.house.clerk, "talk.open", point=point) == "point_on_air"
    await live.clerk("floor.end")
    await live.clerk("talk.open", point=point)
    given = await live.clerk("floor.give", point=point)
    assert [(kind, data.get("reason")) for kind, data in given] == [
        ("talk.closed", "floor"),
        ("floor.given", None),
    ]


async def test_who_hears_of_a_talk(live: Live) -> None:
    await live.clerk("talk.open", point=live.point("C11"))
    session = await live.house.live(live.id)
    seen = {
        who.name: len(session.view(await live.house.viewer(who, live.id))["talks"])
        for who in (live.house.clerk, live.house.room("C11"), live.house.room("C12"))
    }
    assert list(seen.values()) == [1, 1, 0]


async def test_a_talk_ends_with_its_room_its_staff_or_the_session(live: Live) -> None:
    await live.clerk("talk.open", point=live.point("C11"))
    kinds = [kind for kind, _ in await live.record("point.left", point=live.point("C11"), reason="lost")]
    assert kinds == ["point.left", "talk.closed"]
    await live.record("point.joined", point=live.point("C11"))
    [(_, opened)] = await live.clerk("talk.open", point=live.point("C11"))
    [(_, closed)] = await live.record("talk.closed", talk=opened["talk"])
    assert closed["reason"] == "lost"
    await live.clerk("talk.open", point=live.point("C11"))
    assert [kind for kind, _ in await live.clerk("session.close")] == ["talk.closed", "session.closed"]
    assert await live.refused(live.house.clerk, "talk.open", point=live.point("C11")) == "session_over"
