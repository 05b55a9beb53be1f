"""How long packets stay in the relay: a histogram of fixed size, over the last ten to twenty seconds and
since the start."""

from itertools import pairwise
from typing import Final

_BITS: Final = 5
_STEPS: Final = 1 << _BITS
"""Buckets per octave: a value is known to within 3 %."""
_BUCKETS: Final = 32 * _STEPS
_WINDOW: Final = 10.0
"""Seconds after which the older half is forgotten, so that a join storm does not colour a calm hour."""

BOUNDS: Final = (256, 512, 1024, 2048, 5120, 10240, 20480, 40960, 81920, 163840, 655360)
"""Microseconds: the steps of `since_start`. Each is the lower edge of a bucket, so that nothing is split."""


class DelayHistogram:
    """Delays in microseconds. `add` is cheap enough for the hot loop; memory never grows."""

    def __init__(self) -> None:
        self._now = _Half()
        self._before = _Half()
        self._forgotten = [0] * _BUCKETS
        self._turned_at = 0.0

    def add(self, delay: float, count: int, now: float) -> None:
        """Count `count` packets that took `delay` seconds, at `now` seconds."""
        if now - self._turned_at > _WINDOW:
            self._forgotten = [a + b for a, b in zip(self._forgotten, self._before.counts, strict=True)]
            self._before, self._now, self._turned_at = self._now, _Half(), now
        self._now.add(max(0, int(delay * 1e6)), count)

    def summary(self) -> dict[str, float]:
        """`p50`, `p99`, `max` in microseconds and `packets`, how many they speak of.

        Zeros when there was none.
        """
        counts = [a + b for a, b in zip(self._now.counts, self._before.counts, strict=True)]
        total = sum(counts)
        return {
            "p50": _percentile(counts, total, 0.50),
            "p99": _percentile(counts, total, 0.99),
            "max": float(max(self._now.highest, self._before.highest)),
            "packets": float(total),
        }

    def since_start(self) -> tuple[tuple[int, ...], float]:
        """How many packets stayed less than each of `BOUNDS` but not less than the one before, then how
        many stayed longer than all; and the sum of the delays in seconds, to within a bucket's width.
        """
        every = zip(self._forgotten, self._before.counts, self._now.counts, strict=True)
        counts = [sum(each) for each in every]
        edges = (0, *(_bucket(bound) for bound in BOUNDS), _BUCKETS)
        total = sum(count * _upper(bucket) for bucket, count in enumerate(counts) if count)
        return tuple(sum(counts[low:high]) for low, high in pairwise(edges)), total / 1e6


class _Half:
    def __init__(self) -> None:
        self.counts = [0] * _BUCKETS
        self.highest = 0

    def add(self, microseconds: int, count: int) -> None:
        self.counts[_bucket(microseconds)] += count
        self.highest = max(self.highest, microseconds)


def _bucket(value: int) -> int:
    if value < _STEPS:
        return value
    octave = value.bit_length() - _BITS - 1  # 32–63 → 0: five bits below the leading one choose the step
    return min(_BUCKETS - 1, _STEPS * (octave + 1) + (value >> octave) - _STEPS)


def _upper(bucket: int) -> float:
    if bucket < _STEPS:
        return float(bucket)
    octave, step = divmod(bucket, _STEPS)
    return float(((_STEPS + step + 1) << (octave - 1)) - 1)


def _percentile(counts: list[int], total: int, share: float) -> float:
    if total == 0:
        return 0.0
    wanted, seen = share * total, 0
    for bucket, count in enumerate(counts):
        seen += count
        if seen >= wanted:
            return _upper(bucket)
    return _upper(len(counts) - 1)
