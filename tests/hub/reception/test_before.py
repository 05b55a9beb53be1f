"""Planning a session from draft to notice, as its planners and as everybody else."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hub.cases.rules import CaseKind
from hub.people.roles import Role
from hub.reception.before import When
from hub.reception.chain import Verdict
from hub.reception.errors import Refusal
from hub.reception.events import Audience
from hub.reception.planning import NewSession
from hub.reception.quota import Month
from tests.kit.factories import PETITIONER, House

RANDOM_ID = "0" * 26


def new(house: House, unit: str = "P", days: int = 7, **more: object) -> NewSession:
    plain = NewSession(
        title="Tiếp công dân định kỳ",
        form="periodic",
        starts_at=house.clock.now() + timedelta(days=days),
        ends_at=house.clock.now() + timedelta(days=days, hours=3),
        hub_unit=house.unit[unit].id,
        default_audience=Audience.RELATED,
        held_by="head",
        chair="Ông Chủ tịch",
    )
    return replace(plain, **more)  # type: ignore[arg-type]


async def draft(house: House, **more: object) -> str:
    return await house.receptions.before.draft(house.clerk, new(house, **more))  # type: ignore[arg-type]


async def refused(awaited: object) -> str:
    with pytest.raises(Refusal) as refusal:
        await awaited  # type: ignore[misc]
    return refusal.value.code


async def kinds(house: House, session: str) -> list[str]:
    return [event.kind for event in await house.receptions.load(session)]


async def test_from_draft_to_live(house: House) -> None:
    before, preparing = house.receptions.before, house.receptions.preparing
    land, secret = await house.case(), await house.case("C12", CaseKind.DENUNCIATION, "Tố cáo cán bộ")
    session = await draft(house)
    await preparing.put(house.clerk, session, land.id, Audience.ALL)
    await preparing.put(house.clerk, session, secret.id, Audience.ALL)
    await preparing.move(house.clerk, session, secret.id, -1)
    chosen = [house.point["D1"], house.point["C11"]]
    await preparing.set_points(house.clerk, session, chosen, chosen)
    assert await kinds(house, session) == []
    await before.schedule(house.clerk, session)
    agenda = await preparing.agenda(house.clerk, session)
    assert [(item.case and item.case.id, item.audience, item.forced) for item in agenda] == [
        (secret.id, "closed", True),
        (land.id, "all", False),
    ]
    await before.publish(house.clerk, session)
    await house.do(house.clerk, session, "session.go_live")
    assert await kinds(house, session) == [
        "session.created",
        "item.added",
        "item.added",
        "session.published",
        "session.live",
    ]
    assert await house.receptions.verify(session) == Verdict(True, 5)


async def test_a_draft_is_there_for_its_planners_only(house: House) -> None:
    session = await draft(house)
    points = list(house.point.values())
    await house.receptions.preparing.set_points(house.clerk, session, points, points)
    others = [house.account(role) for role in (Role.SUPERVISOR, Role.TECHNICIAN, Role.ADMINISTRATOR)]
    others += [house.account(Role.CLERK, "D1"), house.account(Role.POINT_LEADER, "C11"), house.room("C11")]
    for actor in others:
        assert await refused(house.receptions.before.get(actor, session)) == "session_unknown"
        assert await refused(house.receptions.before.schedule(actor, session)) == "session_unknown"
        assert await house.receptions.before.drafts(actor) == []
    for actor in (*others, house.clerk):
        assert await refused(house.receptions.get_for(actor, session)) == "session_unknown"
        assert await house.receptions.list_for(actor) == []
    assert await house.receptions.next_for(house.room("C11")) is None
    assert await refused(house.do(house.clerk, session, "session.go_live")) == "session_unknown"
    assert await refused(house.receptions.before.get(house.clerk, RANDOM_ID)) == "session_unknown"


async def test_staff_of_a_unit_plan_for_it_and_below_only(sqlite_house: House) -> None:
    house = sqlite_house
    district = house.account(Role.RECEPTION, "D1")
    before = house.receptions.before
    assert await before.draft(district, new(house, "C11"))
    for unit in ("P", "D2", "C21"):
        assert await refused(before.draft(district, new(house, unit))) == "unit_unknown"
    assert {unit.code for unit in await before.units(district, date(2026, 7, 15))} == {"D1", "C11", "C12"}
    listed = await before.sessions(house.account(Role.CLERK, "D2"), date(2026, 7, 1), date(2026, 8, 1))
    assert listed == []


async def test_a_scheduled_session_may_change_and_others_are_told(house: House) -> None:
    session = await draft(house)
    before = house.receptions.before
    await before.schedule(house.clerk, session)
    await before.change(house.clerk, session, new(house, title="Tên khác"))
    state = (await house.live(session)).state
    assert (state.title, (await house.receptions.get_for(house.clerk, session)).title) == ("Tên khác",) * 2
    assert await refused(before.change(house.clerk, session, new(house, "D1"))) == "session_state"
    await before.publish(house.clerk, session)
    assert await refused(before.change(house.clerk, session, new(house))) == "session_state"
    assert await refused(before.publish(house.clerk, session)) == "session_state"


async def test_a_postponed_session_names_its_successor(house: House) -> None:
    before, case = house.receptions.before, await house.case()
    session = await house.session(case, await house.case("C12", CaseKind.DENUNCIATION), rooms=("D1", "C11"))
    when = When(house.clock.now() + timedelta(days=9))
    successor = await before.postpone(house.clerk, session, "  Bão số 3,  đường ngập ", when)
    assert successor is not None
    old, fresh = await before.get(house.clerk, session), await before.get(house.clerk, successor)
    assert (old.state, old.reason, old.successor) == ("postponed", "Bão số 3, đường ngập", successor)
    assert old.notice_at == house.clock.now()
    assert (fresh.state, fresh.starts_at, fresh.title) == ("scheduled", when.starts_at, old.title)
    agenda = await house.receptions.preparing.agenda(house.clerk, successor)
    assert [item.audience for item in agenda] == ["all", "closed"]
    assert (await house.receptions.get_for(house.room("C11"), successor)).points == 2
    assert (await house.receptions.load(session))[-1].data["successor"] == successor
    for name in ("session.go_live", "item.call"):
        data = {"item": (await house.items(session))[0]} if name == "item.call" else {}
        assert await refused(house.do(house.clerk, session, name, **data)) == "session_over"
    assert await refused(before.cancel(house.clerk, session, "muộn rồi")) == "session_over"
    waiting = await house.receptions.next_for(house.room("C11"))
    assert waiting is not None
    assert waiting.id == successor


async def test_without_a_new_time_there_is_no_successor(sqlite_house: House) -> None:
    house = sqlite_house
    session = await house.session()
    assert await house.receptions.before.postpone(house.clerk, session, "Chưa định ngày") is None
    assert await house.receptions.next_for(house.room("C11")) is None


@pytest.mark.parametrize("step", ["postpone", "cancel"])
async def test_the_reason_names_nobody_who_is_protected(sqlite_house: House, step: str) -> None:
    house = sqlite_house
    secret = await house.case("C12", CaseKind.DENUNCIATION, "Tố cáo cán bộ")
    session = await house.session(await house.case(), secret)
    await getattr(house.receptions.before, step)(house.clerk, session, f"Chờ {PETITIONER.name} khỏe lại")
    kept = "Chờ ••• khỏe lại"
    assert (await house.receptions.before.get(house.clerk, session)).reason == kept
    assert (await house.receptions.load(session))[-1].data["reason"] == kept


async def test_cancelling_needs_a_reason_and_comes_before_live(house: House) -> None:
    before = house.receptions.before
    session = await house.session()
    for reason in ("", "   ", "abc", "x" * 501):
        assert await refused(before.cancel(house.clerk, session, reason)) == "data_bad"
    await before.cancel(house.clerk, session, "Trùng lịch họp")
    assert await kinds(house, session) == ["session.created", "session.cancelled"]
    live = await house.session()
    await house.do(house.clerk, live, "session.go_live")
    assert await refused(before.cancel(house.clerk, live, "Trùng lịch họp")) == "session_state"
    assert await refused(before.postpone(house.clerk, live, "Trùng lịch họp")) == "session_state"


async def test_only_a_draft_can_be_deleted(house: House) -> None:
    before, preparing = house.receptions.before, house.receptions.preparing
    session, case = await draft(house), await house.case()
    await preparing.put(house.clerk, session, case.id)
    unit = house.unit["C11"].id
    await preparing.ask_file(house.clerk, session, case.id, unit=unit, what="Bản đồ địa chính", due=None)
    await before.delete(house.clerk, session)
    assert await refused(before.get(house.clerk, session)) == "session_unknown"
    again = await draft(house)
    await preparing.put(house.clerk, again, case.id)
    assert [file.what for file in await preparing.files(house.clerk, again)] == ["Bản đồ địa chính"]
    await before.schedule(house.clerk, again)
    assert await refused(before.delete(house.clerk, again)) == "session_state"


async def test_what_has_passed_is_not_scheduled_and_not_published(sqlite_house: House) -> None:
    house, before = sqlite_house, sqlite_house.receptions.before
    session, second = await draft(house), await draft(house)
    await before.schedule(house.clerk, second)
    house.clock.advance(days=8)
    assert await refused(before.schedule(house.clerk, session)) == "session_past"
    assert await refused(before.publish(house.clerk, second)) == "session_past"
    past = When(house.clock.now() - timedelta(days=1))
    assert await refused(before.postpone(house.clerk, second, "Chậm trễ", past)) == "session_past"
    assert (await before.get(house.clerk, second)).state == "scheduled"


async def test_the_quota_counts_what_the_head_holds(house: House) -> None:
    before = house.receptions.before

    async def province() -> tuple[int, int, int]:
        found = (await before.quota(house.clerk, Month(2026, 7)))[0]
        assert found.name == "Bình Minh"
        return found.standing.held, found.standing.planned, found.standing.missing

    session = await draft(house)
    assert await province() == (0, 0, 1)
    await before.schedule(house.clerk, session)
    assert await province() == (0, 1, 0)
    await house.do(house.clerk, session, "session.go_live")
    assert await province() == (1, 0, 0)
    delegated = await draft(house, days=8, held_by="delegation")
    await before.schedule(house.clerk, delegated)
    assert await province() == (1, 0, 0)
    quotas = await before.quota(house.clerk, Month(2026, 7))
    assert [each.level for each in quotas] == ["province", "commune", "commune", "commune"]


async def test_a_cancelled_session_is_planned_anew_as_a_draft_of_its_own(house: House) -> None:
    before, preparing = house.receptions.before, house.receptions.preparing
    land, secret = await house.case(), await house.case("C12", CaseKind.DENUNCIATION, "Tố cáo cán bộ")
    session = await house.session(land, secret, rooms=("D1", "C11"))
    again = house.clock.now() + timedelta(days=20)
    assert await refused(before.again(house.clerk, session, again)) == "session_state"
    await before.cancel(house.clerk, session, "Bão số 3")
    fresh = await before.again(house.clerk, session, again)
    plan = await before.get(house.clerk, fresh)
    assert (plan.state, plan.starts_at, plan.title) == ("draft", again, "Tiếp công dân định kỳ")
    items = await preparing.agenda(house.clerk, fresh)
    assert [(item.case.id if item.case else "", item.audience) for item in items] == [
        (land.id, "all"),
        (secret.id, "closed"),
    ]
    assert (await preparing.points(house.clerk, fresh))[1] == {house.point["D1"], house.point["C11"]}
    assert (await before.get(house.clerk, session)).state == "cancelled"
    await before.schedule(house.clerk, fresh)


async def test_a_postponed_session_that_has_a_new_time_is_not_planned_twice(sqlite_house: House) -> None:
    house, before = sqlite_house, sqlite_house.receptions.before
    for when, code in ((When(house.clock.now() + timedelta(days=9)), "session_state"), (None, "")):
        session = await house.session()
        await before.postpone(house.clerk, session, "Bão số 3", when)
        planned = before.again(house.clerk, session, house.clock.now() + timedelta(days=9))
        if code:
            assert await refused(planned) == code
        else:
            assert await planned
