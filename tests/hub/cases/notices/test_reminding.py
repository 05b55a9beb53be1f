"""Said once, to the right ones, never of what was extended or suspended; by two processes at once too."""

import asyncio
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hub.cases.desk import NewCase
from hub.cases.directives import boards
from hub.cases.directives.conditions import Board
from hub.cases.models import Directive
from hub.cases.notices.reminding import Reminders, Said
from hub.cases.notices.tables import Notice
from hub.cases.rules import CaseField, CaseKind
from hub.cases.transitions import Transitions
from hub.cases.vault import Person
from hub.people.actor import HUB
from hub.people.roles import Role
from hub.units.local_day import local_day
from tests.hub.cases.notices.conftest import Desk
from tests.hub.cases.test_lives import do, stored
from tests.kit.factories import House

WEDNESDAY = date(2026, 7, 15)


async def notices(house: House) -> list[Notice]:
    async with house.db.read() as session:
        return list(await session.scalars(select(Notice).order_by(Notice.code, Notice.level, Notice.to_key)))


def codes(house: House, rows: list[Notice]) -> list[tuple[str, int, str, bool]]:
    code_of = {unit.id: code for code, unit in house.unit.items()}
    return sorted(
        (row.code, row.level, code_of[str(row.to_unit)], bool(row.params.get("nobody"))) for row in rows
    )


async def test_a_term_runs_out_and_goes_up(desk: Desk) -> None:
    house = desk.house
    for unit in ("C11", "D1", "P"):
        await desk.hire(Role.RECEPTION, unit)
    case = await house.case("C11")
    await desk.due(case, WEDNESDAY + timedelta(days=7))
    assert (await desk.run()).codes == {"term_soon": 1}
    assert (await desk.run()).total == 0
    await desk.run(days=7)
    await desk.run(days=1)
    assert codes(house, await notices(house)) == [
        ("term_due", 0, "C11", False),
        ("term_overdue", 0, "C11", False),
        ("term_soon", 0, "C11", False),
    ]
    await desk.run(days=5)  # three working days and a weekend later
    await desk.run(days=3)
    overdue = [row for row in await notices(house) if row.code == "term_overdue"]
    assert codes(house, overdue) == [
        ("term_overdue", 0, "C11", False),
        ("term_overdue", 1, "D1", False),
        ("term_overdue", 2, "P", False),
    ]
    assert overdue[0].params == {"rule": "complaint_first"}


