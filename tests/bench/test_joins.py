"""The joins bench in small: everybody gets media, and those who stall keep nobody waiting."""

import json

import pytest

from deploy.bench.joins import bench


@pytest.mark.bench
def test_all_have_media_although_some_stall(capfd: pytest.CaptureFixture[str]) -> None:
    assert bench(points=6, stalled=3, as_json=True) == 0
    result = json.loads(capfd.readouterr().out)
    assert result["joined"] == result["points"] == result["first_picture_was_keyframe"] == 6
    assert 0 < result["media_s"]["p50"] <= result["media_s"]["p95"] <= result["all_have_media_s"]
    assert result["keyframes_asked"] <= 1
