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
"""Of the packets that came in order, that share is waited for."""
WORTH: Final = 2.0
"""Seconds of delay that all of the packets which came out of order are worth: 20 ms for one in a hundred
(kMsPerLossPercent)."""
REMEMBERED: Final = 150
"""Packets (3 s of voice) whose lateness sets the playout delay."""
REMEMBERED_LONGER: Final = 1_400
"""The same of those out of order (kReorderForgetFactor)."""
BUCKET: Final = 0.02
"""Delays are rounded up to multiples of this (kBucketSizeMs)."""
PATIENT: Final = 0.22
MADE_UP: Final = 0.01
LOOK_EVERY: Final = 5.0
LOOKS: Final = 24
"""What our page asks of the browser (web/static/js/media/patience.js): a delay of `PATIENT` at least for so
many looks, once more of the sound than `MADE_UP` was made up between two of them."""
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

    __slots__ = (
        "_base", "_base_at", "_base_now", "_have", "_known", "_late", "_least", "_look_at", "_looked",
        "_newest", "_next", "_overtaken", "_patient", "_run", "_target", "delay", "duplicates", "first",
        "hearing", "highest", "received", "ssrc",
    )  # fmt: skip

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
        """How late packets in order came."""
        self._overtaken: deque[float] = deque(maxlen=REMEMBERED_LONGER)
        """The same of those out of order, 0 for those in order."""
        self._known: set[int] = set()
        """What came lately, played or not."""
        self._run = 0
        self._newest = -1
        self._least = DELAY_LEAST
        self._look_at = inf
        self._looked = (0, 0)
        self._patient = 0

    def take(self, packet: Look, sequence: int, at: float) -> None:
        """A packet arrived."""
        if self.highest < 0:
            self.first = self.highest = sequence + 0x10000
            index = (packet.timestamp + (1 << 32)) // TICKS
            self._next = self._newest = index
            self._base_at = at
            self._look_at = at + LOOK_EVERY * (0.5 + at % 0.5)  # not all at the same time
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
        if index in self._known:
            return  # a duplicate of what was played; it teaches nothing
        self._known.add(index)
        if len(self._known) > REMEMBERED:
            self._known = {known for known in self._known if known > index - REMEMBERED // 2}
        self._learn(at - index * FRAME, at, reordered=index < self._newest)
        self._newest = max(self._newest, index)
        if index < self._next:
            self.hearing.late += 1
            return
        self._have.add(index)

    def _learn(self, transit: float, at: float, *, reordered: bool) -> None:
        if at - self._base_at > 2.0:
            self._base, self._base_now, self._base_at = self._base_now, transit, at
        self._base_now = min(self._base_now, transit)
        late = transit - min(self._base, self._base_now)
        self._overtaken.append(late if reordered else 0.0)
        if not reordered:
            self._late.append(late)
        if self.received % 10 == 0:
            ordered = sorted(self._late)
            wanted = ordered[int((len(ordered) - 1) * QUANTILE)]
            wanted = (int(max(wanted, self._cheapest(wanted)) / BUCKET) + 1) * BUCKET
            self._target = max(self._least, min(DELAY_MOST, wanted))

    def _cheapest(self, base: float) -> float:
        """The delay for which waiting longer costs more than what is lost without."""
        ordered = sorted((late for late in self._overtaken if late), reverse=True)
        lost = WORTH / len(self._overtaken)
        choices = [(max(0.0, late - base) + index * lost, late) for index, late in enumerate(ordered)]
        return min([(len(ordered) * lost, 0.0), *choices])[1]

    def tick(self, now: float) -> None:
        """Play every frame whose time has come."""
        if self._next < 0:
            return
        if now >= self._look_at:
            self._look(now)
        base = min(self._base, self._base_now)
        while base + self._next * FRAME + self.delay <= now:
            self._play(self._next)
            self._next += 1
            step = self._target - self.delay
            self.delay += max(-STRETCH, min(STRETCH, step))

    def _look(self, now: float) -> None:
        """The page's."""
        self._look_at = now + LOOK_EVERY
        before, made_up = self._looked
        self._looked = self.hearing.frames, self.hearing.gaps
        poor = self.hearing.gaps - made_up > (self.hearing.frames - before) * MADE_UP
        self._patient = LOOKS if poor else max(0, self._patient - 1)
        self._least = PATIENT if self._patient else DELAY_LEAST

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
