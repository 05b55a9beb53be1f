import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import update

from hub.cases.rules import CaseKind
from hub.people.actor import Actor
from hub.people.roles import Role
from hub.reception.chain import Verdict
from hub.reception.errors import Refusal
from hub.reception.events import Audience
from hub.reception.planning import NewItem, NewSession
from hub.reception.timeline import topic
from hub.units.local_day import local_day
from hub.units.models import Unit
from tests.hub.cases.test_lives import do
from tests.kit.factories import House


async def started(house: House, **options: object) -> str:
    session = await house.session(await house.case(), await house.case("C21"))
    await house.do(house.clerk, session, "session.go_live")
    return session


async def kinds(house: House, session: str) -> list[str]:
    return [event.kind for event in await house.receptions.load(session)]


async def test_a_session_and_its_timeline(house: House) -> None:
    session = await started(house)
    events = await house.receptions.load(session)
    assert [event.kind for event in events] == ["session.created", "item.added", "item.added", "session.live"]
    assert [event.n for event in events] == [1, 2, 3, 4]
    assert [event.media_ms for event in events] == [None, None, None, 0]
    assert events[0].data == {
        "title": "Tiếp công dân định kỳ",
        "form": "periodic",
        "default_audience": "all",
        "points": 5,
    }
    assert await house.receptions.verify(session) == Verdict(True, 4)


async def test_media_time_counts_from_going_live(house: House) -> None:
    session = await started(house)
    house.clock.advance(61.25)
    item = (await house.items(session))[0]
    await house.do(house.clerk, session, "item.call", item=item)
    assert (await house.receptions.load(session))[-1].media_ms == 61250


async def test_a_repeated_command_is_done_once_and_answered_like_the_first(house: House) -> None:
    session = await house.session(await house.case())
    first = await house.receptions.execute(house.clerk, session, "x", "session.go_live", {})
    await house.do(house.clerk, session, "session.pause", reason="")
    again = await house.receptions.execute(house.clerk, session, "x", "session.go_live", {})
    assert again == first
    assert (await kinds(house, session)).count("session.live") == 1


async def test_a_repeated_refusal_is_answered_like_the_first(house: House) -> None:
    session = await house.session(await house.case())
    for _ in range(2):
        with pytest.raises(Refusal) as refused:
            await house.receptions.execute(house.clerk, session, "x", "session.pause", {"reason": ""})
        assert refused.value.code == "session_state"
        if (await house.receptions.get_for(house.clerk, session)).state == "scheduled":
            await house.do(house.clerk, session, "session.go_live")


async def test_the_same_id_from_another_participant_is_another_command(house: House) -> None:
    session = await house.session(await house.case())
    await house.receptions.execute(house.clerk, session, "x", "session.go_live", {})
    chair = house.account(Role.CHAIR)
    await house.receptions.execute(chair, session, "x", "session.pause", {"reason": "nghỉ"})
    assert (await kinds(house, session))[-2:] == ["session.live", "session.paused"]


async def test_a_refused_command_changes_nothing(house: House) -> None:
    session = await started(house)
    item = (await house.items(session))[0]
    await house.do(house.clerk, session, "item.call", item=item)
    before = await house.receptions.load(session)
    issue = {"item": item, "lead": "C11", "supporting": ["nowhere"], "text": "x", "due": "2026-12-01"}
    with pytest.raises(Refusal) as refused:
        await house.do(house.clerk, session, "directive.issue", **issue)
    assert (refused.value.code, refused.value.params) == ("unit_unknown", {"unit": "nowhere"})
    assert await house.receptions.load(session) == before
    assert await house.cases.directives_for(house.room("C11")) == []


async def test_numbers_have_no_gaps_when_all_press_at_once(house: House) -> None:
    session = await started(house)
    rooms = [house.room(code) for code in house.point]
    outcomes = await asyncio.gather(
        *(house.do(room, session, "hand.raise") for room in rooms),
        *(house.do(house.clerk, session, "session.pause", reason=str(n)) for n in range(3)),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Refusal) for each in outcomes) == 2
    events = await house.receptions.load(session)
    assert [event.n for event in events] == list(range(1, 4 + 5 + 1 + 1))
    assert (await house.receptions.verify(session)).ok


async def test_the_same_command_twice_at_once_is_done_once(house: House) -> None:
    session = await started(house)
    room = house.room("C11")
    twice = (house.receptions.execute(room, session, "same", "hand.raise", {}) for _ in range(4))
    outcomes = await asyncio.gather(*twice)
    assert len({outcome.n for outcome in outcomes}) == 1


