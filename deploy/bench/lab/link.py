"""One direction of a line: what it loses, how long it takes, what it holds back. Seeded, on virtual time."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log, log1p
from random import Random
from typing import Final

LOST: Final = -1.0
"""In place of an arrival time."""
HEADERS: Final = 28 + 24
"""Octets around an RTP packet on the line: IPv4, UDP, the SRTP tag, and what an access network adds."""


@dataclass(frozen=True, slots=True)
class Line:
    """The state of one direction. Times in seconds.

    `delay` is fixed; `jitter` adds a wait drawn uniformly from 0 to it. Packets overtake each other only if
    `reorders`; else a held-back packet holds back those behind it, as a queue does. `loss` is the share of
    packets lost; `burst` the mean run of lost packets (Gilbert-Elliott; 1: independent); with `burst_seconds`
    runs are counted in time instead: while one lasts, everything is lost. `kbps` limits the rate; what would
    wait longer than `queue` seconds is dropped at the tail.
    """

    delay: float = 0.0
    jitter: float = 0.0
    reorders: bool = False
    loss: float = 0.0
    burst: float = 1.0
    burst_seconds: float = 0.0
    kbps: float | None = None
    queue: float = 0.25


Schedule = Sequence[tuple[float, Line]]
"""From each time on that line; the first time is 0."""

CUT: Final = Line(loss=1.0)


class Link:
    """Carries packets in the order of `send`. `now` never goes back."""

    __slots__ = (
        "_bad", "_changes_at", "_free_at", "_last", "_left", "_line", "_plain", "_random", "_schedule",
        "_turns_at", "_wakes_at", "lost", "overflow", "reorders", "sent",
    )  # fmt: skip

    def __init__(self, schedule: Schedule, random: Random) -> None:
        self._random = random
        self._schedule = list(schedule)
        self.reorders = any(line.reorders for _, line in schedule)
        self.sent = self.lost = 0
        self.overflow: dict[int, int] = {}
        """Octets dropped because the queue was full, by second."""
        self._free_at = 0.0
        self._last = 0.0
        self._take(*self._schedule.pop(0))

    def _take(self, now: float, line: Line) -> None:
        self._line = line
        self._changes_at = self._schedule[0][0] if self._schedule else inf
        self._bad = line.loss >= 1.0
        self._left: float = inf
        self._turns_at = inf
        if 0.0 < line.loss < 1.0:
            if line.burst_seconds:
                self._turns_at = now + self._lasts()
            else:
                self._left = self._run(self._mean_good())
        self._wakes_at = min(self._changes_at, self._turns_at)
        self._plain = line.kbps is None and not line.jitter

    def _mean_bad(self) -> float:
        return max(self._line.burst, 1.0 / (1.0 - self._line.loss))

    def _mean_good(self) -> float:
        return self._mean_bad() * (1.0 - self._line.loss) / self._line.loss

    def _run(self, mean: float) -> int:
        """A geometric number of packets, 1 or more, with that mean."""
        if mean <= 1.0:
            return 1
        return 1 + int(log(1.0 - self._random.random()) / log1p(-1.0 / mean))

    def send(self, now: float, size: int) -> float:
        """When a packet of `size` octets arrives, or `LOST`."""
        if now >= self._wakes_at:
            self._wake(now)
        self.sent += 1
        self._left -= 1
        if self._left < 0:
            self._bad = not self._bad
            self._left = self._run(self._mean_bad() if self._bad else self._mean_good()) - 1
        if self._bad:
            self.lost += 1
            return LOST
        line = self._line
        if self._plain:
            at = now + line.delay
            if at < self._last and not line.reorders:
                return self._last
            self._last = at
            return at
        at = now
        if line.kbps is not None:
            free_at = max(self._free_at, now)
            if free_at - now > line.queue:
                second = int(now)
                self.overflow[second] = self.overflow.get(second, 0) + size
                return LOST
            at = self._free_at = free_at + (size + HEADERS) / (line.kbps * 125.0)
        at += line.delay
        if line.jitter:
            at += line.jitter * self._random.random()
        if not line.reorders:
            at = max(at, self._last)
            self._last = at
        return at

    def _wake(self, now: float) -> None:
        while now >= self._changes_at:
            self._take(*self._schedule.pop(0))
        while now >= self._turns_at:
            self._bad = not self._bad
            self._turns_at += self._lasts()
        self._wakes_at = min(self._changes_at, self._turns_at)

    def _lasts(self) -> float:
        """Seconds of the present run, exponential."""
        line = self._line
        mean = line.burst_seconds if self._bad else line.burst_seconds * (1.0 - line.loss) / line.loss
        return self._random.expovariate(1.0 / mean)
