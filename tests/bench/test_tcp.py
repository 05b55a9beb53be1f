"""The bench of hung and silent viewers in small: the others lose nothing, and every window has its
figures.
"""

import json

import pytest

from deploy.bench.tcp import Result, bench, costs

WINDOWS = {"without", "with", "again"}


@pytest.mark.bench
def test_the_others_lose_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    assert bench(points=6, tcp=3, hung=2, silent=2, seconds=6, as_json=True) == 0
    result = json.loads(capfd.readouterr().out)
    assert result["loss"] == dict.fromkeys(WINDOWS, 0.0)
    for name in ("longest_gap_ms", "delay_p99_us", "cpu_us_per_packet", "packets_per_second"):
        assert result[name].keys() == WINDOWS
        assert all(value > 0 for value in result[name].values())
    assert result["ratio"].keys() == {"delay_p50_us", "delay_p99_us", "cpu_us_per_packet", "longest_gap_ms"}
    assert result["pictures_dropped"] > 0
    assert result["cost"] == []


def windows(without: float, during: float, again: float) -> dict[str, float]:
    return {"without": without, "with": during, "again": again}


def measured(**values: dict[str, float]) -> Result:
    """As on a quiet machine, but for these."""
    quiet = {
        "loss": windows(0, 0, 0),
        "delay_p99_us": windows(3_000, 3_100, 3_000),
        "cpu_us_per_packet": windows(9, 10, 9),
        "longest_gap_ms": windows(40, 60, 45),
        "keyframes_asked": windows(0, 1, 0),
    }
    return Result(10, 5, 2, 2, 6.0, **(quiet | values))  # type: ignore[arg-type]


def test_a_quiet_run_costs_nothing_and_a_machine_that_drifts_is_no_cost() -> None:
    assert costs(measured()) == []
    assert costs(measured(delay_p99_us=windows(3_000, 9_000, 12_000))) == []
    assert costs(measured(loss=windows(0.001, 0.001, 0))) == []


@pytest.mark.parametrize(
    ("name", "during"),
    [
        ("loss", 0.0001),
        ("delay_p99_us", 9_000),
        ("cpu_us_per_packet", 16),
        ("longest_gap_ms", 250),
        ("keyframes_asked", 4),
    ],
)
def test_each_thing_that_gets_worse_is_named(name: str, during: float) -> None:
    quiet = getattr(measured(), name)
    assert costs(measured(**{name: quiet | {"with": during}})) == [name]
