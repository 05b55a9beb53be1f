"""Waits after wrong passwords."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.people.tries import FREE_TRIES, LONGEST_WAIT_SECONDS, StrangerTries, Tries
from tests.kit.clock import START


def waits(count: int) -> list[int]:
    tries, found = Tries(), []
    for _ in range(count):
        tries = tries.after_failure(START)
        found.append(0 if tries.blocked_until is None else int((tries.blocked_until - START).total_seconds()))
    return found


def test_the_first_are_free_then_waits_double() -> None:
    assert waits(8) == [0, 0, 0, 0, 2, 4, 8, 16]


@given(st.integers(FREE_TRIES, 500))
def test_waits_grow_and_are_bounded(count: int) -> None:
    found = waits(count)
    assert found == sorted(found)
    assert found[-1] <= LONGEST_WAIT_SECONDS


def test_seconds_left_are_rounded_up() -> None:
    tries = Tries(9, START + timedelta(seconds=1.5))
    assert tries.wait_seconds(START) == 2
    assert tries.wait_seconds(START + timedelta(seconds=1.5)) == 0


def test_strangers_are_forgotten_oldest_first() -> None:
    strangers = StrangerTries(limit=3)
    for login in ("a", "b", "c", "a", "d"):
        strangers.failed(login, START)
    assert len(strangers) == 3
    assert strangers.of("b") == Tries()
    assert strangers.of("a").failed == 2
