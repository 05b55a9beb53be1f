"""Lives of stored cases: acts, corrections, edits, joins, terms; on both databases."""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hub.cases import deadlines, history, joining, name_tries, reckoning
from hub.cases.clock.reckon import terms, worst
from hub.cases.desk import NewCase
from hub.cases.editing import Facts, FileChanged
from hub.cases.errors import Refusal
from hub.cases.life import ACTS, State
from hub.cases.lives import CaseStale, Lives
from hub.cases.models import Case, CaseReach
from hub.cases.rules import CaseField, CaseKind
from hub.cases.story import lawful
from hub.cases.vault import Person
from hub.people.audit import entries_of
from hub.people.roles import Role
from hub.units.local_day import local_day
from hub.units.working_days import vietnam
from tests.kit.factories import PETITIONER, House

FIELDS: Mapping[str, Any] = {
    "uncoerced": True,
    "checklist": {"confirmed": True},
    "kind": "complaint",
    "field": "land",
    "way": "complex",
    "outcome": "upheld",
}
WAY = "classify find_eligible accept verify suspend resume extend hold_dialogue decide enforce reply close"


def fields(act: str) -> dict[str, Any]:
    return {name: FIELDS.get(name, "văn bản") for name in ACTS[act].needs}


async def do(house: House, case: str, acts: str, **more: Any) -> None:
    for act in acts.split():
        await Lives(house.cases).perform(house.clerk, case, act, **({"data": fields(act)} | more))


