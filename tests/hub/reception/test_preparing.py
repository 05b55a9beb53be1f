"""Points, agenda and files: what planners may do, and what they are never shown."""

from datetime import date, timedelta

import pytest

from hub.cases.lives import Lives
from hub.cases.rules import CaseKind
from hub.people.roles import Role
from hub.reception.errors import Refusal
from hub.reception.events import Audience
from tests.hub.reception.test_before import draft, new, refused
from tests.kit.factories import House


async def positions(house: House, session: str) -> list[str]:
    agenda = await house.receptions.preparing.agenda(house.clerk, session)
    return [item.case.unit_code for item in agenda if item.case]


async def test_the_order_can_be_changed_and_stays(house: House) -> None:
    session, preparing = await draft(house), house.receptions.preparing
    cases = [await house.case(unit) for unit in ("C11", "C12", "C21")]
    for case in cases:
        await preparing.put(house.clerk, session, case.id)
    await preparing.move(house.clerk, session, cases[2].id, -1)
    await preparing.move(house.clerk, session, cases[0].id, -1)  # first already
    assert await positions(house, session) == ["C11", "C21", "C12"]
    await preparing.drop(house.clerk, session, cases[0].id)
    assert await positions(house, session) == ["C21", "C12"]
    assert await refused(preparing.drop(house.clerk, session, cases[0].id)) == "item_unknown"
    assert await refused(preparing.put(house.clerk, session, cases[1].id)) == "case_listed"
    await preparing.put(house.clerk, session, cases[0].id)
    assert await positions(house, session) == ["C21", "C12", "C11"]


async def test_a_denunciation_is_closed_whatever_is_chosen(sqlite_house: House) -> None:
    house, preparing = sqlite_house, sqlite_house.receptions.preparing
    session, case = await draft(house), await house.case(kind=CaseKind.DENUNCIATION, title="Tố cáo")
    await preparing.put(house.clerk, session, case.id, Audience.ALL)
    choose = preparing.set_audience(house.clerk, session, case.id, Audience.ALL)
    assert await refused(choose) == "denunciation_closed"
    assert [item.audience for item in await preparing.agenda(house.clerk, session)] == ["closed"]


async def test_an_item_has_the_sessions_audience_until_another_is_chosen(sqlite_house: House) -> None:
    house, preparing = sqlite_house, sqlite_house.receptions.preparing
    session, case = await draft(house), await house.case()
    await preparing.put(house.clerk, session, case.id)
    for chosen, shown in ((None, "related"), (Audience.ALL, "all"), (None, "related")):
        await preparing.set_audience(house.clerk, session, case.id, chosen)
        item = (await preparing.agenda(house.clerk, session))[0]
        assert (item.audience, item.own) == (shown, chosen is not None)


async def test_cases_out_of_sight_are_not_offered_not_taken_and_not_shown(house: House) -> None:
    preparing, far = house.receptions.preparing, await house.case("C21", title="Việc của nơi khác")
    session = await house.receptions.before.draft(house.clerk, new(house, "D1"))
    await preparing.put(house.clerk, session, far.id)  # the province's clerk sees it
    district = house.account(Role.CLERK, "D1")
    other = await house.case("C21")
    assert await preparing.candidates(district, session) == []
    assert await refused(preparing.put(district, session, other.id)) == "case_unknown"
    item = (await preparing.agenda(district, session))[0]
    assert item.case is None
    assert "nơi khác" not in repr(item)
    assert far.id not in repr(item)
    unit = house.unit["C21"].id
    await preparing.ask_file(house.clerk, session, far.id, unit=unit, what="Hồ sơ gốc", due=None)
    assert len(await preparing.files(house.clerk, session)) == 1
    assert await preparing.files(district, session) == []
    asked = (await preparing.files(house.clerk, session))[0]
    received = preparing.file_received(district, session, asked.id, received=True)
    assert await refused(received) == "file_unknown"


async def test_overdue_come_first_then_never_heard_then_the_oldest(house: House) -> None:
    heard, late, fresh = [await house.case(title=title) for title in ("Đã tiếp", "Quá hạn", "Chưa tiếp")]
    session = await house.session(heard, late)
    await house.do(house.clerk, session, "session.go_live")
    due = (house.clock.now() + timedelta(days=5)).date().isoformat()
    for number, item in enumerate(await house.items(session)):
        await house.do(house.clerk, session, "item.call", item=item)
        await house.do(house.clerk, session, "item.hear", item=item)
        if number == 1:
            issue = {"item": item, "lead": "C11", "supporting": [], "text": "Trả lời dân", "due": due}
            await house.do(house.clerk, session, "directive.issue", **issue)
    house.clock.advance(days=20)
    plan = await draft(house)
    found = await house.receptions.preparing.candidates(house.clerk, plan)
    assert [(each.case.title, each.due) for each in found] == [
        ("Quá hạn", date.fromisoformat(due)),
        ("Chưa tiếp", None),
        ("Đã tiếp", None),
    ]
    assert [
        each.case.id for each in await house.receptions.preparing.candidates(house.clerk, plan, "chua tiep")
    ] == [fresh.id]


async def test_a_closed_case_is_only_found_by_its_words(house: House) -> None:
    done, open_ = [await house.case(title=title) for title in ("Đền bù đã xong", "Đền bù đang làm")]
    for act, data in (
        ("classify", {"kind": "complaint", "field": "land"}),
        ("find_ineligible", {"reason": "x"}),
        ("guide", {"whereto": "x"}),
        ("notify_petitioner", {"how": "x"}),
        ("close_sent_away", {}),
    ):
        await Lives(house.cases).perform(house.clerk, done.id, act, data=data)
    plan, preparing = await draft(house), house.receptions.preparing
    assert [each.case.id for each in await preparing.candidates(house.clerk, plan)] == [open_.id]
    found = await preparing.candidates(house.clerk, plan, "den bu")
    assert [each.case.id for each in found] == [open_.id, done.id]


