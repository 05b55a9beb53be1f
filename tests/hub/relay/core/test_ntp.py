"""The hub's clock as NTP."""

import pytest

from hub.relay.core import ntp


def test_the_middle_bits_measure_a_round_trip() -> None:
    sent = ntp.middle(5.0)
    assert ntp.round_trip(sent, delay=65536, now=6.25) == pytest.approx(0.25, abs=1e-4)


@pytest.mark.parametrize(
    ("last_report", "delay"), [(0, 0), (ntp.middle(7.0), 0), (ntp.middle(5.0), 3 * 65536)]
)
def test_nonsense_is_no_round_trip(last_report: int, delay: int) -> None:
    assert ntp.round_trip(last_report, delay, now=6.0) is None
