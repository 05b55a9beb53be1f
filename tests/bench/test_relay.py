"""The relay bench in small: its shape and its truths, never its speed."""

import json

import pytest

from deploy.bench.output import percentiles
from deploy.bench.relay import bench

KEYS = {
    "points", "pictures", "kbps", "seconds", "packets_sent", "packets_received", "loss", "decrypted_sample",
    "cpu_us_per_packet", "floor_us_per_packet", "ratio", "delay_us", "all_have_media_s",
    "keyframes_asked_during_joins", "relay_rss_mb", "send_method",
}  # fmt: skip


@pytest.mark.bench
def test_every_packet_arrives_and_is_accounted_for(capfd: pytest.CaptureFixture[str]) -> None:
    assert bench(points=4, pictures=2, kbps=300, seconds=1, as_json=True) == 0
    result = json.loads(capfd.readouterr().out)
    assert result.keys() >= KEYS
    assert result["packets_sent"] == result["packets_received"] > 0
    assert (result["loss"], result["decrypted_forged"]) == (0, 0)
    assert result["first_picture_was_keyframe"] == 4
    assert result["decrypted_sample"] >= 16
    assert result["floor_us_per_packet"] > 0
    assert result["send_method"]


def test_percentiles_of_nothing_are_zero() -> None:
    assert percentiles([]) == {"p50": 0.0, "p99": 0.0, "max": 0.0}
    assert percentiles([3.0, 1.0, 2.0]) == {"p50": 2.0, "p99": 3.0, "max": 3.0}
