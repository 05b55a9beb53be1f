import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.relay.wire.metrics import BOUNDS, DelayHistogram, _bucket, _upper


def test_nothing_yet_is_all_zeros() -> None:
    assert DelayHistogram().summary() == {"p50": 0.0, "p99": 0.0, "max": 0.0, "packets": 0.0}


def test_percentiles_are_within_a_bucket() -> None:
    delays = DelayHistogram()
    for micros in range(1, 1001):
        delays.add(micros / 1e6, 1, now=1.0)
    summary = delays.summary()
    assert 500 <= summary["p50"] <= 500 * 1.032
    assert 990 <= summary["p99"] <= 990 * 1.032
    assert summary["max"] == 1000


def test_the_past_is_forgotten() -> None:
    delays = DelayHistogram()
    delays.add(5.0, 1, now=20.0)
    delays.add(0.001, 1, now=35.0)
    delays.add(0.001, 1, now=50.0)
    assert delays.summary()["max"] == 1000


@given(st.integers(min_value=0, max_value=2**36))
def test_buckets_hold_what_they_say(value: int) -> None:
    bucket = _bucket(value)
    assert 0 <= bucket < 1024
    if bucket < 1023:
        assert value <= _upper(bucket) <= max(value * 1.032, value + 1)


def test_what_the_percentiles_forget_the_steps_since_the_start_keep() -> None:
    histogram = DelayHistogram()
    histogram.add(0.0003, 5, 0.0)
    histogram.add(0.002, 3, 20.0)
    histogram.add(2.0, 1, 40.0)
    histogram.add(0.0001, 2, 60.0)
    counts, total = histogram.since_start()
    assert histogram.summary()["packets"] < 11
    assert (sum(counts), len(counts)) == (11, len(BOUNDS) + 1)
    assert (counts[0], counts[1], counts[3], counts[-1]) == (2, 5, 3, 1)
    assert total == pytest.approx(5 * 0.0003 + 3 * 0.002 + 2.0 + 2 * 0.0001, rel=0.04)


@pytest.mark.parametrize("bound", BOUNDS)
def test_no_bucket_is_split_by_a_step(bound: int) -> None:
    assert _bucket(bound - 1) == _bucket(bound) - 1
