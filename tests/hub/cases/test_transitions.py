"""From the tree of 2024 to that of 2025: nothing is lost, everything has one unit, and 2024 stays 2024."""

import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from deploy.demo import data
from hub.cases import charge, history
from hub.cases.act_tables import CaseAct, ComplainedUnit
from hub.cases.charge_tables import FormerCharge
from hub.cases.errors import Refusal
from hub.cases.models import Case, CaseReach, DirectiveUnit
from hub.cases.rules import CaseKind
from hub.cases.transitions import SUCCEED, Transitions
from hub.people.actor import HUB
from hub.people.models import Account, Grant
from hub.people.roles import Role
from hub.store.database import Database
from hub.store.ids import Ids
from hub.units.models import Unit, UnitSuccession
from hub.units.service import Units
from tests.kit.clock import HandClock
from tests.kit.factories import House

JULY = date(2025, 7, 1)
CASES = 5_000
YEAR = date(2024, 1, 1), date(2024, 12, 31)


async def province(db: Database, clock: HandClock) -> Units:
    """The demo's province as it was in 2024."""
    units = Units(db, clock)
    assert (await units.import_list(data.province_list(), write=True)).written
    return units


async def reform(units: Units) -> None:
    """The lists of 2025: the tree, and who carries on whom."""
    tree = await units.import_list(data.province_list_2025(), write=True, complete=True)
    assert (tree.problems, tree.new, tree.ended + tree.changed) == ([], 54, 190)
    assert (await units.import_successions(data.successions_2025(), write=True)).problems == []


async def fill(db: Database, count: int) -> None:
    """Open cases all over the province, received day by day through 2024, and one closed in each unit."""
    ids = Ids(HandClock())
    async with db.begin() as work:
        units = list(await work.session.scalars(select(Unit).where(Unit.level != "province")))
        above = {unit.id: unit.parent_id for unit in await work.session.scalars(select(Unit))}
        cases, acts, reaches = [], [], []
        for number in range(count + len(units)):
            unit = units[number % len(units)]
            received = datetime(2024, 1, 2, 3, tzinfo=UTC) + timedelta(days=number % 360)
            case_id = ids.new()
            state = "received" if number < count else "closed"
            cases.append(
                {
                    "id": case_id,
                    "book_unit_id": unit.id,
                    "year": 2024,
                    "serial": number // len(units) + 1,
                    "kind": "complaint",
                    "field": "land",
                    "unit_id": unit.id,
                    "title": f"Việc số {number}",
                    "summary": "",
                    "folded": f"viec so {number}",
                    "times_heard": 0,
                    "received_at": received,
                    "state": state,
                    "version": 1,
                    "remote": False,
                    "anonymous": False,
                    "evidence": False,
                }
            )
            acts.append(
                {
                    "id": ids.new(),
                    "case_id": case_id,
                    "n": 1,
                    "at": received,
                    "on": received.date(),
                    "act": "receive",
                    "by_key": "hub",
                    "by_name": "hub",
                    "data": {},
                }
            )
            following: str | None = unit.id
            while following is not None:
                reaches.append({"case_id": case_id, "unit_id": following, "directed": False})
                following = above[following]
        for table, rows in ((Case, cases), (CaseAct, acts), (CaseReach, reaches)):
            await work.session.execute(insert(table), rows)


async def names(db: Database) -> dict[str, str]:
    """Code and year of every unit, by id."""
    async with db.read() as session:
        found = list(await session.scalars(select(Unit)))
    return {unit.id: f"{unit.code}/{unit.valid_from.year}" for unit in found}


