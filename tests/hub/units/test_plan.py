"""Rows against the known tree, on paper."""

from datetime import date

import pytest

from hub.units.plan import Known, Plan, Profile, make_plan
from hub.units.table import read_table

HEADER = "code,name,level,parent_code,valid_from,valid_to\n"
JULY = date(2025, 7, 1)
SINCE = date(1900, 1, 1)
TREE = [
    Known("p", "90", SINCE, None, "Tỉnh Mẫu", "province", None),
    Known("d", "901", SINCE, None, "Huyện Đông", "district", "p"),
    Known("c", "9001", SINCE, None, "Xã Một", "commune", "d"),
]


def plan(lines: str, known: list[Known] | None = None, **options: object) -> Plan:
    text = HEADER + "\n".join(line.strip() for line in lines.strip().split("\n")) + "\n"
    return make_plan(read_table(text.encode()), known or [], **options)  # type: ignore[arg-type]


def problems(found: Plan) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.code, problem.reason) for problem in found.problems]


def test_children_may_come_first() -> None:
    found = plan("""9001,Xã Một,commune,901,,
                    901,Huyện Đông,district,90,,
                    90,Tỉnh Mẫu,province,,,""")
    assert not found.problems
    assert len(found.new) == 3


def test_parents_may_stand_already() -> None:
    found = plan("9002,Xã Hai,commune,901,,", TREE, profile=Profile.THREE_LEVELS)
    assert [item.parent for item in found.new] == ["d"]


def test_the_same_again_is_unchanged() -> None:
    found = plan(
        """90,Tỉnh Mẫu,province,,,
                    901,Huyện Đông,district,90,,
                    9001,Xã Một,commune,901,,""",
        TREE,
    )
    assert (found.unchanged, found.new, found.changed, found.problems) == (3, [], [], [])


def test_another_name_is_a_change() -> None:
    found = plan("901,Huyện Đông Mới,district,90,,", TREE)
    assert [(item.known_id, item.row.name) for item in found.changed] == [("d", "Huyện Đông Mới")]


def test_a_new_version_ends_the_former() -> None:
    found = plan("90,Tỉnh Mẫu,province,,2025-07-01,", TREE)
    assert found.cut_short == [("p", JULY)]
    assert [item.row.valid_from for item in found.new] == [JULY]


def test_versions_within_a_list_end_each_other() -> None:
    found = plan("""90,Tỉnh Cũ,province,,,
                    90,Tỉnh Mới,province,,2025-07-01,""")
    assert {item.row.name: item.valid_to for item in found.new} == {"Tỉnh Cũ": JULY, "Tỉnh Mới": None}


def test_an_older_list_does_not_raise_the_ended() -> None:
    ended = [TREE[0], TREE[1], Known("c", "9001", SINCE, JULY, "Xã Một", "commune", "d")]
    found = plan(
        """901,Huyện Đông,district,90,,
                    9001,Xã Một,commune,901,,""",
        ended,
    )
    assert (found.unchanged, found.changed) == (2, [])


def test_overlapping_versions_are_refused() -> None:
    found = plan("""90,Tỉnh Cũ,province,,,2026-01-01
                    90,Tỉnh Mới,province,,2025-07-01,""")
    assert problems(found) == [(2, "90", "overlap")]


def test_a_refused_version_ends_nobody() -> None:
    found = plan(
        """90,Tỉnh Mới,province,,2025-07-01,
                    90,Tỉnh Giữa,province,,2020-01-01,2026-01-01""",
        TREE,
    )
    assert problems(found) == [(3, "90", "overlap")]
    assert found.cut_short == [("p", JULY)]


def test_a_parent_ended_by_a_known_later_version_is_not_taken() -> None:
    known = [
        Known("p", "90", SINCE, JULY, "Tỉnh Cũ", "province", None),
        Known("n", "90", JULY, None, "Tỉnh Mới", "province", None),
    ]
    found = plan(
        """90,Tỉnh Cũ,province,,,
                    9001,Phường,commune,90,2026-01-01,""",
        known,
    )
    assert [item.parent for item in found.new] == ["n"]


def test_a_unit_of_another_level_is_another_version() -> None:
    found = plan("9001,Huyện Một,district,90,,", TREE)
    assert problems(found) == [(2, "9001", "overlap")]


def test_duplicates_name_the_first() -> None:
    found = plan("""90,Tỉnh,province,,,
                    90,Tỉnh,province,,,""")
    assert problems(found) == [(3, "90", "duplicate")]
    assert found.problems[0].params == {"first_row": 2}


def test_an_unknown_parent() -> None:
    assert problems(plan("9001,Xã,commune,999,,", TREE)) == [(2, "9001", "parent_unknown")]


def test_a_parent_of_another_time() -> None:
    found = plan("""90,Tỉnh,province,,2025-07-01,
                    9001,Xã,commune,90,,""")
    assert problems(found) == [(3, "9001", "parent_not_valid")]


