"""Bits per second, as a line sees them."""

from hub.relay.core.meter import Meter
from hub.relay.core.stamp import ON_THE_LINE


def feed(meter: Meter, start: float, seconds: float, *, packets: int, octets: int) -> float:
    for index in range(round(seconds * packets)):
        meter.add(octets - ON_THE_LINE, start + index / packets)
    return start + seconds


def test_a_steady_stream_is_measured_headers_and_all() -> None:
    meter = Meter()
    assert meter.rate(0.0) == 0
    end = feed(meter, 1.0, 3.0, packets=100, octets=1250)
    assert abs(meter.rate(end) - 1_000_000) < 30_000


def test_it_follows_within_two_seconds_and_forgets_a_stream_that_stopped() -> None:
    meter = Meter()
    end = feed(meter, 0.0, 3.0, packets=100, octets=1250)
    end = feed(meter, end, 2.0, packets=100, octets=125)
    assert meter.rate(end) < 200_000
    assert meter.rate(end + 5.0) == 0
