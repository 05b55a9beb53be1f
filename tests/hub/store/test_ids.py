"""Ids sort by time and say nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.store.ids import ALPHABET, LENGTH, Ids, looks_like_id, new_id
from tests.kit.clock import HandClock

TIMES = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
RANDOM = st.binary(min_size=10, max_size=10)


@given(TIMES, RANDOM)
def test_shape(now: datetime, random_bytes: bytes) -> None:
    made = new_id(now, random_bytes)
    assert len(made) == LENGTH
    assert set(made) <= set(ALPHABET)
    assert looks_like_id(made)


@given(TIMES, TIMES, RANDOM, RANDOM)
def test_later_ids_sort_later(first: datetime, second: datetime, one: bytes, other: bytes) -> None:
    if second - first >= timedelta(milliseconds=2):
        assert new_id(first, one) < new_id(second, other)


@given(TIMES, RANDOM, RANDOM)
def test_all_random_bits_count(now: datetime, one: bytes, other: bytes) -> None:
    assert (new_id(now, one) == new_id(now, other)) == (one == other)


@pytest.mark.parametrize("count", [0, 9, 11])
def test_wrong_randomness_is_an_error(count: int) -> None:
    with pytest.raises(ValueError, match=f"needs 10 random bytes, not {count}"):
        new_id(datetime.now(UTC), bytes(count))


@pytest.mark.parametrize(
    "text", ["", "0" * 25, "0" * 27, "8" + "0" * 25, "U" * 26, "0" * 25 + "\n", "../" + "0" * 23]
)
def test_what_is_not_an_id(text: str) -> None:
    assert not looks_like_id(text)


def test_source_uses_its_clock_and_randomness(clock: HandClock) -> None:
    ids = Ids(clock, lambda count: b"\x01" * count)
    assert ids.new() == new_id(clock.now(), b"\x01" * 10)


def test_source_never_repeats(clock: HandClock) -> None:
    ids = Ids(clock)
    assert len({ids.new() for _ in range(1000)}) == 1000


def test_source_keeps_order_within_a_millisecond_and_when_the_clock_steps_back(clock: HandClock) -> None:
    ids = Ids(clock)
    made = [ids.new() for _ in range(100)]
    clock.advance(-3600)
    made += [ids.new() for _ in range(100)]
    assert made == sorted(set(made))
    assert all(looks_like_id(one) for one in made)