async def test_only_the_strongest_word_stands(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    reader = await desk.hire(Role.RECEPTION, "C11")
    case = await desk.house.case("C11")
    await desk.due(case, WEDNESDAY + timedelta(days=6))
    await desk.run()
    assert await desk.read(reader) == [("term_soon", 0)]
    await desk.run(days=6)
    assert await desk.read(reader) == [("term_due", 0)]
    await desk.run(days=1)
    assert await desk.read(reader) == [("term_overdue", 0)]
    assert len(await desk.read(reader, "all")) == 3
    await desk.due(case, desk.today + timedelta(days=30))  # extended by decision
    said = await desk.run()
    assert (said.total, said.settled) == (0, 1)
    assert await desk.read(reader) == []


async def test_extended_or_suspended_is_never_overdue(desk: Desk) -> None:
    extended, suspended = await desk.house.case("C11"), await desk.house.case("C12")
    await desk.due(extended, WEDNESDAY + timedelta(days=40))
    await desk.due(suspended, None)
    assert (await desk.run()).total == 0


async def test_acts_that_move_a_term_settle_what_was_said_of_it(sqlite_desk: Desk) -> None:
    """By real acts: accepted, extended in time, suspended, resumed; nothing is said to be overdue."""
    desk, house = sqlite_desk, sqlite_desk.house
    reader = await desk.hire(Role.RECEPTION, "C11")
    case = (await house.case("C11")).id
    await do(house, case, "classify find_eligible accept verify")
    first = (await stored(house, case)).due_on
    assert first is not None
    said = await desk.run(days=(first - desk.today).days)
    assert said.codes["term_due"] == 1
    await do(house, case, "extend")
    after = await desk.run(days=1)
    assert after.settled == 1
    assert after.codes["term_overdue"] == 0
    assert await desk.read(reader) == []
    second = (await stored(house, case)).due_on
    assert second is not None
    assert second > first
    await do(house, case, "suspend")
    assert (await stored(house, case)).due_on is None
    for _ in range(6):
        assert (await desk.run(days=10)).codes["term_overdue"] == 0
    await do(house, case, "resume")
    assert (await desk.run()).codes["term_overdue"] == 0
    assert await desk.read(reader, "all") == [("term_due", 0)]


async def test_a_unit_without_anybody_goes_up_at_once(desk: Desk) -> None:
    house = desk.house
    await desk.hire(Role.CLERK, "P")
    case = await house.case("C11")
    await desk.due(case, WEDNESDAY)
    await desk.run()
    assert codes(house, await notices(house)) == [("term_due", 0, "C11", False), ("term_due", 0, "P", True)]
    late = await desk.hire(Role.POINT_LEADER, "C11")
    assert await desk.read(late) == [("term_due", 0)]


async def test_a_denunciation_needs_a_reader_who_may_read_it(sqlite_desk: Desk) -> None:
    house = sqlite_desk.house
    leader = await sqlite_desk.hire(Role.POINT_LEADER, "C11")
    staff = await sqlite_desk.hire(Role.RECEPTION, "D1")
    new = NewCase(
        CaseKind.DENUNCIATION, CaseField.LAND, house.unit["C11"].id, "Đơn", "", (Person("Đỗ Thị Ẩn"),)
    )
    case = await house.cases.register(new)
    await sqlite_desk.due(case, WEDNESDAY)
    await sqlite_desk.run()
    assert codes(house, await notices(house)) == [("term_due", 0, "C11", False), ("term_due", 0, "D1", True)]
    assert await sqlite_desk.read(leader) == []
    assert await sqlite_desk.inbox.fresh(leader) == 0
    entry = (await sqlite_desk.inbox.entries(staff)).entries[0]
    assert (entry.nobody, entry.unit_name) == (True, "Hòa An")


async def test_a_unit_never_hears_of_a_denunciation_of_itself(sqlite_desk: Desk) -> None:
    house = sqlite_desk.house
    own = await sqlite_desk.hire(Role.RECEPTION, "C11")
    await sqlite_desk.hire(Role.RECEPTION, "D1")
    new = NewCase(
        CaseKind.DENUNCIATION,
        CaseField.LAND,
        house.unit["C11"].id,
        "Đơn",
        "",
        (Person("Đỗ Thị Ẩn"),),
        complained_about=(house.unit["C11"].id,),
    )
    await sqlite_desk.due(await house.cases.register(new), WEDNESDAY)
    await sqlite_desk.run()
    assert codes(house, await notices(house)) == [("term_due", 0, "D1", False)]
    assert await sqlite_desk.read(own, "all") == []


def of_directives(said: Said) -> dict[str, int]:
    """The case's own terms are another test's business."""
    return {code: n for code, n in said.codes.items() if code.startswith("directive")}


async def directive(house: House, due: date, lead: str = "C21", *more: str) -> str:
    case = await house.case("C11")
    async with house.db.begin() as work:
        desk = house.cases.desk(work, house.clerk)
        row = await desk.case(case.id)
        others = [house.unit[each] for each in more]
        return await desk.issue(row, house.unit[lead], others, text="x", due=due, by=house.clerk)


async def test_a_directive_nobody_acknowledges(desk: Desk) -> None:
    house = desk.house
    for unit in ("C21", "D2", "D1", "P"):
        await desk.hire(Role.POINT_LEADER, unit)
    issued = await directive(house, WEDNESDAY + timedelta(days=60), "C21", "D1")
    assert of_directives(await desk.run()) == {"directive_new": 2}
    assert of_directives(await desk.run(days=1)) == {}
    assert of_directives(await desk.run(days=1)) == {"directive_unseen": 2}
    async with house.db.begin() as work:
        await house.cases.desk(work).acknowledge(issued, house.unit["D1"].id, house.clerk)
    assert of_directives(await desk.run(days=3)) == {
        "directive_unseen": 1
    }  # Monday: C21 alone, to the unit above
    last = [row for row in await notices(house) if row.level == 1 and row.code.startswith("directive")]
    # D2 stands above C21 and has no sight of the case: the province has.
    assert codes(house, last) == [("directive_unseen", 1, "P", False)]


async def test_a_directive_runs_out_for_its_leader_only(desk: Desk) -> None:
    house = desk.house
    for unit in ("C12", "D1", "P"):
        await desk.hire(Role.POINT_LEADER, unit)
    issued = await directive(house, WEDNESDAY + timedelta(days=5), "C12", "D2")
    async with house.db.begin() as work:
        for unit in ("C12", "D2"):
            await house.cases.desk(work).acknowledge(issued, house.unit[unit].id, house.clerk)
    assert of_directives(await desk.run()) == {"directive_soon": 1}
    assert of_directives(await desk.run(days=5)) == {"directive_due": 1}
    assert of_directives(await desk.run(days=1)) == {"directive_overdue": 1}
    assert of_directives(await desk.run(days=5)) == {"directive_overdue": 1}
    async with house.db.begin() as work:
        await house.cases.desk(work).withdraw(issued, "nhầm")
    said = await desk.run(days=3)
    assert of_directives(said) == {}
    standing = [row for row in await notices(house) if row.settled_at is None]
    assert {row.subject for row in standing} == {"case"}


async def test_the_day_promised_to_the_citizen_is_watched(desk: Desk) -> None:
    house = desk.house
    for unit in ("C12", "D1", "P"):
        await desk.hire(Role.POINT_LEADER, unit)
    leader = house.account(Role.POINT_LEADER, "C12")
    issued = await directive(house, WEDNESDAY + timedelta(days=60), "C12")
    promised = desk.today + timedelta(days=12)  # a Monday
    async with house.db.begin() as work:
        await house.cases.desk(work).acknowledge(issued, house.unit["C12"].id, house.clerk)
        row = await work.session.get_one(Directive, issued)
        row.state, row.answer_on = "accepted", promised
    assert of_directives(await desk.run()) == {}
    async with house.db.read() as session:
        assert (await boards.counts(session, leader, promised))[Board.WAITING] == 1
        for day, n in ((promised, 0), (promised + timedelta(days=1), 1)):
            counts = await boards.counts(session, house.clerk, day)
            assert counts[Board.OVERDUE] == n
            [each] = await boards.listed(session, leader, day, boards.Wanted(Board.WAITING))
            assert each.days_left == -n
    assert of_directives(await desk.run(days=12)) == {"directive_answer": 1}
    assert of_directives(await desk.run(days=1)) == {"directive_answer": 1}  # the unit above
    async with house.db.begin() as work:
        (await work.session.get_one(Directive, issued)).state = "citizen_replied"
    assert of_directives(await desk.run(days=1)) == {}
    assert not [
        each for each in await notices(house) if each.code == "directive_answer" and not each.settled_at
    ]


async def test_a_case_that_moved_is_said_to_its_new_unit(sqlite_desk: Desk) -> None:
    house = sqlite_desk.house
    case = await house.case("C11")
    await sqlite_desk.due(case, WEDNESDAY)
    await sqlite_desk.run()
    async with house.db.begin() as work:
        row = await house.cases.desk(work).case(case.id)
        row.unit_id = house.unit["C12"].id
    said = await sqlite_desk.run()
    assert said.settled == 1
    assert said.codes == {"term_due": 0} or said.total <= 1


async def test_two_processes_at_once_say_it_once(desk: Desk) -> None:
    house = desk.house
    await desk.hire(Role.RECEPTION, "C11")
    for _ in range(5):
        await desk.due(await house.case("C11"), WEDNESDAY)
    other = Reminders(house.db, house.clock, house.ids, "other")
    one, two = await asyncio.gather(desk.reminders.run(WEDNESDAY), other.run(WEDNESDAY))
    assert sorted((one.total, two.total)) == [0, 5]
    assert sorted((one.whole, two.whole)) == [False, True]
    assert len(await notices(house)) == 5


async def test_once_also_without_the_lease(desk: Desk) -> None:
    """A process that was frozen wakes up after its lease: the database says it was said."""
    house = desk.house
    await desk.hire(Role.RECEPTION, "C11")
    await desk.due(await house.case("C11"), WEDNESDAY)
    racers = [Reminders(house.db, house.clock, house.ids, "same") for _ in range(4)]
    said = await asyncio.gather(*(each.run(WEDNESDAY) for each in racers))
    assert sum(each.total for each in said) == 1
    assert len(await notices(house)) == 1


async def test_a_lease_passes_on_when_its_holder_is_silent(desk: Desk) -> None:
    other = Reminders(desk.house.db, desk.house.clock, desk.house.ids, "other")
    assert await desk.reminders.mine()
    assert not await other.mine()
    desk.house.clock.advance(minutes=2)
    assert await other.mine()
    assert not await desk.reminders.mine()


async def test_trying_writes_nothing(desk: Desk) -> None:
    await desk.hire(Role.RECEPTION, "C11")
    await desk.due(await desk.house.case("C11"), WEDNESDAY)
    assert (await desk.reminders.run(WEDNESDAY, dry=True)).codes["term_due"] == 1
    assert await notices(desk.house) == []


async def test_pages_are_gone_through_to_the_end(sqlite_desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr("hub.cases.notices.reminding.PAGE", 3)
    await sqlite_desk.hire(Role.RECEPTION, "C11")
    for n in range(10):
        await sqlite_desk.due(await sqlite_desk.house.case("C11"), WEDNESDAY + timedelta(days=n % 3))
    assert (await sqlite_desk.run()).total == 10
    assert local_day(sqlite_desk.house.clock.now()) == WEDNESDAY


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["wait", "due", "gone", "hire"]), st.integers(0, 2), st.integers(-20, 20)),
        max_size=12,
    )
)
async def test_once_whatever_happens(sqlite_desk: Desk, wishes: list[tuple[str, int, int]]) -> None:
    """One notice for a matter, a word, a term and a recipient; a second run the same day adds none."""
    desk, house = sqlite_desk, sqlite_desk.house
    cases = [await house.case(unit) for unit in ("C11", "C12", "P")]
    for n, (what, pick, days) in enumerate(wishes):
        if what == "wait":
            house.clock.advance(days=abs(days))
        elif what == "hire":
            unit = house.unit[("C11", "D1", "P")[pick]].id
            name = f"u{n}.{house.ids.new()}"
            await desk.people.create(name, name, "mật khẩu dài", [(Role.RECEPTION, unit)])
        else:
            await desk.due(cases[pick], desk.today + timedelta(days=days) if what == "due" else None)
        await desk.run()
        assert (await desk.run()).total == 0
    rows = await notices(house)
    keys = [(row.case_id, row.subject, row.code, row.term, row.to_key) for row in rows]
    assert len(keys) == len(set(keys))


async def test_below_a_district_that_was_renewed(desk: Desk) -> None:
    house = desk.house
    former = house.unit["D1"].id
    renewed = "code,name,level,parent_code,valid_from\nD1,Thành phố Đông Hà,district,P,2025-11-01\n"
    assert (await house.units.import_list(renewed.encode(), write=True)).written
    preview = await Transitions(house.db, house.clock, house.ids).preview(HUB)
    await Transitions(house.db, house.clock, house.ids).carry_out(HUB, preview.seal)
    stands = await house.units.by_code("D1")
    assert stands is not None
    assert stands.id != former
    house.unit["D1"] = stands
    for unit in ("C11", "D1"):
        await desk.hire(Role.RECEPTION, unit)
    case = await house.case("C11")
    clerk = await desk.hire(Role.CLERK, "D1")
    assert (await house.cases.get_for(clerk, case.id)).id == case.id
    await desk.due(case, WEDNESDAY - timedelta(days=7))
    house.clock.advance(days=(WEDNESDAY - desk.today).days)
    await desk.run()
    assert ("term_overdue", 1, "D1", False) in codes(house, await notices(house))
