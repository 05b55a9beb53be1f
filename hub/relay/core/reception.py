"""How well a publisher's track arrives: the numbers of a receiver report (RFC 3550 §6.4.1, A.3, A.8)."""

from hub.relay.core.rtcp import Block


class Reception:
    """Statistics of one SSRC. Give it every packet that was taken, late ones and padding too."""

    def __init__(self, ssrc: int, first: int, clock_rate: int) -> None:
        self._ssrc = ssrc
        self._first = first
        self._clock_rate = clock_rate
        self._highest = first
        self._received = 0
        self._expected_before = 0
        self._received_before = 0
        self._jitter = 0.0
        self._transit: float | None = None
        self._report = 0
        self._report_at: float | None = None

    def arrived(self, extended: int, timestamp: int, now: float) -> None:
        """Count a packet and move the jitter estimate."""
        self._received += 1
        self._highest = max(self._highest, extended)
        transit = now * self._clock_rate - timestamp
        if self._transit is not None:
            moved = abs(transit - self._transit)
            if moved < self._clock_rate:  # a wrap or a restart of the clock is not jitter
                self._jitter += (moved - self._jitter) / 16
        self._transit = transit

    def padded(self, extended: int) -> None:
        """Count a packet without content. Its timestamp is that of a picture sent before, and no jitter."""
        self._received += 1
        self._highest = max(self._highest, extended)

    def reported(self, ntp: int, now: float) -> None:
        """The publisher's sender report came: remember its middle 32 bits, so that it can measure the round
        trip."""
        self._report = ntp >> 16 & 0xFFFFFFFF
        self._report_at = now

    def block(self, now: float) -> Block:
        """The report block since the last call."""
        expected = self._highest - self._first + 1
        lost = max(-0x800000, min(0x7FFFFF, expected - self._received))
        delay = 0 if self._report_at is None else int((now - self._report_at) * 65536) & 0xFFFFFFFF
        fraction = self._fraction(expected)
        highest = self._highest & 0xFFFFFFFF
        return Block(self._ssrc, fraction, lost, highest, int(self._jitter), self._report, delay)

    def _fraction(self, expected: int) -> int:
        expected_now = expected - self._expected_before
        received_now = self._received - self._received_before
        self._expected_before, self._received_before = expected, self._received
        lost_now = expected_now - received_now
        return min(255, (lost_now << 8) // expected_now) if expected_now > 0 and lost_now > 0 else 0
