"""How much a browser believes its line carries (REMB), modelled on libwebrtc's receive-side estimator: the
gradient of the delay (trendline with an adaptive threshold) and AIMD, at most 1.5 × what arrives."""

from collections import deque
from typing import Final

GROUP: Final = 0.005
"""Packets sent within this many seconds are one group."""
WINDOW: Final = 20
GAIN: Final = 4.0
THRESHOLD_FIRST, THRESHOLD_LEAST, THRESHOLD_MOST = 12.5, 6.0, 600.0
OVERUSE_TIME: Final = 0.01
CIRCLE: Final = 64.0
FIRST: Final = 5.0
"""Seconds before an estimate is told, unless the line is overused earlier (kInitializationTime)."""
EVERY: Final = 0.5
FULL: Final = 0.9
"""Of the window of one second must have been heard before the estimate moves."""


class Estimate:
    """Give it every packet of a picture or voice with its send time. `bitrate` is None until there is one."""

    __slots__ = (
        "_at", "_before_at", "_before_sent", "_began", "_bytes", "_capacity", "_delay", "_first",
        "_group_bytes", "_groups", "_in_window", "_last", "_over", "_over_count", "_points", "_signal",
        "_slope", "_smoothed", "_state", "_sum_x", "_sum_xx", "_sum_xy", "_sum_y", "_threshold",
        "_threshold_at", "_updated", "bitrate", "overused",
    )  # fmt: skip

    def __init__(self) -> None:
        self.bitrate: float | None = None
        self.overused = False
        """Since it was last looked at: tell the sender at once."""
        self._bytes: deque[tuple[float, int]] = deque()
        """When each group was over, and how much it was."""
        self._in_window = 0
        self._began: float | None = None
        self._first = self._last = 0.0
        """Send times of the first and the last packet of the group that grows; `_at` is the last arrival."""
        self._at = 0.0
        self._group_bytes = 0
        self._before_sent: float | None = None
        self._before_at = 0.0
        self._delay = self._smoothed = 0.0
        self._points: deque[tuple[float, float]] = deque(maxlen=WINDOW)
        self._sum_x = self._sum_y = self._sum_xx = self._sum_xy = 0.0
        self._groups = 0
        self._threshold = THRESHOLD_FIRST
        self._threshold_at = 0.0
        self._over = 0.0
        self._over_count = 0
        self._slope = 0.0
        self._state = "hold"
        self._signal = "normal"
        self._updated = 0.0
        self._capacity: float | None = None

    def take(self, sent: float, size: int, at: float) -> None:
        """A packet of `size` octets sent at `sent` (abs-send-time, 64 s circle) arrived."""
        ahead = sent - self._first
        if not 0.0 <= ahead <= GROUP or self._began is None:  # most packets are of the group that grows
            if self._began is None:
                self._began = self._updated = at
            else:
                ahead = (ahead + CIRCLE / 2) % CIRCLE - CIRCLE / 2
                if ahead < 0:  # sent before: a resend, or out of order
                    self._group_bytes += size
                    return
                self._close(at)
            self._first = self._last = sent
        elif sent > self._last:
            self._last = sent
        self._at = at
        self._group_bytes += size

    def _close(self, now: float) -> None:
        """The group is over: judge how much later than the one before it came."""
        sent, at = self._last, self._at
        self._count(now)
        before = self._before_sent
        lasted = 0.0 if before is None else (sent - before + CIRCLE / 2) % CIRCLE - CIRCLE / 2
        gradient = at - self._before_at - lasted
        self._before_sent, self._before_at = sent, at
        if before is None or abs(gradient) > 3.0:
            return  # the first, or the line was cut: that is no queue
        self._groups = min(60, self._groups + 1)
        self._delay += gradient
        self._smoothed = 0.9 * self._smoothed + 0.1 * self._delay
        slope = self._trend(at, self._smoothed)
        if len(self._points) == WINDOW:
            self._detect(slope * self._groups * GAIN, lasted, at, slope)

    def _trend(self, x: float, y: float) -> float:
        """The slope of the last points, by sums that go along with them."""
        points = self._points
        if len(points) == WINDOW:
            old_x, old_y = points[0]
            self._sum_x -= old_x
            self._sum_y -= old_y
            self._sum_xx -= old_x * old_x
            self._sum_xy -= old_x * old_y
        points.append((x, y))
        x_sum = self._sum_x = self._sum_x + x
        y_sum = self._sum_y = self._sum_y + y
        xx_sum = self._sum_xx = self._sum_xx + x * x
        xy_sum = self._sum_xy = self._sum_xy + x * y
        below = len(points) * xx_sum - x_sum * x_sum
        return (len(points) * xy_sum - x_sum * y_sum) / below if below > 1e-9 else self._slope

    def _detect(self, trend: float, lasted: float, at: float, slope: float) -> None:
        threshold = self._threshold
        if trend > threshold:
            self._over += lasted
            self._over_count += 1
            if self._over > OVERUSE_TIME and self._over_count > 1 and slope >= self._slope:
                self._over, self._over_count = 0.0, 0
                self._signal = "over"
                self._decrease(at)
        else:
            self._over, self._over_count = 0.0, 0
            self._signal = "under" if trend < -threshold else "normal"
        self._slope = slope
        trend = abs(trend)
        if trend <= threshold + 15.0:  # it follows, so that neither noise nor a rival for the line fools it
            pace = 0.039 if trend < threshold else 0.0087
            threshold += pace * (trend - threshold) * min(100.0, (at - self._threshold_at) * 1000)
            self._threshold = min(THRESHOLD_MOST, max(THRESHOLD_LEAST, threshold))
        self._threshold_at = at

    def _count(self, now: float) -> None:
        if self._group_bytes:
            self._bytes.append((now, self._group_bytes))
            self._in_window += self._group_bytes
            self._group_bytes = 0

    def incoming(self, now: float) -> float:
        """Bits per second over the last second."""
        self._count(now)
        recent = self._bytes
        while recent and recent[0][0] < now - 1.0:
            self._in_window -= recent.popleft()[1]
        return self._in_window * 8.0

    def _decrease(self, at: float) -> None:
        if self._state == "decreased" and at - self._updated < 0.2:
            return
        rate = self.incoming(at)
        self._capacity = rate if self._capacity is None else 0.95 * self._capacity + 0.05 * rate
        lower = 0.85 * rate
        if self.bitrate is None or lower < self.bitrate:
            self.bitrate = lower
            self.overused = True
        self._state, self._updated = "decreased", at

    def update(self, now: float) -> float | None:
        """Twice a second: the estimate in bits per second as it stands, None when there is none yet."""
        rate = self.incoming(now)
        passed = min(1.0, now - self._updated)
        if not self._bytes or now - self._bytes[0][0] < FULL:
            return self.bitrate  # nothing came lately, or it has only just begun again
        if self.bitrate is None:
            if self._began is not None and now - self._began > FIRST and self._signal == "normal":
                self.bitrate, self._updated = rate, now
            return self.bitrate
        if self._signal == "normal":
            self._increase(rate, passed)
        self._updated = now
        self._state = "steady"
        if self._signal == "over":
            self._signal = "normal"
        return self.bitrate

    def _increase(self, rate: float, passed: float) -> None:
        assert self.bitrate is not None
        near = self._capacity is not None and 0.8 * self._capacity < self.bitrate < 1.3 * self._capacity
        if self._capacity is not None and rate > 1.3 * self._capacity:
            self._capacity, near = None, False
        if near:  # additive: about a packet in each response time of 200 ms
            raised = self.bitrate + max(4000.0, 1200 * 8 / 0.2) * passed
        else:
            raised = self.bitrate * 1.08**passed + 1000.0
        self.bitrate = max(self.bitrate, min(raised, 1.5 * rate + 10_000))
