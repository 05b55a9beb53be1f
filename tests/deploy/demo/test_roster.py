import pytest

from deploy.demo import data
from deploy.demo.banner import showcase
from deploy.demo.plan import DemoPlan, DemoRoom
from deploy.demo.roster import simulated

PLAN = DemoPlan("s", "90312", tuple(DemoRoom(code, f"Room {code}", code, code) for code in data.room_codes()))
AGENDA = data.case_units()[: data.AGENDA]
SHOWN = showcase(PLAN.current).codes()


def units(count: int) -> list[str]:
    return [room.unit for room in simulated(PLAN, data.parents(), AGENDA, SHOWN, count)]


def test_the_printed_rooms_are_a_commune_its_district_and_a_later_one() -> None:
    assert ("908", "90312", AGENDA[1]) == SHOWN


@pytest.mark.parametrize("count", [0, 1, 24, 187])
def test_printed_rooms_stay_free_while_others_are_left(count: int) -> None:
    chosen = units(count)
    assert len(chosen) == len(set(chosen)) == count
    assert not set(chosen) & set(SHOWN)


def test_all_190_are_really_all() -> None:
    assert sorted(units(190)) == sorted(data.room_codes())


def test_two_dozen_are_the_agenda_the_districts_and_a_few_more() -> None:
    chosen = set(units(24))
    assert set(AGENDA) - set(SHOWN) <= chosen
    assert set(data.room_codes()[:13]) - set(SHOWN) <= chosen


def test_communes_come_from_every_district_in_turn() -> None:
    communes = [unit for unit in units(60) if unit not in AGENDA and len(unit) == 5]
    assert len({data.parents()[unit] for unit in communes[:13]}) == 13
