"""When a missing packet is asked for again, and when no more."""

from hub.relay.core.limits import Limits
from hub.relay.core.losses import Losses


def test_asked_after_a_wait_then_each_round_trip_then_given_up() -> None:
    losses = Losses(Limits(), tries=3)
    losses.skipped(5, 6, now=1.0)
    assert losses.pending
    assert losses.due(1.010, 0.05) == ([], False)
    asked = [losses.due(1.0 + tick * 0.01, 0.05) for tick in range(2, 40)]
    assert [numbers for numbers, _ in asked if numbers] == [[5, 6]] * 3
    assert [given_up for _, given_up in asked].count(True) == 1
    assert not losses.pending
    assert losses.found(5)  # it may still come, long after


def test_what_was_found_is_not_asked_for() -> None:
    losses = Losses(Limits(), tries=3)
    losses.skipped(5, 6, now=1.0)
    assert losses.found(5)
    assert not losses.found(5)
    assert losses.due(2.0, 0.05) == ([6], False)


def test_an_empty_gap_is_none() -> None:
    losses = Losses(Limits(), tries=3)
    losses.skipped(5, 4, now=1.0)
    assert not losses.pending


def test_memory_is_bounded_by_the_window() -> None:
    losses = Losses(Limits(window=100), tries=3)
    for first in range(0, 10_000, 50):
        losses.skipped(first, first + 48, now=1.0)
    assert len(losses.due(2.0, 0.05)[0]) <= 100