async def test_five_thousand_open_cases_go_from_2024_to_2025(db: Database, clock: HandClock) -> None:
    units = await province(db, clock)
    await fill(db, CASES)
    old = {unit.id for unit in await units.valid_on(date(2024, 12, 31))}
    async with db.read() as session:
        before = {
            row.id: row
            for row in await session.execute(select(Case.id, Case.unit_id, Case.serial, Case.state))
        }
        report = await charge.tally(session, *YEAR)
    await reform(units)
    transitions = Transitions(db, clock)
    preview = await transitions.preview(HUB)
    assert (preview.open_cases, preview.moving, preview.held, preview.staying) == (CASES, CASES, 0, 0)
    assert preview.stuck == []
    began = time.monotonic()
    done = await transitions.carry_out(HUB, preview.seal)
    took = time.monotonic() - began
    print(f"{db.dialect}: {done.cases} cases in {took:.1f} s")
    assert done.cases == CASES
    new = {unit.id for unit in await units.valid_on(JULY)}
    assert len(new) == 55
    async with db.read() as session:
        after = {row.id: row for row in await session.execute(select(Case.id, Case.unit_id, Case.serial))}
        assert after.keys() == before.keys()
        moved = {case_id for case_id, row in before.items() if row.state != "closed"}
        # Exactly one unit in charge, and it stands.
        assert all(after[case_id].unit_id in new for case_id in moved)
        assert all(after[each].unit_id == before[each].unit_id for each in before.keys() - moved)
        # The number and the origin stay.
        assert all(after[case_id].serial == before[case_id].serial for case_id in before)
        former = {row.case_id: row for row in await session.scalars(select(FormerCharge))}
        assert former.keys() == moved
        assert all(former[case_id].unit_id == before[case_id].unit_id for case_id in moved)
        assert {row.until for row in former.values()} == {JULY}
        acts = Counter(await session.scalars(select(CaseAct.act)))
        assert acts == {"receive": CASES + 190, SUCCEED: CASES}
        # Whoever was to take over did.
        heirs, called = data.carried_on(), await names(db)
        for case_id in moved:
            origin = called[before[case_id].unit_id].partition("/")[0]
            assert called[after[case_id].unit_id].partition("/")[0] == heirs[origin]
        # Nobody of the past sees anything any more, and nothing is out of sight.
        assert await session.scalar(select(func.count()).where(CaseReach.unit_id.in_(old - new))) == 0
        seen = set(await session.scalars(select(CaseReach.case_id).distinct()))
        assert seen == before.keys()
        own = select(Case.id).join(
            CaseReach, (CaseReach.case_id == Case.id) & (CaseReach.unit_id == Case.unit_id)
        )
        assert set(await session.scalars(own)) == moved
        # 2024 is counted by the tree of 2024, as it was before; the same cases today by that of 2025.
        assert await charge.tally(session, *YEAR) == report
        assert set(report) == old - new
        assert sum(report.values()) == CASES + 190
        today = await charge.tally(session, YEAR[0], clock.now().date())
        assert sum(today.values()) == CASES + 190
        open_today = {unit for unit in today if unit in new}
        assert open_today == set(Counter(row.unit_id for case, row in after.items() if case in moved))
    again = await transitions.preview(HUB)
    assert again.empty
    assert (await transitions.carry_out(HUB, again.seal)).cases == 0
    # One writer holds the lock meanwhile; others wait 10 s before they are told that the hub is busy.
    assert took < 60


async def split(house: House, *, main: str = "") -> dict[str, Unit]:
    """D1, C11, C12 ended yesterday: C11 and C12 became N, C12 in part also M; P and N carry on D1."""
    day = house.clock.now().date()
    made = {}
    async with house.db.begin() as work:
        for code in ("N", "M"):
            made[code] = Unit(
                id=house.ids.new(),
                code=code,
                valid_from=day,
                valid_to=None,
                name=code,
                folded=code.lower(),
                level="commune",
                parent_id=house.unit["P"].id,
            )
            work.session.add(made[code])
        await work.session.flush()
        gone = [house.unit[code].id for code in ("D1", "C11", "C12")]
        await work.session.execute(update(Unit).where(Unit.id.in_(gone)).values(valid_to=day))
        for code, target in (("C11", made["N"]), ("C12", made["N"]), ("C12", made["M"])):
            work.session.add(
                UnitSuccession(
                    unit_id=house.unit[code].id,
                    successor_id=target.id,
                    valid_from=day,
                    main=code == "C12" and target.code == main,
                )
            )
        for target in (house.unit["P"], made["N"]):
            work.session.add(
                UnitSuccession(
                    unit_id=house.unit["D1"].id,
                    successor_id=target.id,
                    valid_from=day,
                    main=target.code == "P",
                )
            )
    return made