async def test_hints_follow_the_commit(house: House) -> None:
    session = await house.session(await house.case())
    async with house.db.bus.subscribe(topic(session)) as hints:
        outcome = await house.do(house.clerk, session, "session.go_live")
        assert await hints.next(5) == outcome.n


@pytest.mark.parametrize(
    ("actor", "name", "data", "code"),
    [
        ("clerk", "session.fly", {}, "command_unknown"),
        ("clerk", "hand.raise", {}, "not_allowed"),
        ("room", "session.go_live", {}, "not_allowed"),
        ("clerk", "session.pause", {}, "data_bad"),
        ("clerk", "session.pause", {"reason": 3}, "data_bad"),
        ("clerk", "session.pause", {"reason": "", "more": ""}, "data_bad"),
        ("clerk", "session.pause", {"reason": "a\x00b"}, "data_bad"),
        ("clerk", "session.pause", {"reason": "a\ud800b"}, "data_bad"),
        ("clerk", "note.add", {"text": "  ", "mark": None}, "data_bad"),
        ("clerk", "note.add", {"text": "x" * 4001, "mark": None}, "data_bad"),
        ("clerk", "note.add", {"text": "x", "mark": "loud"}, "data_bad"),
        ("clerk", "audience.set", {"audience": "some"}, "data_bad"),
        ("stranger", "session.go_live", {}, "session_unknown"),
    ],
)
async def test_what_is_refused_at_the_door(
    sqlite_house: House, actor: str, name: str, data: dict[str, object], code: str
) -> None:
    house = sqlite_house
    session = await house.session(await house.case(), rooms=("C11",))
    actors = {"clerk": house.clerk, "room": house.room("C11"), "stranger": house.room("C21")}
    with pytest.raises(Refusal) as refused:
        await house.do(actors[actor], session, name, **data)
    assert refused.value.code == code


@pytest.mark.parametrize("command_id", ["", "x" * 65, "a\nb"])
async def test_command_ids_have_a_shape(sqlite_house: House, command_id: str) -> None:
    session = await sqlite_house.session(await sqlite_house.case())
    with pytest.raises(Refusal, match="data_bad"):
        await sqlite_house.receptions.execute(sqlite_house.clerk, session, command_id, "session.go_live", {})


async def test_a_session_that_is_not_theirs_does_not_exist(house: House) -> None:
    session = await house.session(await house.case(), rooms=("C11",))
    strangers = [
        house.room("C21"),
        house.account(Role.CLERK, "D2"),
        house.account(Role.TECHNICIAN, "D2"),
        house.account(Role.ADMINISTRATOR, None),
        Actor("account:none", "nobody"),
    ]
    for stranger in strangers:
        for missing in (session, "0" * 26, "no id", ""):
            with pytest.raises(Refusal, match="session_unknown"):
                await house.receptions.get_for(stranger, missing)
        with pytest.raises(Refusal, match="session_unknown"):
            await house.receptions.viewer(stranger, session)
        assert await house.receptions.list_for(stranger) == []


async def test_a_technician_sees_rooms_and_no_case(house: House) -> None:
    session = await house.session(await house.case(), rooms=("C11",))
    technician = house.account(Role.TECHNICIAN)
    viewer = await house.viewer(technician, session)
    assert (viewer.staff, viewer.technician, viewer.sees_wall) == (False, True, True)
    assert viewer.groups == {"technicians"}, "no picture of any hearing"
    assert [point.id for point in await house.receptions.points_of(technician, session)] == [
        house.point["C11"]
    ]
    assert house.receptions.may(viewer) == []
    both = house.account(Role.CLERK)
    mixed = replace(both, roles=both.roles | {Role.TECHNICIAN})
    assert not (await house.viewer(mixed, session)).technician, "a clerk loses nothing by it"


async def test_who_sees_a_session_as_what(house: House) -> None:
    session = await house.session(await house.case(), rooms=("C11",))
    expected = {
        house.clerk: (True, None),
        house.account(Role.CHAIR, None): (True, None),
        house.room("C11"): (False, house.point["C11"]),
        house.account(Role.POINT_LEADER, "C11"): (False, None),
        house.account(Role.SUPERVISOR, "P"): (False, None),
    }
    for actor, (staff, point) in expected.items():
        viewer = await house.viewer(actor, session)
        assert (viewer.staff, viewer.point) == (staff, point)
        assert [info.id for info in await house.receptions.list_for(actor)] == [session]
        assert (await house.receptions.get_for(actor, session)).staff is staff


