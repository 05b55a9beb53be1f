from collections import Counter

from deploy.demo import data
from deploy.demo.banner import showcase
from hub.cases.rules import CaseField, CaseKind
from hub.people.roles import Role
from hub.units.plan import Known, make_plan
from hub.units.succession_list import read_successions
from hub.units.table import read_table
from tests.kit.clock import START

UNIT_IDS = {code: f"id-{code}" for code in [data.PROVINCE, *data.room_codes()]}


def test_the_province_imports_without_a_problem_and_has_13_districts_and_177_communes() -> None:
    plan = make_plan(read_table(data.province_list()), [], profile=None, complete=False)
    assert plan.problems == []
    assert Counter(item.row.level.value for item in plan.new) == {
        "province": 1,
        "district": 13,
        "commune": 177,
    }


def test_rooms_are_all_districts_then_all_communes() -> None:
    codes = data.room_codes()
    assert len(codes) == len(set(codes)) == 190
    assert {data.parents()[code] for code in codes[:13]} == {data.PROVINCE}
    assert {data.parents()[code] for code in codes[13:]} == set(codes[:13])


def test_about_thirty_cases_of_every_kind_and_field_each_in_a_commune_of_its_own() -> None:
    cases = data.cases(UNIT_IDS, START)
    assert 28 <= len(cases) <= 32
    assert {case.kind for case in cases} == set(CaseKind)
    assert {case.field for case in cases} == set(CaseField)
    assert len({case.unit for case in cases}) == len(cases)
    assert all(case.received_at and case.received_at < START for case in cases)


def test_the_agenda_has_one_denunciation_and_does_not_begin_with_it() -> None:
    kinds = [case.kind for case in data.cases(UNIT_IDS, START)[: data.AGENDA]]
    assert kinds.count(CaseKind.DENUNCIATION) == 1
    assert kinds[0] is not CaseKind.DENUNCIATION


def test_no_text_names_a_denouncer() -> None:
    for case in data.cases(UNIT_IDS, START):
        for person in case.petitioners:
            assert person.name not in case.title + case.summary


def test_there_is_an_account_for_each_desk() -> None:
    roles = [person.role for person in data.people()]
    assert roles == [
        Role.CHAIR,
        Role.CLERK,
        Role.RECEPTION,
        Role.TECHNICIAN,
        Role.SUPERVISOR,
        Role.ADVISER,
        Role.ADMINISTRATOR,
        Role.POINT_LEADER,
    ]


def test_the_lists_of_2025_fit_those_of_2024() -> None:
    before = make_plan(read_table(data.province_list()), [])
    known = [
        Known(
            f"id-{item.row.code}",
            item.row.code,
            item.row.valid_from,
            None,
            item.row.name,
            item.row.level.value,
            None if item.parent is None else f"id-{item.row.parent_code}",
        )
        for item in before.new
    ]
    after = make_plan(read_table(data.province_list_2025()), known, complete=True)
    assert after.problems == []
    assert len(after.new) == 54
    assert len(after.ended) + len(after.cut_short) == 190
    assert after.unchanged == 1
    read = read_successions(data.successions_2025())
    assert read.problems == []
    assert {row.code for row in read.rows} == {item.row.code for item in before.new} - {data.PROVINCE}
    heirs = data.carried_on()
    codes = {item.row.code for item in after.new} | {data.PROVINCE}
    assert set(heirs.values()) <= codes
    # A code that was carried over leads to itself: mapping twice is mapping once.
    assert all(heirs.get(heir, heir) == heir for heir in heirs.values())


def test_in_2025_the_agenda_has_a_commune_of_its_own_for_each_case() -> None:
    agenda = data.case_units(data.Tree.Y2025)[: data.AGENDA]
    assert len(set(agenda)) == data.AGENDA
    assert set(agenda) <= set(data.room_codes(data.Tree.Y2025))
    assert len(data.room_codes(data.Tree.Y2025)) == 54
    shown = showcase(agenda[0], data.Tree.Y2025)
    assert len(set(shown.codes())) == 3