async def test_what_nobody_decided_is_moved_by_nobody(sqlite_house: House) -> None:
    house = sqlite_house
    first, second = await house.case("C11"), await house.case("C12")
    made = await split(house)
    transitions = Transitions(house.db, house.clock)
    administrator = house.account(Role.ADMINISTRATOR)
    preview = await transitions.preview(administrator)
    (stuck,) = preview.stuck
    assert (stuck.unit.code, {each.code for each in stuck.choices}) == ("C12", {"N", "M"})
    assert (preview.moving, preview.held, preview.staying) == (1, 1, 0)
    with pytest.raises(Refusal) as refused:
        await transitions.carry_out(administrator, preview.seal)
    assert refused.value.code == "transition_stuck"
    with pytest.raises(Refusal) as unknown:
        await transitions.choose(administrator, house.unit["C12"].id, house.unit["P"].id)
    assert unknown.value.code == "unit_unknown"
    await transitions.choose(administrator, house.unit["C12"].id, made["M"].id)
    with pytest.raises(Refusal) as stale:
        await transitions.carry_out(administrator, preview.seal)
    assert stale.value.code == "transition_changed"
    assert (await house.cases.get_for(HUB, first.id)).unit_code == "C11"
    preview = await transitions.preview(administrator)
    assert (await transitions.carry_out(administrator, preview.seal)).cases == 2
    assert (await house.cases.get_for(HUB, first.id)).unit_code == "N"
    assert (await house.cases.get_for(HUB, second.id)).unit_code == "M"
    assert (await house.cases.get_for(HUB, second.id)).number == second.number


async def test_what_was_struck_out_is_neither_counted_nor_moved(sqlite_house: House) -> None:
    house = sqlite_house
    struck = [(await house.case(code)).id for code in ("C11", "C21", "C11")]
    async with house.db.begin() as work:
        gone = {"voided_on": house.clock.now().date()}
        await work.session.execute(update(Case).where(Case.id.in_(struck)).values(gone))
        await work.session.execute(update(Case).where(Case.id == struck[2]).values(state="closed"))
    standing = await house.case("C11")
    await split(house)
    transitions = Transitions(house.db, house.clock)
    preview = await transitions.preview(house.account(Role.ADMINISTRATOR))
    assert (preview.moving, preview.staying, preview.closed_cases) == (1, 0, 0)
    assert (await transitions.carry_out(house.account(Role.ADMINISTRATOR), preview.seal)).cases == 1
    async with house.db.read() as session:
        assert (await session.get_one(Case, struck[0])).unit_id == house.unit["C11"].id
        assert (await session.get_one(Case, standing.id)).unit_id != house.unit["C11"].id


@pytest.mark.parametrize(
    ("role", "unit"),
    [(Role.CLERK, "P"), (Role.CHAIR, "P"), (Role.TECHNICIAN, "P"), (Role.ADMINISTRATOR, "C21")],
)
async def test_only_administrators_of_the_province(sqlite_house: House, role: Role, unit: str) -> None:
    transitions = Transitions(sqlite_house.db, sqlite_house.clock)
    actor = sqlite_house.account(role, unit)
    for attempt in (
        transitions.preview(actor),
        transitions.carry_out(actor, ""),
        transitions.choose(actor, "a", "b"),
    ):
        with pytest.raises(Refusal) as refused:
            await attempt
        assert refused.value.code == "not_allowed"


async def test_directives_sight_roles_and_history_go_along(house: House) -> None:
    info = await house.case("C21")
    async with house.db.begin() as work:
        desk = house.cases.desk(work)
        case = await desk.case(info.id)
        one = await desk.issue(
            case, house.unit["C12"], [house.unit["C11"]], text="Đo lại.", due=date(2027, 1, 1), by=HUB
        )
        work.session.add(
            Account(
                id="a" * 26,
                login="x",
                name="X",
                password_hash="",
                epoch=1,
                active=True,
                failed_tries=0,
                created_at=house.clock.now(),
            )
        )
        await work.session.flush()
        for number, unit in enumerate(("C11", "C12")):
            work.session.add(
                Grant(
                    id=f"{number}" * 26, account_id="a" * 26, role="point_leader", unit_id=house.unit[unit].id
                )
            )
    made = await split(house, main="N")
    transitions = Transitions(house.db, house.clock)
    preview = await transitions.preview(HUB)
    assert (preview.moving, preview.staying, preview.parts, preview.accounts) == (0, 1, 2, 2)
    done = await transitions.carry_out(HUB, preview.seal, accounts=True)
    assert (done.cases, done.parts, done.accounts) == (0, 2, 2)
    async with house.db.read() as session:
        parts = list(await session.scalars(select(DirectiveUnit).where(DirectiveUnit.directive_id == one)))
        assert [(part.unit_id, part.part) for part in parts] == [(made["N"].id, "lead")]
        seen = set(await session.scalars(select(CaseReach.unit_id).where(CaseReach.case_id == info.id)))
        assert seen == {made["N"].id, *(house.unit[code].id for code in ("C21", "D2", "P"))}
        grants = list(await session.scalars(select(Grant.unit_id)))
        assert grants == [made["N"].id]
        acts = await history.acts_of(session, info.id)
        passed = [act for act in acts if act.act == "pass_directive"]
        assert {act.data["origin_code"] for act in passed} == {"C11", "C12"}
        assert [act.n for act in acts] == list(range(1, len(acts) + 1))
        assert (await session.get_one(Case, info.id)).version == len(acts)


