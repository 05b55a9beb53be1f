"""What must hold on weak lines, in small; `hub bench impaired` shows it for 190 viewers."""

import json

import pytest

from deploy.bench.commands import Scenario
from deploy.bench.impaired import SCENARIOS, bench
from deploy.bench.lab.link import CUT, Line
from deploy.bench.lab.scenarios import BY_NAME, film, hearing
from deploy.bench.lab.viewer import GOOD_ENDS, Ends
from deploy.bench.lab.world import World

QUICK = ("loss", "one-bad", "cut", "uplink", "reorder")
"""Those that say something after 20 s; the others need their time and are benches."""


@pytest.mark.parametrize("name", QUICK)
def test_it_holds_for_twenty_viewers(name: str) -> None:
    scenario = BY_NAME[name]
    world = scenario.build(20, 20, 7)
    world.run(20)
    world.close()
    assert [check for check in scenario.judge(world) if not check.holds] == []


@pytest.mark.bench
@pytest.mark.parametrize("name", ["burst", "outages", "narrow"])
def test_it_holds_for_a_minute(name: str) -> None:
    scenario = BY_NAME[name]
    world = scenario.build(40, 60, 7)  # so many that 95 of 100 are not all of them
    world.run(60)
    world.close()
    assert [check for check in scenario.judge(world) if not check.holds] == []


def test_the_same_seed_gives_the_same_world() -> None:
    worlds = [BY_NAME["loss"].build(3, 4, seed) for seed in (1, 1, 2)]
    for world in worlds:
        world.run(4)
        world.close()
    seen = [[(film(viewer), hearing(viewer)) for viewer in world.viewers.values()] for world in worlds]
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]


def test_the_command_knows_every_scenario() -> None:
    assert {each.value for each in Scenario} == set(SCENARIOS)


def test_the_bench_prints_its_verdicts(capfd: pytest.CaptureFixture[str]) -> None:
    code = bench(points=2, seconds=12, seed=1, scenario="uplink", as_json=True)
    result = json.loads(capfd.readouterr().out)
    (verdict,) = result["scenarios"]
    assert (code == 0) is result["holds"] is verdict["holds"]
    assert verdict["copies"] > 0
    assert {"name", "value", "bound", "at_least", "holds"} == verdict["checks"][0].keys()


def test_the_bench_prints_a_table(capfd: pytest.CaptureFixture[str]) -> None:
    bench(points=2, seconds=12, seed=1, scenario="one-bad", as_json=False)
    assert "what must hold" in capfd.readouterr().out


def test_an_outage_of_the_publisher_is_not_held_against_its_viewers() -> None:
    """What never reached the relay is missing from everybody's numbers, and each reports it as lost."""
    good = Line(delay=0.02)
    way = ((0.0, good), (6.0, CUT), (8.5, good))
    world = World([GOOD_ENDS] * 4, seed=7, hall=Ends(way, way))
    world.run(16)
    world.close()
    assert "ladder_down" not in world.totals.values
    assert all(film(viewer).layers[-1][1] == "h" for viewer in world.viewers.values())


def test_a_longer_route_is_no_queue() -> None:
    near, far = Line(delay=0.02), Line(delay=0.17)
    way = ((0.0, near), (6.0, far))
    world = World([Ends(way, way)] * 4, seed=7)
    world.run(25)
    world.close()
    assert max(film(viewer).longest_gap for viewer in world.viewers.values()) <= 2
    assert all(film(viewer).layers[-1][1] == "h" for viewer in world.viewers.values())