async def test_points_of_a_draft_come_and_go_those_of_a_scheduled_session_stay(house: House) -> None:
    session, preparing = await draft(house), house.receptions.preparing
    everyone = list(house.point.values())
    await preparing.set_points(house.clerk, session, everyone, everyone)
    await preparing.set_points(house.clerk, session, [house.point["C11"]], [])  # only one was shown
    assert (await preparing.points(house.clerk, session))[1] == set(everyone) - {house.point["C11"]}
    await house.receptions.before.schedule(house.clerk, session)
    await preparing.set_points(house.clerk, session, everyone, [house.point["C11"]])
    assert (await preparing.points(house.clerk, session))[1] == set(everyone)


async def test_a_district_invites_its_own_points_only(sqlite_house: House) -> None:
    house, preparing = sqlite_house, sqlite_house.receptions.preparing
    district = house.account(Role.CLERK, "D1")
    session = await house.receptions.before.draft(district, new(house, "D1"))
    near, _ = await preparing.points(district, session)
    assert {point.unit_code for point in near} == {"D1", "C11", "C12"}
    far = preparing.set_points(district, session, [], [house.point["C21"]])
    assert await refused(far) == "point_unknown"


async def test_files_are_missing_until_they_come(house: House) -> None:
    session, case = await draft(house), await house.case()
    preparing, unit = house.receptions.preparing, house.unit["C11"].id
    await preparing.put(house.clerk, session, case.id)
    for what, due in (("Sổ mục kê", None), ("Biên bản", date(2026, 7, 17))):
        await preparing.ask_file(house.clerk, session, case.id, unit=unit, what=what, due=due)
    files = await preparing.files(house.clerk, session)
    assert [file.what for file in files] == ["Biên bản", "Sổ mục kê"]
    await preparing.file_received(house.clerk, session, files[0].id, received=True)
    assert [file.received_by for file in await preparing.files(house.clerk, session)] == [
        "",
        house.clerk.name,
    ]
    await preparing.file_received(house.clerk, session, files[0].id, received=False)
    assert all(file.received_at is None for file in await preparing.files(house.clerk, session))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"what": " "}, "data_bad"),
        ({"what": "x" * 301}, "data_bad"),
        ({"unit": "0" * 26}, "unit_unknown"),
        ({"due": date(2026, 7, 14)}, "due_past"),
    ],
)
async def test_what_cannot_be_asked_for(sqlite_house: House, changes: dict[str, object], code: str) -> None:
    house, case = sqlite_house, await sqlite_house.case()
    session = await draft(house)
    await house.receptions.preparing.put(house.clerk, session, case.id)
    asked = {"unit": house.unit["C11"].id, "what": "Hồ sơ", "due": None} | changes
    with pytest.raises(Refusal) as refusal:
        await house.receptions.preparing.ask_file(house.clerk, session, case.id, **asked)  # type: ignore[arg-type]
    assert refusal.value.code == code


async def test_a_session_that_is_live_is_prepared_no_more(sqlite_house: House) -> None:
    house, preparing = sqlite_house, sqlite_house.receptions.preparing
    session, case = await house.session(), await house.case()
    await preparing.put(house.clerk, session, case.id)  # scheduled: still at the end
    await house.do(house.clerk, session, "session.go_live")
    for act in (
        preparing.move(house.clerk, session, case.id, 1),
        preparing.drop(house.clerk, session, case.id),
    ):
        assert await refused(act) == "session_state"
    other = await house.case()
    assert await refused(preparing.put(house.clerk, session, other.id)) == "session_state"
    assert await refused(preparing.set_points(house.clerk, session, [], [])) == "session_state"


async def test_a_scheduled_agenda_is_put_in_another_order_and_loses_a_case(house: House) -> None:
    preparing = house.receptions.preparing
    cases = [await house.case(unit) for unit in ("C11", "C12", "C21")]
    session = await house.session(*cases)
    await preparing.move(house.clerk, session, cases[2].id, -2)
    assert await positions(house, session) == ["C21", "C11", "C12"]
    await preparing.drop(house.clerk, session, cases[0].id)
    assert await positions(house, session) == ["C21", "C12"]
    assert await refused(preparing.drop(house.clerk, session, cases[0].id)) == "item_unknown"
    told = [event.kind for event in await house.receptions.load(session)]
    assert told[-3:] == ["agenda.ordered", "item.removed", "agenda.ordered"]
    await preparing.put(house.clerk, session, cases[0].id)
    assert await positions(house, session) == ["C21", "C12", "C11"]


async def test_a_case_on_another_agenda_is_known_before_it_is_put_on_a_second_one(house: House) -> None:
    preparing = house.receptions.preparing
    case, free = await house.case(), await house.case("C12")
    first = await house.session(case)
    session = await draft(house)
    found = await preparing.elsewhere(house.clerk, session, [case.id, free.id])
    assert {key: [each.session for each in known] for key, known in found.items()} == {case.id: [first]}
    assert await preparing.elsewhere(house.clerk, first, [case.id]) == {}
    await preparing.put(house.clerk, session, case.id)
    assert [each.state for each in (await preparing.elsewhere(house.clerk, first, [case.id]))[case.id]] == [
        "draft"
    ]
    await house.receptions.before.cancel(house.clerk, first, "Bão số 3")
    assert await preparing.elsewhere(house.clerk, session, [case.id]) == {}