async def test_a_case_received_after_the_change_passes_on_the_day_it_was_received(
    sqlite_house: House,
) -> None:
    house = sqlite_house
    await split(house, main="N")
    house.clock.advance(days=3)
    late = await house.case("C11")
    transitions = Transitions(house.db, house.clock)
    await transitions.carry_out(HUB, (await transitions.preview(HUB)).seal)
    today = house.clock.now().date()
    async with house.db.read() as session:
        case = await session.get_one(Case, late.id)
        first, second = await charge.charges_of(session, case)
        assert (first.since, first.until, second.since, second.until) == (today, today, today, None)
        assert await charge.tally(session, today, today) == {case.unit_id: 1}


async def test_nobody_becomes_the_judge_of_a_denunciation_against_themselves(sqlite_house: House) -> None:
    house = sqlite_house
    info = await house.case("C11", CaseKind.DENUNCIATION)
    async with house.db.begin() as work:
        work.session.add(ComplainedUnit(case_id=info.id, unit_id=house.unit["C12"].id))
    made = await split(house, main="N")
    transitions = Transitions(house.db, house.clock)
    await transitions.carry_out(HUB, (await transitions.preview(HUB)).seal)
    async with house.db.read() as session:
        case = await session.get_one(Case, info.id)
        assert case.unit_id == house.unit["P"].id
        said = set(await session.scalars(select(ComplainedUnit.unit_id)))
        assert said == {house.unit["C12"].id, made["N"].id, made["M"].id}
        seen = set(await session.scalars(select(CaseReach.unit_id).where(CaseReach.case_id == info.id)))
        assert seen == {house.unit["P"].id}


async def test_a_directive_in_a_denunciation_passes_over_the_denounced(house: House) -> None:
    info, above = await house.case("P", CaseKind.DENUNCIATION), house.unit["D2"].id
    async with house.db.begin() as work:
        desk = house.cases.desk(work)
        work.session.add(ComplainedUnit(case_id=info.id, unit_id=house.unit["C12"].id))
        case, due = await desk.case(info.id), house.clock.now().date()
        one, two = house.unit["C11"], house.unit["C21"]
        led = await desk.issue(case, one, [], text="Xác minh", due=due, by=HUB)
        helped = await desk.issue(case, two, [one], text="Xác minh", due=due, by=HUB)
    made = await split(house, main="N")
    async with house.db.begin() as work:
        await work.session.execute(update(Unit).where(Unit.id == made["N"].id).values(parent_id=above))
    transitions = Transitions(house.db, house.clock)
    await transitions.carry_out(HUB, (await transitions.preview(HUB)).seal)
    async with house.db.read() as session:
        assert made["N"].id in set(await session.scalars(select(ComplainedUnit.unit_id)))
        parts = {
            (part.directive_id, part.unit_id, part.part)
            for part in await session.scalars(select(DirectiveUnit))
        }
        assert parts == {(led, above, "lead"), (helped, two.id, "lead"), (helped, above, "support")}
        passed = [act for act in await history.acts_of(session, info.id) if act.act == "pass_directive"]
        assert {act.data["unit"] for act in passed} == {above}
        assert await session.get(CaseReach, (info.id, above)) is not None


async def test_a_case_may_pass_on_by_itself(sqlite_house: House) -> None:
    house = sqlite_house
    info = await house.case("C11")
    day = house.clock.now().date()
    async with house.db.begin() as work:
        desk = house.cases.desk(work)
        case = await desk.case(info.id)
        act = await desk.record(case, "hand_over", data={"unit": house.unit["C21"].id})
        await charge.pass_on(work.session, case, house.unit["C21"].id, n=act.n, on=day + timedelta(days=1))
        assert case.unit_id == house.unit["C21"].id
    async with house.db.read() as session:
        assert await charge.tally(session, day, day) == {house.unit["C11"].id: 1}
        assert await charge.tally(session, day, day + timedelta(days=1)) == {house.unit["C21"].id: 1}
