"""A browser's ear, modelled on NetEq: adaptive playout, in-band FEC, and what had to be made up."""

from collections import deque
from dataclasses import dataclass
from math import inf
from typing import Final

from deploy.bench.lab.look import Look

FRAME: Final = 0.02
TICKS: Final = 960
DELAY_LEAST, DELAY_MOST = 0.06, 0.2
QUANTILE: Final = 0.97
REMEMBERED: Final = 150
"""Packets (3 s of voice) whose lateness sets the playout delay."""
STRETCH: Final = 0.003
"""Seconds by which one frame's playing may be stretched or shortened unheard."""


@dataclass(slots=True)
class Hearing:
    """What the person heard, in frames of 20 ms. `mended` came from the next packet's FEC, `gaps` were made
    up."""

    frames: int = 0
    mended: int = 0
    gaps: int = 0
    longest_gap: int = 0
    late: int = 0

    @property
    def gap_share(self) -> float:
        """Of all frames, 0 to 1."""
        return self.gaps / self.frames if self.frames else 0.0


class Voice:
    """One slot's receiver. `take` packets in the order of arrival; `tick` plays up to `now`."""

    def __init__(self, ssrc: int) -> None:
        self.ssrc = ssrc
        self.hearing = Hearing()
        self.received = self.duplicates = 0
        self.first = self.highest = -1
        self.delay = DELAY_LEAST
        self._target = DELAY_LEAST
        self._have: set[int] = set()
        self._next = -1
        self._base = self._base_now = inf
        self._base_at = 0.0
        self._late: deque[float] = deque(maxlen=REMEMBERED)
        self._run = 0
        self._newest = -1

    def take(self, packet: Look, sequence: int, at: float) -> None:
        """A packet arrived."""
        if self.highest < 0:
            self.first = self.highest = sequence + 0x10000
            index = (packet.timestamp + (1 << 32)) // TICKS
            self._next = self._newest = index
            self._base_at = at
        else:
            ahead = ((sequence - self.highest + 0x8000) & 0xFFFF) - 0x8000
            self.highest = max(self.highest, self.highest + ahead)
            known = self._newest * TICKS
            index = (known + (((packet.timestamp - known + 0x80000000) & 0xFFFFFFFF) - 0x80000000)) // TICKS
            self.tick(at)
        if index in self._have:
            self.duplicates += 1
            return
        if index < self._next - 25:
            return
        self.received += 1
        self._newest = max(self._newest, index)
        self._learn(at - index * FRAME, at)
        if index < self._next:
            self.hearing.late += 1
            return
        self._have.add(index)

    def _learn(self, transit: float, at: float) -> None:
        if at - self._base_at > 2.0:
            self._base, self._base_now, self._base_at = self._base_now, transit, at
        self._base_now = min(self._base_now, transit)
        late = self._late
        late.append(transit - min(self._base, self._base_now))
        if self.received % 10 == 0:
            ordered = sorted(late)
            wanted = ordered[int((len(ordered) - 1) * QUANTILE)] + FRAME / 2
            self._target = min(DELAY_MOST, max(DELAY_LEAST, wanted))

    def tick(self, now: float) -> None:
        """Play every frame whose time has come."""
        if self._next < 0:
            return
        base = min(self._base, self._base_now)
        while base + self._next * FRAME + self.delay <= now:
            self._play(self._next)
            self._next += 1
            step = self._target - self.delay
            self.delay += max(-STRETCH, min(STRETCH, step))

    def _play(self, index: int) -> None:
        hearing = self.hearing
        hearing.frames += 1
        if index in self._have:
            self._have.discard(index)
            self._run = 0
        elif index + 1 in self._have:
            hearing.mended += 1
            self._run = 0
        else:
            hearing.gaps += 1
            self._run += 1
            hearing.longest_gap = max(hearing.longest_gap, self._run)