def test_a_parent_of_the_wrong_level() -> None:
    found = plan("9002,Xã,commune,90,,", TREE, profile=Profile.THREE_LEVELS)
    assert problems(found) == [(2, "9002", "parent_level")]
    assert found.problems[0].params == {"parent": "90", "level": "province", "wanted": "district"}


def test_children_of_a_refused_row_are_refused_with_its_reason() -> None:
    found = plan("""90,Tỉnh,province,,,
                    901,,district,90,,
                    902,Huyện Tây,district,90,,
                    9001,Xã Một,commune,901,,
                    9002,Xã Hai,commune,902,,""")
    assert problems(found) == [(3, "901", "name_missing"), (5, "9001", "parent_refused")]
    assert found.problems[1].params == {"parent": "901", "parent_row": 3, "parent_reason": "name_missing"}
    assert len(found.new) == 3


def test_refusal_goes_all_the_way_down() -> None:
    found = plan("""90,,province,,,
                    901,Huyện,district,90,,
                    9001,Xã,commune,901,,""")
    assert [reason for _, _, reason in problems(found)] == [
        "name_missing",
        "parent_refused",
        "parent_refused",
    ]


def test_children_of_a_refused_row_stand_when_their_parent_stands_already() -> None:
    found = plan(
        """901,,district,90,,
                    902,Huyện Tây,district,90,,
                    9002,Xã Hai,commune,901,,""",
        TREE,
    )
    assert problems(found) == [(2, "901", "name_missing")]
    assert {item.row.code: item.parent for item in found.new} == {"902": "p", "9002": "d"}


def test_children_of_a_refused_duplicate_keep_the_first() -> None:
    found = plan("""90,Tỉnh,province,,,
                    901,Huyện,district,90,,
                    901,Huyện Khác,district,90,,
                    9001,Xã,commune,901,,""")
    assert problems(found) == [(4, "901", "duplicate")]
    assert len(found.new) == 3


def test_two_levels_have_no_district() -> None:
    lines = """90,Tỉnh,province,,2025-07-01,
               9001,Phường,commune,90,2025-07-01,
               901,Huyện,district,90,2025-07-01,"""
    assert problems(plan(lines, profile=Profile.TWO_LEVELS)) == [(4, "901", "level_not_in_profile")]
    assert problems(plan(lines)) == [(3, "9001", "parent_level")]


def test_a_complete_list_ends_the_rest_of_its_province() -> None:
    other = [
        Known("q", "80", SINCE, None, "Tỉnh Khác", "province", None),
        Known("e", "801", SINCE, None, "Huyện Khác", "district", "q"),
    ]
    lines = """90,Tỉnh Mẫu,province,,2025-07-01,
               9001,Phường Một,commune,90,2025-07-01,"""
    found = plan(lines, TREE + other, complete=True)
    assert not found.problems
    assert found.ended == [("d", JULY)]
    assert found.cut_short == [("p", JULY), ("c", JULY)]


def test_a_complete_list_has_one_date() -> None:
    found = plan(
        """90,Tỉnh,province,,2025-07-01,
                    9001,Xã,commune,90,2025-08-01,""",
        TREE,
        complete=True,
    )
    assert problems(found) == [(1, "", "complete_needs_one_date")]
    assert found.ended == []


def test_a_refused_row_of_a_complete_list_ends_nobody() -> None:
    found = plan(
        """90,Tỉnh Mẫu,province,,2025-07-01,
                    9001,,commune,90,2025-07-01,""",
        TREE,
        complete=True,
    )
    assert found.ended == [("d", JULY)]


@pytest.mark.parametrize("profile", list(Profile))
def test_an_empty_list_changes_nothing(profile: Profile) -> None:
    found = make_plan(read_table(HEADER.encode()), TREE, profile=profile)
    assert not (found.new)
    assert not (found.changed)
    assert not (found.problems)
    assert not (found.ended)


def test_what_stays_may_keep_its_old_date_in_a_complete_list() -> None:
    lines = """90,Tỉnh Mẫu,province,,1900-01-01,
               9001,Phường Một,commune,90,2025-07-01,"""
    found = plan(lines, TREE, complete=True)
    assert not found.problems
    assert found.unchanged == 1
    assert found.ended == [("d", JULY)]
    assert found.cut_short == [("c", JULY)]
    # The same list again ends nothing anew.
    known = [
        *(unit for unit in TREE if unit.id == "p"),
        Known("d", "901", SINCE, JULY, "Huyện Đông", "district", "p"),
        Known("c", "9001", SINCE, JULY, "Xã Một", "commune", "d"),
        Known("n", "9001", JULY, None, "Phường Một", "commune", "p"),
    ]
    again = plan(lines, known, complete=True)
    assert (again.problems, again.ended, again.unchanged) == ([], [], 2)
