"""Mapping a publisher's timestamps to the hub's clock."""

from hub.relay.core.capture import NTP_SECOND, Capture, Skew


def test_without_a_report_a_packet_was_captured_when_it_came() -> None:
    assert Capture(Skew(), 90_000).at(123, arrived_at=7.0) == 7.0


def test_two_tracks_of_one_publisher_are_shifted_alike() -> None:
    skew = Skew()
    picture, voice = Capture(skew, 90_000), Capture(skew, 48_000)
    picture.reported(1000 * NTP_SECOND, 0xFFFF_FF00, now=10.3)
    voice.reported(1000 * NTP_SECOND, 500, now=10.1)
    apart = picture.at((0xFFFF_FF00 + 90_000) & 0xFFFF_FFFF, 11.3) - voice.at(500 + 48_000, 11.1)
    assert abs(apart) < 1e-9


def test_a_report_that_contradicts_the_arrival_is_not_believed() -> None:
    capture = Capture(Skew(), 90_000)
    capture.reported(1000 * NTP_SECOND, 0, now=10.0)
    assert capture.at(90_000 * 60, arrived_at=10.0) == 10.0


def test_a_clock_that_was_set_is_followed_at_once() -> None:
    skew = Skew()
    skew.observe(1000 * NTP_SECOND, 10.0)
    skew.observe(5000 * NTP_SECOND, 11.0)
    assert skew.seconds == -4989.0