async def test_only_staff_of_the_unit_schedules(house: House) -> None:
    new = NewSession("x", "regular", house.clock.now(), house.unit["P"].id, Audience.ALL)
    for actor in (house.account(Role.CLERK, "D1"), house.room("C11"), house.account(Role.SUPERVISOR)):
        with pytest.raises(Refusal, match="not_allowed"):
            await house.receptions.create_session(actor, new)
    assert await house.receptions.list_for(house.clerk) == []


async def test_a_denunciation_is_put_on_the_agenda_closed(house: House) -> None:
    session = await house.session()
    case = await house.case(kind=CaseKind.DENUNCIATION, title="Tố cáo")
    await house.receptions.add_item(house.account(Role.CHAIR), session, NewItem(case.id, Audience.ALL))
    assert (await house.receptions.load(session))[-1].data["audience"] == "closed"


async def test_nobody_puts_up_a_case_they_may_not_see(house: House) -> None:
    session = await house.session()
    for case in ("0" * 26, "x"):
        with pytest.raises(Refusal, match="case_unknown"):
            await house.receptions.add_item(house.clerk, session, NewItem(case))


async def test_inviting(house: House) -> None:
    session = await house.session(rooms=("C11",))
    points = [house.point["C11"], house.point["D1"]]
    assert await house.receptions.invite(house.clerk, session, points) == 1
    assert await house.receptions.invite(house.clerk, session, points) == 0
    with pytest.raises(Refusal, match="point_unknown"):
        await house.receptions.invite(house.clerk, session, ["0" * 26])
    found = await house.receptions.points_of(house.clerk, session)
    assert [(point.unit_code, point.parent_name) for point in found] == [
        ("C11", "Đông Hà"),
        ("D1", "Bình Minh"),
    ]
    with pytest.raises(Refusal, match="not_allowed"):
        await house.receptions.points_of(house.room("C11"), session)


async def test_the_next_session_of_a_room(house: House) -> None:
    room = house.room("C11")
    assert await house.receptions.next_for(room) is None
    first = await house.session()
    house.clock.advance(hours=5)
    second = await house.session()
    assert (await house.receptions.next_for(room)).id == first  # type: ignore[union-attr]
    await house.do(house.clerk, second, "session.go_live")
    assert (await house.receptions.next_for(room)).id == second  # type: ignore[union-attr]
    await house.do(house.clerk, second, "session.close")
    assert (await house.receptions.next_for(room)).id == first  # type: ignore[union-attr]


async def test_a_forgotten_session_keeps_no_room_from_todays(house: House) -> None:
    room = house.room("C11")
    forgotten = await house.session()
    house.clock.advance(hours=12)
    assert (await house.receptions.next_for(room)).id == forgotten  # type: ignore[union-attr]
    house.clock.advance(days=29)
    assert await house.receptions.next_for(room) is None
    assert await house.receptions.checks.own(room) is None
    today = await house.session()
    assert (await house.receptions.next_for(room)).id == today  # type: ignore[union-attr]
    assert (await house.receptions.checks.own(room)).session == today  # type: ignore[union-attr]


@pytest.mark.parametrize("left", ["live", "paused"])
async def test_a_session_that_was_never_ended_keeps_no_room_from_the_next(house: House, left: str) -> None:
    room, clerk = house.room("C11"), house.clerk
    forgotten = await house.session()  # in an hour
    await house.do(clerk, forgotten, "session.go_live")
    if left == "paused":
        await house.do(clerk, forgotten, "session.pause", reason="Nghỉ trưa")

    async def belongs() -> str:
        found, own = await house.receptions.next_for(room), await house.receptions.checks.own(room)
        assert found is not None
        assert own is not None
        assert own.session == found.id
        return found.id

    house.clock.advance(hours=12)
    soon = await house.session()
    assert await belongs() == forgotten, "it began 11 hours ago, and may go on"
    await house.receptions.before.cancel(clerk, soon, "Bão số 5 đổ bộ")
    house.clock.advance(days=29)
    assert await belongs() == forgotten, "nothing else is to come"
    today = await house.session()
    house.clock.advance(seconds=-1)
    assert await belongs() == forgotten, "an hour and a second before today's"
    house.clock.advance(seconds=1)
    assert await belongs() == today
    assert (await house.receptions.checks.own(room)).due  # type: ignore[union-attr]
    house.clock.advance(hours=1)
    await house.do(clerk, today, "session.go_live")
    assert await belongs() == today
    await house.do(clerk, today, "session.close")
    assert await belongs() == forgotten


