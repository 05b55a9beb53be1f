"""The second instance: who decides it, who works on the case from then on, and who only sees it."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.cases import boards, charge
from hub.cases.act_tables import ComplainedUnit
from hub.cases.charge import Charge
from hub.cases.errors import Refusal
from hub.cases.lives import Lives
from hub.cases.lookup import Lookup
from hub.cases.models import Case, Directive
from hub.cases.rights import seen, worked_on
from hub.cases.search import Wanted
from hub.cases.transitions import Transitions
from hub.people.roles import Role
from hub.people.secrets import Keys
from hub.units.local_day import local_day
from tests.hub.cases.test_lives import do, fields, refused, stored
from tests.hub.cases.test_transitions import split
from tests.kit.factories import House

DECIDED = "classify find_eligible accept verify decide"


async def decided(house: House, unit: str = "C11") -> str:
    case = (await house.case(unit)).id
    await do(house, case, DECIDED)
    return case


async def second(house: House, case: str, by: str = "P", **data: Any) -> None:
    await Lives(house.cases).perform(house.account(Role.CLERK, by), case, "receive_second", data=data)


async def charges(house: House, case: str) -> list[Charge]:
    async with house.db.read() as session:
        return await charge.charges_of(session, await session.get_one(Case, case))


async def who(house: House, case: str) -> dict[str, set[str]]:
    """The units whose clerks see the case, find it, and work on it."""
    found: dict[str, set[str]] = {"sees": set(), "finds": set(), "works": set()}
    for code in house.unit:
        clerk = house.account(Role.CLERK, code)
        listed = await house.cases.search().find(clerk, Wanted())
        found["finds"] |= {code} if case in {each.id for each in listed.cases} else set()
        async with house.db.read() as session:
            for what, ask in (("sees", seen), ("works", worked_on)):
                try:
                    await ask(session, clerk, case)
                except Refusal:
                    continue
                found[what].add(code)
    return found


async def test_a_second_complaint_passes_to_the_unit_above_and_the_first_only_sees_it(house: House) -> None:
    case = await decided(house)
    house.clock.advance(days=9)
    await second(house, case, by="C11")  # as the citizen handed it in there
    units, today = house.unit, local_day(house.clock.now())
    former, now = await charges(house, case)
    assert (former.unit, former.until) == (units["C11"].id, today)
    assert now == Charge(units["D1"].id, today, None)
    everybody = {"C11", "D1", "P"}
    assert await who(house, case) == {"sees": everybody, "finds": everybody, "works": {"D1", "P"}}
    told = (await Lives(house.cases).life(house.clerk, case)).acts[-1].data
    assert (told["origin_name"], told["unit_name"]) == ("Hòa An", "Đông Hà")
    [row] = await boards.by_unit(house.db, house.account(Role.CLERK, "C11"), today + timedelta(days=20))
    assert row.unit == units["D1"].id


async def test_who_decided_first_decides_nothing_more(house: House) -> None:
    case = await decided(house)
    await second(house, case)
    lives, first = Lives(house.cases), house.account(Role.CLERK, "C11")
    for act in ("accept", "verify", "decide"):
        with pytest.raises(Refusal, match="not_allowed"):
            await lives.perform(first, case, act, data=fields(act))
        assert (await lives.life(first, case)).offers == ()
        await lives.perform(house.account(Role.CLERK, "D1"), case, act, data=fields(act))
    assert (await stored(house, case)).state == "decided"


async def test_a_higher_unit_is_named_and_no_other(sqlite_house: House) -> None:
    house = sqlite_house
    case = await decided(house)
    life = await Lives(house.cases).life(house.clerk, case)
    assert [each.code for each in life.deciders] == ["D1", "P"]
    for code in ("C11", "C12", "D2"):
        data = {"decider": house.unit[code].id}
        met = await refused(house, case, "receive_second", data=data)
        assert (met.code, met.params["field"]) == ("act_field", "decider")
        tried = await Lives(house.cases).what_if(house.clerk, case, "receive_second", data=data)
        assert tried.refused is not None
    await second(house, case, decider=house.unit["P"].id)
    assert (await stored(house, case)).unit_id == house.unit["P"].id
    everybody = {"C11", "D1", "P"}
    assert await who(house, case) == {"sees": everybody, "finds": everybody, "works": {"P"}}


async def test_no_unit_gets_a_complaint_against_itself_while_another_is_above(sqlite_house: House) -> None:
    house = sqlite_house
    found = []
    for codes in (("D1",), ("D1", "P")):
        case = await decided(house)
        async with house.db.begin() as work:
            against = [ComplainedUnit(case_id=case, unit_id=house.unit[code].id) for code in codes]
            work.session.add_all(against)
        await second(house, case)
        found.append((await stored(house, case)).unit_id)
    assert found == [house.unit["P"].id] * 2


async def test_at_the_top_a_case_stays(sqlite_house: House) -> None:
    house = sqlite_house
    case = await decided(house, "P")
    assert (await Lives(house.cases).life(house.clerk, case)).deciders == ()
    await second(house, case)
    [only] = await charges(house, case)
    assert only.unit == house.unit["P"].id
    assert "origin" not in (await Lives(house.cases).life(house.clerk, case)).acts[-1].data


async def test_a_case_of_a_unit_that_is_no_more_passes_to_who_is_above_today(sqlite_house: House) -> None:
    house = sqlite_house
    commune, district = [await decided(house, code) for code in ("C11", "D1")]
    for case in (commune, district):
        await do(house, case, "reply close")
    await split(house, main="N")
    for case in (commune, district):
        await second(house, case)
        assert (await stored(house, case)).unit_id == house.unit["P"].id


async def test_no_reform_gives_a_second_complaint_back_to_who_decided_first(sqlite_house: House) -> None:
    house = sqlite_house
    case, taken_back = [await decided(house) for _ in range(2)]
    for each in (case, taken_back):
        await second(house, each)
    n = (await stored(house, taken_back)).version
    await Lives(house.cases).annul(house.clerk, taken_back, n, "nhầm hồ sơ")
    made = await split(
        house, main="N"
    )  # N carries on C11, which decided; and D1, if the administrator says so
    transitions, administrator = Transitions(house.db, house.clock), house.account(Role.ADMINISTRATOR)
    await transitions.choose(administrator, house.unit["D1"].id, made["N"].id)
    seal = (await transitions.preview(administrator)).seal
    await transitions.carry_out(administrator, seal)
    assert (await stored(house, case)).unit_id == house.unit["P"].id
    assert (await stored(house, taken_back)).unit_id == made["N"].id


async def test_what_is_owed_to_the_first_unit_is_owed_to_the_second(sqlite_house: House) -> None:
    house = sqlite_house
    case = await decided(house)
    async with house.db.begin() as work:
        desk = house.cases.desk(work, house.account(Role.CLERK, "C11"))
        row = await desk.case(case)
        issued = {"text": "Đo lại.", "due": date(2027, 1, 1), "by": house.account(Role.CLERK, "C11")}
        one = await desk.issue(row, house.unit["C12"], [], **issued)
    await second(house, case)
    async with house.db.read() as session:
        assert (await session.get_one(Directive, one)).issued_unit_id == house.unit["D1"].id


async def test_the_look_up_names_the_unit_that_has_it_now(house: House, tmp_path: Path) -> None:
    case = await decided(house)
    lookup = Lookup(house.db, house.cases, Keys(tmp_path / "secrets"), house.clock, house.ids)
    code = await lookup.issue(house.clerk, case)
    for name, invited in (("Hòa An", True), ("Đông Hà", False)):
        view = await lookup.find(code)
        assert view is not None
        assert (view.unit_name, view.complain_by is not None) == (name, invited)
        if invited:
            await second(house, case)


async def test_a_second_complaint_taken_back_gives_the_case_back(house: House) -> None:
    case = await decided(house)
    await second(house, case)
    house.clock.advance(days=3)
    n = (await stored(house, case)).version
    await Lives(house.cases).annul(house.clerk, case, n, "nhầm hồ sơ")
    row = await stored(house, case)
    assert (row.unit_id, row.state) == (house.unit["C11"].id, "decided")
    codes = {unit.id: code for code, unit in house.unit.items()}
    assert [codes[each.unit] for each in await charges(house, case)] == ["C11", "D1", "C11"]
    assert (await who(house, case))["works"] == {"C11", "D1", "P"}
    await second(house, case)
    assert (await who(house, case))["works"] == {"D1", "P"}


async def test_a_corrected_day_is_the_day_it_passed(sqlite_house: House) -> None:
    house, lives = sqlite_house, Lives(sqlite_house.cases)
    case = await decided(house)
    house.clock.advance(days=9)
    await second(house, case)
    n, data = (await stored(house, case)).version, {"text": "Đơn ghi ngày khác"}
    other = data | {"decider": house.unit["P"].id}
    today = local_day(house.clock.now())
    with pytest.raises(Refusal, match="data_bad"):
        await lives.correct(house.clerk, case, n, on=today, data=other, reason="ghi nhầm")
    for again, days in enumerate((4, 2)):
        day = today - timedelta(days=days)
        await lives.correct(house.clerk, case, n + again, on=day, data=data, reason="ghi nhầm")
        former, now = await charges(house, case)
        assert (former.until, now.since) == (day, day)
    told = (await lives.life(house.clerk, case)).acts[-1].data
    assert (told["unit_name"], told["text"]) == ("Đông Hà", "Đơn ghi ngày khác")
    await lives.annul(house.clerk, case, n + 2, "nhầm hồ sơ")
    assert (await stored(house, case)).unit_id == house.unit["C11"].id
