"""When a packet was captured, on the hub's clock: the base of lip-sync (RFC 3550 §6.4.1)."""

NTP_SECOND = 1 << 32


class Skew:
    """How far a publisher's clock is behind the hub's, network delay included. One per publisher, so that its
    picture and its voice are shifted alike and stay in time with each other whatever the error."""

    def __init__(self) -> None:
        self.seconds: float | None = None

    def observe(self, ntp: int, now: float) -> None:
        """A sender report with that 64-bit NTP time arrived."""
        sample = now - ntp / NTP_SECOND
        if self.seconds is None or abs(sample - self.seconds) > 1.0:
            self.seconds = sample  # the first one, or the publisher's clock was set
        else:
            self.seconds += (sample - self.seconds) / 8


class Capture:
    """Maps one track's RTP timestamps to the hub's clock by its latest sender report."""

    def __init__(self, skew: Skew, clock_rate: int) -> None:
        self._skew = skew
        self._clock_rate = clock_rate
        self._report: tuple[int, int] | None = None

    def reported(self, ntp: int, timestamp: int, now: float) -> None:
        """The track's sender report."""
        self._skew.observe(ntp, now)
        self._report = ntp, timestamp

    def at(self, timestamp: int, arrived_at: float) -> float:
        """When that timestamp was captured, in seconds of the hub's clock.

        Without a report, or with one that contradicts the arrival by over 2 s, it is the arrival itself.
        """
        if self._report is None or self._skew.seconds is None:
            return arrived_at
        ntp, reported = self._report
        ahead = ((timestamp - reported + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        captured = ntp / NTP_SECOND + ahead / self._clock_rate + self._skew.seconds
        return captured if abs(captured - arrived_at) <= 2.0 else arrived_at
