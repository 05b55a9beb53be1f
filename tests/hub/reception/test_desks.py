"""Advisers at their desks: who has one, what it may do and see. And supervisors, who only look on."""

import pytest

from hub.cases.rules import CaseKind
from hub.people.roles import Role
from hub.reception.acts.registry import may
from hub.reception.errors import Refusal
from hub.reception.snapshot import view
from hub.reception.visibility import inside, sees_case
from tests.kit.factories import House, sqlite_house
from tests.kit.receptions import Live, live

__all__ = ["live", "sqlite_house"]

DESK = "adviser-P"


async def _seated(live: Live) -> None:
    await live.record("desk.joined", desk=DESK, name="Sở Xây dựng")


async def test_an_adviser_of_the_holding_unit_or_of_an_invited_one_has_a_desk(live: Live) -> None:
    house = live.house
    for unit in ("P", None, "C11"):
        viewer = await house.viewer(house.account(Role.ADVISER, unit), live.id)
        assert viewer.desk, unit
        assert not viewer.staff
        assert not viewer.sees_wall
        assert viewer.room is None
        assert viewer.point == f"adviser-{unit}"
    assert [each.id for each in await house.receptions.list_for(house.account(Role.ADVISER))] == [live.id]


async def test_an_adviser_of_a_unit_that_was_not_invited_finds_no_session(sqlite_house: House) -> None:
    session = await sqlite_house.session(await sqlite_house.case(), rooms=("D1",))
    outsider = sqlite_house.account(Role.ADVISER, "C21")
    with pytest.raises(Refusal) as refusal:
        await sqlite_house.viewer(outsider, session)
    assert refusal.value.code == "session_unknown"
    assert await sqlite_house.receptions.list_for(outsider) == []


async def test_a_desk_has_hand_and_floor_and_nothing_else_of_a_room(live: Live) -> None:
    viewer = await live.house.viewer(live.house.account(Role.ADVISER), live.id)
    allowed = set(may(viewer))
    assert {"hand.raise", "hand.lower", "floor.end", "directive.acknowledge"} <= allowed
    assert not {"case.take_up", "roll.answer", "note.add", "floor.give", "item.call"} & allowed
    assert may(await live.house.viewer(live.house.account(Role.SUPERVISOR), live.id)) == []


async def test_an_adviser_raises_a_hand_is_called_and_gives_the_floor_back(live: Live) -> None:
    adviser = live.house.account(Role.ADVISER)
    await _seated(live)
    await live.clerk("item.call", item=live.items[0])
    assert await live.by(adviser, "hand.raise") == [("hand.raised", {"point": DESK})]
    given = await live.clerk("floor.give", point=DESK)
    assert [kind for kind, _ in given][-2:] == ["hand.lowered", "floor.given"]
    assert given[-1][1]["name"] == "Sở Xây dựng"
    ended = await live.by(adviser, "floor.end")
    assert ended[0][0] == "floor.ended"
    assert ended[0][1]["reason"] == "returned"


async def test_a_desk_that_is_not_there_cannot_be_called_and_one_that_goes_loses_the_floor(
    live: Live,
) -> None:
    await live.clerk("item.call", item=live.items[0])
    assert await live.refused(live.house.clerk, "floor.give", point=DESK) == "point_unknown"
    await _seated(live)
    await live.clerk("floor.give", point=DESK)
    gone = await live.record("desk.left", desk=DESK, reason="lost")
    assert [kind for kind, _ in gone] == ["desk.left", "floor.ended"]
    assert await live.refused(live.house.clerk, "floor.give", point=DESK) == "point_absent"
    assert await live.record("desk.left", desk=DESK, reason="lost") == []


async def test_being_there_is_noted_once_and_a_new_name_again(live: Live) -> None:
    await _seated(live)
    assert await live.record("desk.joined", desk=DESK, name="Sở Xây dựng") == []
    assert len(await live.record("desk.joined", desk=DESK, name="Sở Nội vụ")) == 1
    shown = view(await live.state(), await live.house.viewer(live.house.clerk, live.id))
    assert shown["desks"][DESK] | {"at": ""} == {"name": "Sở Nội vụ", "state": "joined", "at": ""}
    room = view(await live.state(), await live.house.viewer(live.house.room("C11"), live.id))
    assert room["desks"] == {}


async def test_who_hears_what(live: Live) -> None:
    """Related cases are the province's too; closed ones nobody's, until the adviser is called in."""
    house = live.house
    adviser = await house.viewer(house.account(Role.ADVISER), live.id)
    supervisor = await house.viewer(house.account(Role.SUPERVISOR), live.id)
    await _seated(live)
    await live.clerk("item.call", item=live.items[0])
    for audience, of_adviser, of_supervisor in (("all", 1, 1), ("related", 1, 0), ("closed", 0, 0)):
        await live.clerk("audience.set", audience=audience)
        item = (await live.state()).items[live.items[0]]
        assert inside(item, adviser) == bool(of_adviser), audience
        assert inside(item, supervisor) == bool(of_supervisor), audience
    assert not sees_case(item, supervisor)
    await live.clerk("floor.give", point=DESK)
    assert inside((await live.state()).items[live.items[0]], adviser)


async def test_a_denunciation_is_nothing_to_a_supervisor_or_an_adviser(live: Live) -> None:
    assert live.cases[2].kind == CaseKind.DENUNCIATION
    for role in (Role.SUPERVISOR, Role.ADVISER):
        viewer = await live.house.viewer(live.house.account(role), live.id)
        shown = view(await live.state(), viewer)["items"][2]
        assert shown["case"] is None
        assert shown["inside"] is False


async def test_a_directed_department_acknowledges_from_its_desk(live: Live) -> None:
    adviser = live.house.account(Role.ADVISER)
    await live.clerk("item.call", item=live.items[0])
    issued = {"item": live.items[0], "lead": "P", "supporting": [], "text": "Đo lại", "due": "2099-01-01"}
    events = await live.clerk("directive.issue", **issued)
    directive = events[0][1]["directive"]
    done = await live.by(adviser, "directive.acknowledge", directive=directive)
    assert done == [
        ("directive.acknowledged", {"directive": directive, "unit": "P", "unit_name": "Bình Minh"})
    ]
