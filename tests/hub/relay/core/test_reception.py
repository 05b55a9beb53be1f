"""The numbers of a receiver report."""

from hub.relay.core.reception import Reception


def test_loss_since_the_last_report_and_over_all() -> None:
    reception = Reception(ssrc=5, first=100, clock_rate=90_000)
    for number in (100, 101, 103, 104):
        reception.arrived(number, 0, 1.0)
    block = reception.block(1.0)
    assert (block.ssrc, block.fraction, block.lost, block.highest) == (5, 51, 1, 104)
    reception.arrived(102, 0, 1.0)
    reception.arrived(105, 0, 1.0)
    block = reception.block(1.0)
    assert (block.fraction, block.lost) == (0, 0)
    assert reception.block(1.0).fraction == 0


def test_jitter_is_zero_for_an_even_stream_and_grows_with_unevenness() -> None:
    even, uneven = (Reception(5, 0, 90_000) for _ in range(2))
    for number in range(100):
        even.arrived(number, number * 3000, number / 30)
        uneven.arrived(number, number * 3000, number / 30 + (number % 2) * 0.01)
    assert even.block(4.0).jitter == 0
    assert 800 <= uneven.block(4.0).jitter <= 900


def test_a_sender_report_is_answered_with_its_time_and_the_delay() -> None:
    reception = Reception(5, 0, 90_000)
    assert reception.block(1.0).last_report == 0
    reception.reported(0x1122_3344_5566_7788, now=2.0)
    block = reception.block(2.5)
    assert (block.last_report, block.delay) == (0x3344_5566, 32768)


def test_padding_is_received_and_moves_no_jitter() -> None:
    reception = Reception(5, 100, 90_000)
    reception.arrived(100, 0, 1.0)
    for number in range(101, 111):
        reception.padded(number)
    reception.arrived(111, 90_000, 2.0)
    block = reception.block(2.0)
    assert (block.fraction, block.lost, block.highest, block.jitter) == (0, 0, 111, 0)
