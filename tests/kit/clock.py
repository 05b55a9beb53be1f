"""A clock that goes only when told to."""

from datetime import UTC, datetime, timedelta

import pytest

START = datetime(2026, 7, 15, 1, 0, tzinfo=UTC)
"""A Wednesday morning, 8 o'clock in Vietnam."""


class HandClock:
    """Implements `hub.store.clock.Clock`."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now
        self._seconds = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._seconds

    def advance(self, seconds: float = 0.0, **parts: float) -> None:
        """Go forward by seconds, or by `timedelta` parts such as `hours=2`."""
        step = timedelta(seconds=seconds, **parts)
        self._now += step
        self._seconds += step.total_seconds()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()
