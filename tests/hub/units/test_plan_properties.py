"""Whatever list comes on whatever tree: the tree stays sound, and the same list again changes nothing."""

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hub.units.models import SINCE_EVER, Level
from hub.units.plan import Known, Plan, Profile, make_plan
from hub.units.table import Row, Table

DAYS = [SINCE_EVER, date(2020, 1, 1), date(2025, 7, 1), date(2026, 1, 1)]
CODES = {Level.PROVINCE: ["90", "91"], Level.DISTRICT: ["901", "902"], Level.COMMUNE: ["9001", "901", "9003"]}


@st.composite
def tables(draw: st.DrawFn) -> Table:
    rows = []
    for number in range(2, 2 + draw(st.integers(0, 8))):
        level = draw(st.sampled_from(list(Level)))
        parents = [code for above in Level if above.rank < level.rank for code in CODES[above]]
        begin, end = draw(st.sampled_from(DAYS)), draw(st.sampled_from([None, *DAYS]))
        rows.append(
            Row(
                number,
                draw(st.sampled_from(CODES[level])),
                draw(st.sampled_from(["Một", "Hai"])),
                level,
                draw(st.sampled_from(parents)) if parents else "",
                begin,
                end if end is not None and end > begin else None,
            )
        )
    return Table(len(rows), rows)


def applied(known: list[Known], plan: Plan) -> list[Known]:
    stored = {unit.id: unit for unit in known}
    ids = {item.row.key: f"{item.row.code}@{item.row.valid_from}" for item in plan.new}
    for item in [*plan.new, *plan.changed]:
        row = item.row
        parent = ids[item.parent] if isinstance(item.parent, tuple) else item.parent
        unit_id = item.known_id or ids[row.key]
        stored[unit_id] = Known(
            unit_id, row.code, row.valid_from, item.valid_to, row.name, row.level.value, parent
        )
    for unit_id, day in [*plan.cut_short, *plan.ended]:
        unit = stored[unit_id]
        stored[unit_id] = Known(
            unit.id, unit.code, unit.valid_from, day, unit.name, unit.level, unit.parent_id
        )
    return list(stored.values())


def check_sound(units: list[Known], profile: Profile) -> None:
    by_id = {unit.id: unit for unit in units}
    for unit in units:
        assert unit.valid_to is None or unit.valid_to > unit.valid_from
        wanted = profile.parent_of(Level(unit.level))
        assert (wanted is None) == (unit.parent_id is None)
        if unit.parent_id is not None:
            assert by_id[unit.parent_id].level == wanted
    for code in {unit.code for unit in units}:
        versions = sorted((unit for unit in units if unit.code == code), key=lambda unit: unit.valid_from)
        for former, later in pairwise(versions):
            assert former.valid_to is not None
            assert former.valid_to <= later.valid_from


@given(tables(), tables(), st.sampled_from(list(Profile)), st.booleans())
def test_sound_and_settled(first: Table, second: Table, profile: Profile, complete: bool) -> None:
    units: list[Known] = []
    for table in (first, second):
        plan = make_plan(table, units, profile=profile, complete=complete)
        accounted = len(plan.new) + len(plan.changed) + plan.unchanged
        refused = {problem.row for problem in plan.problems} - {1}
        assert accounted + len(refused) == table.count
        units = applied(units, plan)
        check_sound(units, profile)
        again = make_plan(table, units, profile=profile, complete=complete)
        assert (again.new, again.changed, again.cut_short, again.ended) == ([], [], [], [])
