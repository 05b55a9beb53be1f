"""The bench of hung and silent viewers in small: the others lose nothing, and every window has its
figures.
"""

import json

import pytest

from deploy.bench.tcp import bench

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
