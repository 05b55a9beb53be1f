"""Checks of rooms: kept, listed, asked for again."""

from datetime import timedelta

import pytest

from hub.people.roles import Role
from hub.reception.checking import KEPT
from hub.reception.errors import Refusal
from tests.hub.reception.test_checks import measures
from tests.kit.factories import ROOMS, House

BAD = {"camera": {"trouble": "missing"}}
FAIR = {"screen": {"width": 800}}


async def needs(house: House, session: str) -> list[tuple[str, str]]:
    found = await house.receptions.checks.standings(house.clerk, session)
    return [(each.point.unit_code, each.need) for each in found]


async def test_who_needs_somebody_stands_first_and_the_oldest_before_the_newer(house: House):
    session = await house.session()
    keep = house.receptions.checks.keep
    for room, changes in (("D1", {}), ("C12", FAIR), ("D2", BAD), ("C21", BAD)):
        house.clock.advance(minutes=1)
        await keep(house.room(room), measures(**changes))
    assert await needs(house, session) == [
        ("C11", "none"),
        ("D2", "no_go"),
        ("C21", "no_go"),
        ("C12", "limited"),
        ("D1", "go"),
    ]


async def test_the_last_result_counts_and_few_are_kept(house: House):
    session = await house.session()
    room = house.room("C11")
    for _ in range(KEPT + 3):
        house.clock.advance(seconds=6)
        await house.receptions.checks.keep(room, measures(**BAD))
    house.clock.advance(seconds=6)
    await house.receptions.checks.keep(room, measures())
    assert ("C11", "go") in await needs(house, session)
    from sqlalchemy import func, select

    from hub.reception.models import PointCheck

    async with house.db.read() as reading:
        assert await reading.scalar(select(func.count()).select_from(PointCheck)) == KEPT


async def test_asking_again_until_the_room_has_checked(house: House):
    session = await house.session()
    checks, room = house.receptions.checks, house.room("C11")
    await checks.keep(room, measures(**BAD))
    house.clock.advance(minutes=1)
    before = house.clock.now()
    house.clock.advance(seconds=1)
    assert await checks.ask(house.account(Role.TECHNICIAN), session, [house.point["C11"]]) == 1
    assert await checks.ask(house.clerk, session, [house.point["C11"]]) == 1
    own = await checks.own(room)
    assert own is not None
    assert (own.due, own.asked) == (True, True)
    (changed,) = await checks.standings(house.clerk, session, before)
    assert (changed.point.unit_code, changed.need) == ("C11", "asked")
    await checks.keep(room, measures())
    own = await checks.own(room)
    assert own is not None
    assert (own.due, own.asked) == (False, False)
    assert own.check is not None
    assert own.check.verdict == "go"


async def test_a_room_is_due_from_an_hour_before_until_it_has_checked(house: House):
    house.clock.advance(hours=-2)
    await house.session()
    checks, room = house.receptions.checks, house.room("C11")
    await checks.keep(room, measures())
    own = await checks.own(room)
    assert own is not None
    assert not own.due  # the session is in an hour, and a check is there
    house.clock.advance(minutes=-30)
    assert await checks.own(house.room("C12")) is not None
    assert await checks.own(house.clerk) is None


async def test_when_the_hour_begins_the_checks_of_the_days_before_are_lines_that_changed(house: House):
    session = await house.session()  # in an hour
    house.clock.advance(hours=-20)
    checks = house.receptions.checks
    for room in ("C11", "C12"):
        await checks.keep(house.room(room), measures())
    house.clock.advance(hours=20, minutes=-1)
    before = house.clock.now()
    assert await checks.standings(house.clerk, session, before) == []
    house.clock.advance(minutes=1, seconds=5)
    changed = await checks.standings(house.clerk, session, before)
    assert [(each.point.unit_code, each.need) for each in changed] == [("C11", "none"), ("C12", "none")]
    assert await checks.standings(house.clerk, session, house.clock.now()) == []
    await checks.keep(house.room("C11"), measures())
    changed = await checks.standings(house.clerk, session, house.clock.now() - timedelta(seconds=1))
    assert [(each.point.unit_code, each.need) for each in changed] == [("C11", "go")]


async def test_refusals(house: House):
    session = await house.session(rooms=("D1", "C11"))
    checks, clerk = house.receptions.checks, house.clerk

    async def refused(act) -> str:
        with pytest.raises(Refusal) as refusal:
            await act
        return refusal.value.code

    assert await refused(checks.standings(house.room("C11"), session)) == "not_allowed"
    assert await refused(checks.standings(house.account(Role.CLERK, "D2"), session)) == "session_unknown"
    assert await refused(checks.standings(clerk, "nothing")) == "session_unknown"
    assert await refused(checks.ask(clerk, session, [house.point["C21"]])) == "point_unknown"
    assert await refused(checks.keep(clerk, measures())) == "not_allowed"
    await checks.keep(house.room("C11"), measures())
    assert await refused(checks.keep(house.room("C11"), measures())) == "check_too_soon"
    await house.receptions.before.cancel(clerk, session, "Bão số 5 đổ bộ")
    assert await refused(checks.ask(clerk, session, [house.point["C11"]])) == "session_over"


async def test_a_room_without_a_session_is_told_its_result_and_nothing_is_kept(house: House):
    session = await house.session(rooms=tuple(room for room in ROOMS if room != "C21"))
    result = await house.receptions.checks.keep(house.room("C21"), measures(**BAD))
    assert result.verdict == "no_go"
    assert await house.receptions.checks.own(house.room("C21")) is None
    assert all(need == "none" for _, need in await needs(house, session))