async def refused(house: House, case: str, act: str, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as met:
        await Lives(house.cases).perform(house.clerk, case, act, **({"data": fields(act)} | more))
    return met.value


async def stored(house: House, case_id: str) -> Case:
    async with house.db.read() as session:
        return await session.get_one(Case, case_id)


async def cached_is_computed(house: House, case_id: str) -> None:
    async with house.db.read() as session:
        case = await session.get_one(Case, case_id)
        acts = await history.acts_of(session, case_id)
    today = local_day(house.clock.now())
    for later in (0, 1, 40, 400):
        found = worst(terms(deadlines.course_of(case, acts), today + timedelta(days=later), vietnam()))
        assert (case.due_on, case.due_rule) == ((found.due, found.rule.id) if found else (None, None))


async def test_a_complaint_from_receipt_to_the_end(house: House) -> None:
    case = (await house.case()).id
    for n, act in enumerate(WAY.split(), 2):
        house.clock.advance(days=1)
        await do(house, case, act)
        row = await stored(house, case)
        assert row.version == n
        assert row.state == (ACTS[act].to or row.state)
        await cached_is_computed(house, case)
    life = await Lives(house.cases).life(house.clerk, case)
    assert (life.state, [each.n for each in life.acts]) == (
        State.CLOSED,
        list(range(1, len(WAY.split()) + 2)),
    )
    assert row.due_on is None


async def test_every_act_that_is_not_lawful_is_refused_with_its_rule(sqlite_house: House) -> None:
    house = sqlite_house
    case = (await house.case()).id
    for step in WAY.split():
        async with house.db.read() as session:
            story = await deadlines.read_story(session, await session.get_one(Case, case))
        for act in set(ACTS) - set(lawful(story)):
            found = await refused(house, case, act)
            assert found.code.startswith("act_")
            assert found.params["basis"]
        await do(house, case, step)


async def test_history_only_grows(house: House) -> None:
    case = (await house.case()).id
    for wish in ("UPDATE case_acts SET act = 'x'", "DELETE FROM case_acts"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with house.db.begin() as work:
                await work.session.execute(text(wish))
    assert (await stored(house, case)).version == 1


async def test_numbers_have_no_gaps_when_many_act_at_once(house: House) -> None:
    case = (await house.case()).id
    await do(house, case, "classify find_eligible accept")
    data = fields("withdraw_part")
    lives = Lives(house.cases)
    await asyncio.gather(*(lives.perform(house.clerk, case, "withdraw_part", data=data) for _ in range(8)))
    async with house.db.read() as session:
        assert [each.n for each in await history.acts_of(session, case)] == list(range(1, 13))


async def test_one_of_two_who_act_on_the_same_version_is_told(house: House) -> None:
    case = (await house.case()).id
    lives = Lives(house.cases)
    tries = [
        lives.perform(house.clerk, case, act, data=fields(act), version=1) for act in ("classify", "withdraw")
    ]
    done = await asyncio.gather(*tries, return_exceptions=True)
    stale = [each for each in done if isinstance(each, CaseStale)]
    assert len(stale) == 1
    assert [each.n for each in stale[0].since] == [2]


async def test_no_name_of_who_asks_stands_in_history(house: House) -> None:
    case = (await house.case()).id
    await do(house, case, "classify")
    data = {"reason": f"{PETITIONER.name} rút đơn", "uncoerced": True}
    await Lives(house.cases).perform(house.clerk, case, "withdraw", data=data)
    life = await Lives(house.cases).life(house.clerk, case)
    assert life.acts[-1].data["reason"] == "••• rút đơn"


async def test_a_denouncer_in_a_text_is_refused_in_acts_and_edits(house: House) -> None:
    person = Person("Trần Văn Kín", "Ngõ Sâu", "0123")
    new = NewCase(CaseKind.DENUNCIATION, CaseField.LAND, house.unit["C11"].id, "Tố cáo", "", (person,))
    case = (await house.cases.register(new)).id
    found = await refused(house, case, "withdraw", data={"reason": "tran van kin rút", "uncoerced": True})
    assert found.code == "identity_in_text"
    texts = {"title": "Tố cáo của Trần Văn Kín", "summary": "", "field": "land"}
    with pytest.raises(Refusal, match="identity_in_text"):
        await Lives(house.cases).amend(house.clerk, case, 1, texts)


async def test_versions_are_masked_with_the_case(house: House) -> None:
    case = (await house.case()).id
    lives = Lives(house.cases)
    named = {"title": "Đất của Lê Thị Mơ", "summary": "Lê Thị Mơ hỏi", "field": "land"}
    await lives.amend(house.clerk, case, 1, named)
    await lives.amend(house.clerk, case, 2, named | {"title": "Đất"})
    async with house.db.begin() as work:
        desk = house.cases.desk(work, house.clerk)
        await desk.reclassify(await desk.case(case, lock=True), CaseKind.DENUNCIATION)
    async with house.db.read() as session:
        for table in ("cases", "case_versions", "case_acts", "petitions"):
            assert "Mơ" not in repr((await session.execute(text(f"SELECT * FROM {table}"))).all())
    assert len(await lives.versions(house.clerk, case)) == 2


async def test_a_unit_complained_about_cannot_end_a_case_and_the_one_above_can(house: House) -> None:
    unit = house.unit["C11"].id
    new = NewCase(
        CaseKind.COMPLAINT, CaseField.LAND, unit, "Đất", "", (PETITIONER,), complained_about=(unit,)
    )
    case = (await house.cases.register(new)).id
    await do(house, case, "classify find_ineligible")
    lives = Lives(house.cases)
    mine = house.account(Role.CLERK, "C11")
    with pytest.raises(Refusal, match="conflict_of_interest"):
        await lives.perform(mine, case, "archive", data=fields("archive"))
    assert (await lives.life(mine, case)).conflict
    await lives.perform(house.account(Role.CLERK, "D1"), case, "archive", data=fields("archive"))
    assert (await stored(house, case)).state == "archived"


async def test_a_unit_does_not_strike_itself_off_those_complained_of(house: House) -> None:
    unit = house.unit["C11"].id
    new = NewCase(
        CaseKind.COMPLAINT, CaseField.LAND, unit, "Đất", "", (PETITIONER,), complained_about=(unit,)
    )
    case = (await house.cases.register(new)).id
    lives = Lives(house.cases)
    mine, cleared = house.account(Role.CLERK, "C11"), Facts(True, False, False, frozenset())
    with pytest.raises(Refusal, match="conflict_of_interest"):
        await lives.note_facts(mine, case, cleared)
    await lives.note_facts(mine, case, Facts(True, False, False, frozenset({unit})))  # the rest is theirs
    await lives.note_facts(house.account(Role.CLERK, "D1"), case, cleared)
    assert (await lives.life(mine, case)).facts == cleared


async def test_a_step_taken_back_leaves_the_case_where_it_stood(house: House) -> None:
    case = (await house.case()).id
    await do(house, case, "classify find_eligible accept")
    lives = Lives(house.cases)
    with pytest.raises(Refusal, match="act_needed"):
        await lives.annul(house.clerk, case, 3, "nhầm hồ sơ")
    await lives.annul(house.clerk, case, 4, "nhầm hồ sơ")
    row = await stored(house, case)
    assert (row.state, row.due_rule, row.version) == ("eligible", "complaint_acceptance", 5)
    with pytest.raises(Refusal, match="act_unknown"):
        await lives.annul(house.clerk, case, 4, "hai lần")
    acts = (await lives.life(house.clerk, case)).acts
    assert [(each.n, each.holds) for each in acts] == [(1, True), (2, True), (3, True), (4, False), (5, True)]


async def test_why_a_step_is_taken_back_names_nobody_who_is_sealed(house: House) -> None:
    person = Person("Trần Văn Kín", "Ngõ Sâu", "0123")
    new = NewCase(CaseKind.DENUNCIATION, CaseField.LAND, house.unit["C11"].id, "Tố cáo", "", (person,))
    case = (await house.cases.register(new)).id
    await do(house, case, "classify", data=fields("classify") | {"kind": "denunciation"})
    for _ in range(name_tries.MOST):
        with pytest.raises(Refusal, match="identity_in_text"):
            await Lives(house.cases).annul(house.clerk, case, 2, "Trần Văn Kín nhờ")
    async with house.db.read() as session:
        tried = [each.act for each in await entries_of(session, f"case:{case}")]
    assert tried.count(name_tries.ACT) == name_tries.MOST
    with pytest.raises(Refusal, match="names_tried"):
        await Lives(house.cases).annul(house.clerk, case, 2, "nhầm hồ sơ")
    assert (await stored(house, case)).state == "classified"


async def test_a_corrected_day_moves_the_terms(house: House) -> None:
    received = house.clock.now()
    case = (await house.case()).id
    house.clock.advance(days=5)
    await do(house, case, "classify find_eligible accept")
    before = (await stored(house, case)).due_on
    lives = Lives(house.cases)
    with pytest.raises(Refusal, match="act_order"):
        await lives.correct(house.clerk, case, 4, on=local_day(received), data=fields("accept"), reason="x")
    with pytest.raises(Refusal, match="act_order"):
        await lives.perform(house.clerk, case, "verify", on=local_day(received), data={})
    for n, act in ((2, "classify"), (3, "find_eligible"), (4, "accept")):
        day = local_day(received)
        await lives.correct(house.clerk, case, n, on=day, data=fields(act), reason="ghi nhầm ngày")
    after = await stored(house, case)
    assert before is not None
    assert after.due_on is not None
    assert after.due_on < before
    await cached_is_computed(house, case)


async def test_no_correction_drops_an_extension(sqlite_house: House) -> None:
    """One that lay before its acceptance, or after the decision, would lengthen nothing."""
    house, lives = sqlite_house, Lives(sqlite_house.cases)
    case = (await house.case()).id
    days = []
    acts = ["classify", "find_eligible", "accept", "extend", "verify", "decide"]
    for act in acts:
        days.append(local_day(house.clock.now()))
        await do(house, case, act)
        house.clock.advance(days=3)
    before = (await lives.life(house.clerk, case)).terms
    for n, day in ((4, days[4]), (5, days[2] - timedelta(1)), (5, days[5] + timedelta(1)), (7, days[2])):
        act = acts[n - 2]
        with pytest.raises(Refusal, match="act_order") as met:
            await lives.correct(house.clerk, case, n, on=day, data=fields(act), reason="ghi nhầm")
        assert met.value.params["needed"] != act
    assert (await lives.life(house.clerk, case)).terms == before
    data = fields("accept") | {"number": "12"}
    await lives.correct(house.clerk, case, 4, on=days[3], data=data, reason="ghi nhầm")


async def test_no_correction_makes_something_else_of_a_case(sqlite_house: House) -> None:
    """History would say one thing and the case another."""
    house, lives = sqlite_house, Lives(sqlite_house.cases)
    case = (await house.case()).id
    await do(house, case, "classify")
    day = local_day(house.clock.now())
    for change in ({"kind": "reflection"}, {"field": "policy"}, {"anonymous": True}, {"evidence": True}):
        data = fields("classify") | change
        with pytest.raises(Refusal, match="data_bad"):
            await lives.correct(house.clerk, case, 2, on=day, data=data, reason="ghi nhầm")
    data = fields("classify") | {"several_places": True}
    await lives.correct(house.clerk, case, 2, on=day, data=data, reason="ghi nhầm")


@pytest.mark.parametrize("corrected", [False, True])
async def test_a_classifying_taken_back_puts_back_the_field(sqlite_house: House, *, corrected: bool) -> None:
    house, lives = sqlite_house, Lives(sqlite_house.cases)
    case = (await house.case()).id
    data = fields("classify") | {"field": "policy"}
    await do(house, case, "classify", data=data)
    if corrected:
        day = local_day(house.clock.now())
        await lives.correct(house.clerk, case, 2, on=day, data=data, reason="ghi nhầm")
    await lives.annul(house.clerk, case, 3 if corrected else 2, "nhầm hồ sơ")
    row = await stored(house, case)
    assert (row.state, row.field) == ("received", "land")
    assert [each.field for each in await lives.versions(house.clerk, case)] == ["land", "policy"]


async def test_a_classifying_taken_back_leaves_the_field_that_somebody_set_since(sqlite_house: House) -> None:
    house, lives = sqlite_house, Lives(sqlite_house.cases)
    case = (await house.case()).id
    await do(house, case, "classify", data=fields("classify") | {"field": "policy"})
    await do(house, case, "classify", data=fields("classify") | {"field": "other"})
    await lives.annul(house.clerk, case, 2, "nhầm hồ sơ")
    assert (await stored(house, case)).field == "other"


@pytest.mark.parametrize("change", [{"kind": "reflection"}, {"anonymous": True}, {"evidence": True}])
async def test_a_classifying_that_gave_kind_or_marks_stays(
    sqlite_house: House, change: dict[str, Any]
) -> None:
    house, lives = sqlite_house, Lives(sqlite_house.cases)
    case = (await house.case()).id
    await do(house, case, "classify", data=fields("classify") | change)
    n = (await stored(house, case)).version
    with pytest.raises(Refusal, match="classify_stays"):
        await lives.annul(house.clerk, case, n, "nhầm hồ sơ")
    assert (await stored(house, case)).state == "classified"


async def test_who_got_no_decision_in_time_is_offered_the_second_instance(house: House) -> None:
    case = (await house.case()).id
    await do(house, case, "classify find_eligible accept verify")
    lives = Lives(house.cases)

    async def offered() -> str | None:
        life = await lives.life(house.clerk, case)
        [offer] = [each for each in life.offers if each.act == "receive_second"]
        return offer.refused.code if offer.refused is not None else None

    assert await offered() == "act_early"
    in_time = local_day(house.clock.now()) + timedelta(days=20)
    house.clock.advance(days=45)
    assert await offered() is None
    assert (await refused(house, case, "receive_second", on=in_time)).code == "act_early"
    await do(house, case, "receive_second")
    row = await stored(house, case)
    assert (row.state, row.due_rule) == ("eligible", "complaint_second_acceptance")
    await cached_is_computed(house, case)
    data = fields("accept") | {"number": "2/QĐ"}
    with pytest.raises(Refusal, match="act_needed"):  # in time, then: the second complaint rests on its day
        await lives.correct(house.clerk, case, 4, on=in_time, data=data, reason="ghi nhầm ngày")


async def test_remote_areas_have_longer_terms(house: House) -> None:
    case = (await house.case()).id
    await do(house, case, "classify find_eligible accept")
    before = (await stored(house, case)).due_on
    await Lives(house.cases).note_facts(house.clerk, case, Facts(True, False, False, frozenset()))
    after = (await stored(house, case)).due_on
    assert before is not None
    assert after is not None
    assert timedelta(days=12) < after - before < timedelta(days=25)


async def test_two_who_edit_different_fields_are_merged(house: House) -> None:
    case = (await house.case()).id
    lives = Lives(house.cases)
    old = {"title": "Đền bù đất", "summary": "Chưa có trả lời.", "field": "land"}
    await lives.amend(house.clerk, case, 1, old | {"title": "Đền bù đất ruộng"})
    merged = await lives.amend(house.clerk, case, 1, old | {"summary": "Đã trả lời."})
    assert merged.theirs == ("title",)
    with pytest.raises(FileChanged) as met:
        await lives.amend(house.clerk, case, 1, old | {"title": "Đền bù", "field": "policy"})
    assert met.value.merged.conflicts == ("title",)
    assert met.value.merged.values["field"] == "policy"
    row = await stored(house, case)
    assert (row.title, row.summary, row.field) == ("Đền bù đất ruộng", "Đã trả lời.", "land")


async def test_trying_changes_nothing(house: House) -> None:
    case = (await house.case()).id
    await do(house, case, "classify find_eligible")
    day = date(2027, 6, 1)
    lives = Lives(house.cases)
    tried = await lives.what_if(house.clerk, case, "accept", on=day, data=fields("accept"))
    assert (tried.state, tried.refused) == (State.ACCEPTED, None)
    assert "complaint_first" in [each.rule.id for each in tried.after]
    assert "complaint_first" not in [each.rule.id for each in tried.before]
    assert (await stored(house, case)).version == 3
    unlawful = await lives.what_if(house.clerk, case, "decide", data={})
    assert unlawful.refused is not None


async def test_nothing_is_like_what_was_struck_out(sqlite_house: House) -> None:
    one, two = [(await sqlite_house.case(title="Đền bù đất ruộng")).id for _ in range(2)]
    async with sqlite_house.db.begin() as work:
        (await work.session.get_one(Case, two)).voided_on = local_day(sqlite_house.clock.now())
    async with sqlite_house.db.read() as session:
        assert await joining.alike(session, await session.get_one(Case, one)) == []


async def test_joins_go_both_ways_and_apart_again(house: House) -> None:
    one, two = [(await house.case(title="Đền bù đất ruộng")).id for _ in range(2)]
    lives = Lives(house.cases)
    assert [info.id for info, _ in (await lives.life(house.clerk, one)).alike] == [two]
    await lives.join(house.clerk, one, two)
    for mine, other in ((one, two), (two, one)):
        life = await lives.life(house.clerk, mine)
        assert ([each.id for each in life.joined], life.alike) == ([other], ())
    with pytest.raises(Refusal, match="join_again"):
        await lives.join(house.clerk, two, one)
    far = (await house.case("C21")).id
    with pytest.raises(Refusal, match="case_unknown"):
        await lives.join(house.account(Role.CLERK, "D1"), one, far)
    await lives.join(house.clerk, two, one, joined=False)
    assert (await lives.life(house.clerk, one)).joined == ()


async def test_nobody_joins_a_file_that_a_directive_only_shows_them(sqlite_house: House) -> None:
    """Whichever of the two came first."""
    house, lives = sqlite_house, Lives(sqlite_house.cases)
    mine, shown, later = [(await house.case(code)).id for code in ("C21", "C11", "C21")]
    async with house.db.begin() as work:
        unit = house.unit["D2"].id
        work.session.add(CaseReach(case_id=shown, unit_id=unit, directed=True))
    clerk = house.account(Role.CLERK, "D2")
    for one, two in ((mine, shown), (shown, mine), (later, shown), (shown, later)):
        with pytest.raises(Refusal, match="not_allowed"):
            await lives.join(clerk, one, two)
    await lives.join(clerk, mine, later)


async def test_a_changed_rule_or_calendar_reaches_stored_terms(house: House, monkeypatch: Any) -> None:
    monkeypatch.setattr(reckoning, "PAGE", 2)
    monkeypatch.setattr(deadlines, "BATCH", 2)
    cases = [(await house.case()).id for _ in range(5)]
    await do(house, cases[0], "classify find_ineligible guide notify_petitioner close_sent_away")
    lives = Lives(house.cases)
    assert await lives.reckon_pending() == 4
    assert await lives.reckon_pending() == 0
    due = (await stored(house, cases[1])).due_on
    async with house.db.begin() as work:
        await work.session.execute(text("UPDATE cases SET due_on = '2020-01-01'"))  # by another calendar
    assert await lives.reckon_pending("another") == 4
    assert [(await stored(house, case)).due_on for case in cases[1:]] == [due] * 4
    assert (await stored(house, cases[1])).due_rule == "complaint_acceptance"
    assert await lives.reckon_pending("another") == 0


async def test_cases_of_an_older_program_are_reckoned(house: House) -> None:
    case = (await house.case()).id
    due = (await stored(house, case)).due_on
    async with house.db.begin() as work:
        await work.session.execute(text("UPDATE cases SET due_on = NULL, due_rule = '?'"))
    assert await Lives(house.cases).reckon_pending() == 1
    assert (await stored(house, case)).due_on == due
    assert due is not None