async def test_of_sessions_that_were_never_ended_those_are_named_that_share_rooms(house: House) -> None:
    forgotten, elsewhere = await house.session(rooms=("C11",)), await house.session(rooms=("D2",))
    for each in (forgotten, elsewhere):
        await house.do(house.clerk, each, "session.go_live")
    house.clock.advance(days=1)
    today = await house.session(rooms=("C11", "C12"))
    await house.do(house.clerk, today, "session.go_live")

    async def named(actor: Actor, session: str) -> list[str]:
        return [each.id for each in await house.receptions.never_ended(actor, session)]

    assert await named(house.clerk, today) == [forgotten]
    assert await named(house.clerk, forgotten) == []
    assert await named(house.account(Role.SUPERVISOR), today) == []
    await house.do(house.clerk, forgotten, "session.close")
    assert await named(house.clerk, today) == []


async def test_moments_of_a_case(house: House) -> None:
    case = await house.case("C11")
    session = await house.session(case, await house.case("C21"))
    await house.do(house.clerk, session, "session.go_live")
    items = await house.items(session)
    await house.do(house.clerk, session, "item.call", item=items[0])
    await house.do(house.room("C11"), session, "case.take_up", item=items[0], leader="Ông Ba")
    await house.do(house.clerk, session, "note.add", text="sẽ trả lời", mark="promise")
    await house.do(house.clerk, session, "item.call", item=items[1])
    for actor in (house.clerk, house.room("C11"), house.account(Role.POINT_LEADER, "C11")):
        moments = await house.receptions.moments(actor, case.id)
        assert [moment.kind for moment in moments] == [
            "item.added",
            "item.called",
            "case.taken_up",
            "note.added",
            "item.deferred",
        ]
        assert moments[2].data["leader"] == "Ông Ba"
        assert moments[2].session_id == session
        assert moments[2].n == 6
    with pytest.raises(Refusal, match="case_unknown"):
        await house.receptions.moments(house.room("C21"), case.id)


async def test_moments_of_a_closed_hearing_stay_closed(house: House) -> None:
    case = await house.case("C11")
    session = await house.session(case)
    await house.do(house.clerk, session, "session.go_live")
    [item] = await house.items(session)
    await house.do(house.clerk, session, "item.call", item=item)
    await house.do(house.clerk, session, "note.add", text="mật", mark=None)
    await house.do(house.clerk, session, "audience.set", audience="closed")
    leader = house.account(Role.POINT_LEADER, "C11")
    seen = await house.receptions.moments(leader, case.id)
    assert "note.added" not in [moment.kind for moment in seen]
    assert "note.added" in [moment.kind for moment in await house.receptions.moments(house.clerk, case.id)]


async def test_moments_are_those_that_the_viewer_sees_in_the_session(sqlite_house: House) -> None:
    house = sqlite_house
    case = await house.case("C11")
    session = await house.session(case, audience=Audience.RELATED)
    await house.do(house.clerk, session, "session.go_live")
    [item] = await house.items(session)
    adviser, supervisor = house.account(Role.ADVISER), house.account(Role.SUPERVISOR)
    leader = house.account(Role.POINT_LEADER, "C11")
    desk = (await house.viewer(adviser, session)).point
    await house.receptions.record(session, "desk.joined", {"desk": desk, "name": "Sở A"})
    await house.do(house.clerk, session, "item.call", item=item)
    await house.do(house.clerk, session, "note.add", text="liên quan", mark=None)
    await house.do(house.clerk, session, "audience.set", audience="closed")
    await house.do(house.clerk, session, "floor.give", point=desk)
    await house.do(house.clerk, session, "note.add", text="kín", mark=None)

    async def read(actor: Actor) -> list[str]:
        seen = await house.receptions.moments(actor, case.id)
        return [moment.data["text"] for moment in seen if moment.kind == "note.added"]

    assert [await read(each) for each in (adviser, supervisor, leader)] == [["liên quan", "kín"], [], []]
    await house.do(house.clerk, session, "audience.set", audience="related", confirm=True)
    assert [await read(each) for each in (supervisor, leader)] == [[], ["liên quan"]]


async def test_who_decided_first_hears_the_second_instance(sqlite_house: House) -> None:
    house = sqlite_house
    case = (await house.case()).id
    await do(house, case, "classify find_eligible accept verify decide")
    await do(house, case, "receive_second", data={"decider": house.unit["P"].id})
    session = await house.session(await house.cases.get_for(house.clerk, case), audience=Audience.RELATED)
    [item] = (await house.live(session)).state.items.values()
    assert item.invited == {house.unit["C11"].id}
    async with house.db.begin() as work:
        gone = update(Unit).where(Unit.id == house.unit["C11"].id)
        await work.session.execute(gone.values(valid_to=local_day(house.clock.now())))
    session = await house.session(await house.cases.get_for(house.clerk, case), audience=Audience.RELATED)
    [item] = (await house.live(session)).state.items.values()
    assert item.invited == frozenset()
