"""The relay bench in small: its shape and its truths, never its speed."""

import contextlib
import json
import socket
from dataclasses import replace

import pytest

from deploy.bench.baseline import baseline
from deploy.bench.output import percentiles
from deploy.bench.relay import Result, _bound, bench, bounds

KEYS = {
    "points", "pictures", "kbps", "seconds", "paced", "packets_sent", "packets_received", "loss",
    "decrypted_sample", "cpu_us_per_packet", "floor_us_per_packet", "floor_loss", "ratio",
    "delay_us", "relay_cpu_percent",
    "viewers_cpu_percent", "others_cpu_percent", "bound_by", "load", "all_have_media_s",
    "keyframes_asked_during_joins", "relay_rss_mb", "kb_per_viewer", "send_method",
    "fill_method", "send_dropped", "missed",
}  # fmt: skip


@pytest.mark.bench
@pytest.mark.parametrize(("pictures", "burst"), [(1, True), (3, False)])
def test_every_packet_arrives_and_is_accounted_for(
    capfd: pytest.CaptureFixture[str], pictures: int, burst: bool
) -> None:
    assert bench(points=4, pictures=pictures, kbps=300, seconds=1, as_json=True, burst=burst) == 0
    result = json.loads(capfd.readouterr().out)
    assert result.keys() >= KEYS
    assert result["packets_sent"] == result["packets_received"] > 0
    assert (result["loss"], result["decrypted_forged"], result["send_dropped"]) == (0, 0, 0)
    assert result["first_picture_was_keyframe"] == 4
    assert result["decrypted_sample"] >= 16
    assert result["floor_us_per_packet"] > 0
    assert result["floor_loss"] == 0
    assert result["ratio"] == pytest.approx(
        result["cpu_us_per_packet"] / result["floor_us_per_packet"], abs=0.01
    )
    assert result["send_method"]
    assert result["fill_method"] in ("c", "python")
    assert result["paced"] is not burst
    assert 0 < result["relay_rss_mb"]["empty"] <= result["relay_rss_mb"]["max"]
    assert 0 < result["delay_us"]["p50"] <= result["delay_us"]["p99"] <= result["delay_us"]["max"] * 1.04


async def test_a_floor_is_looked_at_again_and_its_packets_arrive() -> None:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(2)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        ports = [each.getsockname()[1] for each in sockets]
        async with baseline(ports, [[1100, 1100], [100]]) as floor:
            await floor.look()
            await floor.look()
        assert len(floor.looks) == 2
        assert min(floor.looks) > 0
        assert floor.loss > 0  # nobody reads here
        assert len(sockets[0].recv(2048)) == 1116


def test_what_bounds_a_run_is_named() -> None:
    result = Result(1, 1, 1, 1.0)
    assert _bound(result, 2) == ""
    result.viewers_cpu_percent = 95.0
    assert _bound(result, 2) == "viewers"
    result.relay_cpu_percent = 95.0
    assert _bound(result, 2) == "relay"
    result.viewers_cpu_percent, result.relay_cpu_percent, result.others_cpu_percent = 60.0, 60.0, 70.0
    assert _bound(result, 2) == "machine"
    assert _bound(result, 4) == ""


def test_percentiles_of_nothing_are_zero() -> None:
    assert percentiles([]) == {"p50": 0.0, "p99": 0.0, "max": 0.0}
    assert percentiles([3.0, 1.0, 2.0]) == {"p50": 2.0, "p99": 3.0, "max": 3.0}


def test_what_was_missed_is_named() -> None:
    good = Result(190, 1, 1500, 20.0, loss=0.0, ratio=1.2, delay_us={"p99": 3_600.0})
    assert all(bounds(good).values())
    bad = replace(good, loss=0.01, ratio=1.6, delay_us={"p99": 7_000.0})
    assert [name for name, held in bounds(bad).items() if not held] == ["loss", "ratio", "delay_us"]
    assert bounds(replace(bad, pictures=3)).keys() == {"loss", "ratio"}
