"""Who carries on whom: followed through merges, splits and several reforms; and the lists that say so."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.store.database import Database
from hub.units.models import SINCE_EVER
from hub.units.plan import Known
from hub.units.service import Units
from hub.units.succession import Link, Open, Span, Successions
from hub.units.succession_list import plan_successions, read_successions
from tests.kit.clock import HandClock

EARLY, JULY, LATER = date(2024, 11, 1), date(2025, 7, 1), date(2026, 1, 1)
HEADER = "code,successor_code,on,main\n"


def tree(spans: dict[str, tuple[date, date | None]], *links: Link) -> Successions:
    return Successions({unit: Span(*days) for unit, days in spans.items()}, links)


MERGED = tree(
    {"a": (SINCE_EVER, JULY), "b": (SINCE_EVER, JULY), "n": (JULY, None)},
    Link("a", "n", JULY),
    Link("b", "n", JULY),
)


def test_a_merged_unit_is_carried_on_from_the_day_on() -> None:
    assert MERGED.heir("a", date(2025, 6, 30)).unit == "a"
    found = MERGED.heir("a", JULY)
    assert (found.unit, found.path) == ("n", ("a", "n"))
    assert MERGED.heir("n", LATER).path == ("n",)
    assert sorted(MERGED.ended(JULY)) == ["a", "b"]
    assert MERGED.ended(date(2025, 6, 30)) == []


def test_of_a_split_unit_the_main_successor_takes_over_else_somebody_must_say() -> None:
    spans = {"a": (SINCE_EVER, JULY), "n": (JULY, None), "m": (JULY, None)}
    undecided = tree(spans, Link("a", "n", JULY), Link("a", "m", JULY)).heir("a", JULY)
    assert (undecided.unit, undecided.open, undecided.choices) == (None, Open.SEVERAL, ("m", "n"))
    decided = tree(spans, Link("a", "n", JULY, main=True), Link("a", "m", JULY))
    assert decided.heir("a", JULY).unit == "n"
    assert decided.heirs("a", JULY) == {"n", "m"}


def test_parts_that_became_one_again_need_no_decision() -> None:
    spans = {"a": (SINCE_EVER, EARLY), "n": (EARLY, JULY), "m": (EARLY, JULY), "z": (JULY, None)}
    whole = tree(
        spans,
        Link("a", "n", EARLY),
        Link("a", "m", EARLY),
        Link("n", "z", JULY),
        Link("m", "z", JULY),
    )
    assert whole.heir("a", JULY).unit == "z"
    assert whole.heir("a", EARLY).open is Open.SEVERAL


def test_nobody_carries_on_what_nobody_is_recorded_for() -> None:
    gone = tree({"a": (SINCE_EVER, JULY)})
    assert gone.heir("a", JULY).open is Open.NOBODY
    assert gone.heirs("a", JULY) == set()


def test_through_two_reforms() -> None:
    spans = {"a": (SINCE_EVER, EARLY), "b": (EARLY, JULY), "c": (JULY, None)}
    both = tree(spans, Link("a", "b", EARLY), Link("b", "c", JULY))
    assert both.heir("a", JULY).path == ("a", "b", "c")
    assert both.heir("a", date(2025, 1, 1)).path == ("a", "b")


LETTERS = "abcdef"


@given(
    st.dictionaries(st.sampled_from(LETTERS), st.sampled_from([None, EARLY, JULY, LATER])),
    st.lists(
        st.builds(
            Link,
            st.sampled_from(LETTERS),
            st.sampled_from(LETTERS),
            st.sampled_from([EARLY, JULY, LATER]),
            st.booleans(),
        )
    ),
    st.sampled_from([EARLY, JULY, LATER]),
)
def test_whatever_is_recorded_an_heir_stands_and_the_search_ends(
    ends: dict[str, date | None], links: list[Link], day: date
) -> None:
    known = Successions({unit: Span(SINCE_EVER, end) for unit, end in ends.items()}, links)
    for unit in ends:
        found = known.heir(unit, day)
        assert (found.unit is None) == (found.open is not None)
        if found.unit is not None:
            assert known.spans[found.unit].holds(day)
            assert (found.path[0], found.path[-1]) == (unit, found.unit)
            assert found.unit in known.heirs(unit, day)


KNOWN = [
    Known("p", "90", SINCE_EVER, None, "Tỉnh", "province", None),
    Known("a", "9001", SINCE_EVER, JULY, "Xã Một", "commune", "p"),
    Known("b", "9002", SINCE_EVER, JULY, "Xã Hai", "commune", "p"),
    Known("n", "9001", JULY, None, "Phường Một", "commune", "p"),
    Known("m", "9003", JULY, None, "Phường Ba", "commune", "p"),
]


def planned(text: str, *links: Link) -> list[tuple[int, str]]:
    plan = plan_successions(read_successions((HEADER + text).encode()), KNOWN, links)
    return [(problem.row, problem.reason) for problem in plan.problems]


def test_a_list_names_the_unit_of_the_day_before_and_the_one_of_the_day() -> None:
    read = read_successions(f"{HEADER}9001,9001,2025-07-01,\n9002,9001,2025-07-01,x\n".encode())
    plan = plan_successions(read, KNOWN, [])
    assert plan.problems == []
    assert plan.new == [Link("a", "n", JULY), Link("b", "n", JULY, main=True)]
    again = plan_successions(read, KNOWN, plan.new)
    assert (again.new, again.changed, again.unchanged) == ([], [], 2)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("9009,9001,2025-07-01,", "unit_not_valid"),
        ("9003,9001,2025-07-01,", "unit_not_valid"),
        ("9001,9002,2025-07-01,", "successor_not_valid"),
        ("90,90,2025-07-01,", "same_unit"),
        ("9001,9001,,", "date_bad"),
        ("9001,9001,1/7/2025,", "date_bad"),
        ("9001,9001,2025-07-01,perhaps", "main_bad"),
        (",9001,2025-07-01,", "code_missing"),
        ("9001,9001,2025-07-01", "columns_wrong"),
    ],
)
def test_what_is_wrong_is_named(row: str, reason: str) -> None:
    assert planned(row + "\n") == [(2, reason)]


def test_twice_and_two_mains_are_refused() -> None:
    both = "9001,9001,2025-07-01,x\n9001,9001,2025-07-01,x\n9001,9003,2025-07-01,x\n"
    assert planned(both) == [(3, "duplicate"), (4, "two_mains")]
    assert planned("9001,9003,2025-07-01,x\n", Link("a", "n", JULY, main=True)) == [(2, "two_mains")]


async def test_a_list_is_written_whole_or_not_at_all(db: Database, clock: HandClock) -> None:
    units = Units(db, clock)
    head = "code,name,level,parent_code,valid_from,valid_to\n"
    rows = "90,Tỉnh,province,,,\n9001,Xã Một,commune,90,,2025-07-01\n9002,Xã Hai,commune,90,,2025-07-01\n"
    await units.import_list((head + rows + "9003,Xã Ba,commune,90,2025-07-01,\n").encode(), write=True)
    bad = f"{HEADER}9001,9003,2025-07-01,\n9009,9003,2025-07-01,\n".encode()
    report = await units.import_successions(bad, write=True)
    assert not report.written
    part = await units.import_successions(bad, write=True, skip_bad=True)
    assert part.written
    known = await units.successions()
    one = await units.by_code("9001", date(2025, 1, 1))
    three = await units.by_code("9003", JULY)
    assert one is not None
    assert three is not None
    assert known.heir(one.id, JULY).unit == three.id
    assert [unit.id for unit in await units.predecessors(three.id)] == [one.id]
    assert await units.turns() == [JULY]
