"""The system's clock and the tests' own agree on what a clock is."""

from datetime import UTC, timedelta

import pytest

from hub.store.clock import Clock, SystemClock
from tests.kit.clock import HandClock


@pytest.mark.parametrize("made", [SystemClock(), HandClock()])
def test_contract(made: Clock) -> None:
    first, second = made.now(), made.now()
    assert first.tzinfo is UTC
    assert second >= first
    assert made.monotonic() <= made.monotonic()


def test_hand_clock_goes_when_told(clock: HandClock) -> None:
    before, seconds = clock.now(), clock.monotonic()
    clock.advance(90)
    clock.advance(hours=1)
    assert clock.now() - before == timedelta(seconds=3690)
    assert clock.monotonic() - seconds == 3690
