"""When a missing packet is asked for again, and when no more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    assert losses.found(5, 2.0)  # it may still come, long after


def test_what_was_found_is_not_asked_for() -> None:
    losses = Losses(Limits(), tries=3)
    losses.skipped(5, 6, now=1.0)
    assert losses.found(5, 2.0)
    assert not losses.found(5, 2.0)
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


def answered(losses: Losses, number: int, at: float, took: float) -> None:
    """A number that was asked for once, and its answer."""
    losses.skipped(number, number, at)
    assert losses.due(at + 0.015, 0.0)[0] == [number]
    assert losses.found(number, at + 0.015 + took)


def asked(losses: Losses, since: float, seconds: float, round_trip: float = 0.0) -> tuple[list[float], float]:
    """When the only number that is missing was asked for, seconds after it was noticed, and when it was given
    up."""
    times, given_up_at = [], 0.0
    for tick in range(round(seconds / 0.005)):
        wanted, given_up = losses.due(since + tick * 0.005, round_trip)
        times += [tick * 0.005] * len(wanted)
        given_up_at = tick * 0.005 if given_up else given_up_at
    return times, given_up_at


def test_it_waits_as_long_as_answers_take_and_asks_less_often_then() -> None:
    losses = Losses(Limits(), tries=10)
    answered(losses, 5, 1.0, took=0.6)
    losses.skipped(7, 7, 10.0)
    times, given_up_at = asked(losses, 10.0, 5.0)
    assert times == pytest.approx([0.015, 0.765, 1.515], abs=0.006)
    assert given_up_at == pytest.approx(2.265, abs=0.006)


def test_a_near_publisher_is_asked_as_before() -> None:
    losses = Losses(Limits(), tries=10)
    for number in range(5, 25):
        answered(losses, number, 1.0 + number, took=0.03)
    losses.skipped(50, 50, 100.0)
    times, given_up_at = asked(losses, 100.0, 5.0)
    assert len(times) == 10
    assert given_up_at == pytest.approx(0.515, abs=0.04)


def test_a_long_round_trip_that_is_known_is_no_reason_to_wait_for_seconds() -> None:
    losses = Losses(Limits(), tries=10)
    losses.skipped(5, 5, 1.0)
    times, given_up_at = asked(losses, 1.0, 9.0, round_trip=0.6)
    assert len(times) == 3
    assert given_up_at == pytest.approx(1.815, abs=0.02)


def test_an_answer_to_what_was_given_up_teaches_too() -> None:
    losses = Losses(Limits(), tries=2)
    losses.skipped(5, 5, 1.0)
    assert asked(losses, 1.0, 0.5)[1] > 0
    assert not losses.pending
    assert losses.found(5, 1.615)
    assert losses.answered_in == pytest.approx(0.6, abs=0.006)


def test_what_was_not_asked_for_teaches_nothing() -> None:
    losses = Losses(Limits(), tries=10)
    losses.skipped(5, 6, 1.0)
    assert losses.found(5, 1.01)
    assert losses.answered_in == 0.0


def test_a_packet_that_was_overtaken_for_long_does_not_pass_for_a_near_publisher() -> None:
    losses = Losses(Limits(), tries=10)
    answered(losses, 5, 1.0, took=0.6)
    for number in (6, 7, 8):
        answered(losses, number, float(number), took=0.001)
    losses.skipped(9, 9, 10.0)
    assert asked(losses, 10.0, 5.0)[1] > 0.615


def test_one_slow_answer_is_forgotten() -> None:
    losses = Losses(Limits(), tries=10)
    answered(losses, 5, 1.0, took=30.0)
    assert losses.answered_in == 1.0
    for number in range(6, 20):
        answered(losses, number, 40.0 + number, took=0.03)
    assert losses.answered_in * 1.25 < 0.06


def test_what_was_asked_for_before_the_way_was_known_is_given_up_once_and_not_before_its_answer() -> None:
    losses = Losses(Limits(), tries=10)
    losses.skipped(5, 5, 1.0)
    losses.skipped(6, 6, 1.3)
    assert len(asked(losses, 1.3, 0.3)[0]) > 6
    assert losses.found(5, 1.615)
    times, given_up_at = asked(losses, 1.615, 5.0)
    assert times == []
    assert 0.315 < given_up_at < 0.75


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0.001, 0.4), st.booleans()), max_size=80))
def test_each_number_is_given_up_at_most_once_and_never_asked_for_after_that(
    events: list[tuple[int, float, bool]],
) -> None:
    """Whatever is learned on the way."""
    losses, now, newest = Losses(Limits(), tries=10), 1.0, 0
    missing: dict[int, int] = {}
    for skip, wait, comes in events:
        losses.skipped(newest + 1, newest + skip, now)
        missing.update(dict.fromkeys(range(newest + 1, newest + skip + 1), 0))
        newest += skip + 1
        now += wait
        wanted, _ = losses.due(now, 0.0)
        for number in wanted:
            missing[number] += 1
            assert missing[number] <= 10
        if comes and missing:
            number = min(missing)
            del missing[number]
            assert losses.found(number, now)
    times = 0
    while losses.pending:
        now += 0.01
        times += 1
        losses.due(now, 0.0)
        assert times < 2_000
    assert losses.due(now + 100, 1.0) == losses.due(now + 100, 0.0) == ([], False)
