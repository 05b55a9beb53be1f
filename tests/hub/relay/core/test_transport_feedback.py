import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.relay.core.rtcp import Unread, parse
from hub.relay.core.transport_feedback import MOST_TOLD, WINDOW, TransportFeedback
from tests.kit.transport_feedback import read

TICK = 0.00025


def told(feedback: TransportFeedback, media: int = 77) -> list[dict[int, float | None]]:
    packets = [read(packet) for packet in feedback.write(media)]
    assert all(packet.media == media for packet in packets)
    return [packet.arrivals for packet in packets]


def test_what_came_and_what_did_not() -> None:
    feedback = TransportFeedback()
    for number, now in ((65_534, 10.0), (65_535, 10.001), (1, 10.07), (2, 10.5)):
        assert feedback.arrived(number, now)
    (arrivals,) = told(feedback)
    assert list(arrivals) == [65_534, 65_535, 0, 1, 2]
    assert arrivals[0] is None
    assert [arrivals[n] for n in (65_534, 65_535, 1, 2)] == pytest.approx(
        [10.0, 10.001, 10.07, 10.5], abs=TICK
    )
    assert not feedback.pending
    assert feedback.write(77) == []


def test_a_late_packet_is_told_with_all_that_follows_it() -> None:
    feedback = TransportFeedback()
    for number in (1, 2, 4, 5):
        feedback.arrived(number, 1.0)
    assert told(feedback)[0][3] is None
    feedback.arrived(3, 1.1)
    (arrivals,) = told(feedback)
    assert arrivals == pytest.approx({3: 1.1, 4: 1.0, 5: 1.0}, abs=TICK)


def test_a_duplicate_keeps_its_first_arrival() -> None:
    feedback = TransportFeedback()
    assert feedback.arrived(9, 1.0)
    assert not feedback.arrived(9, 2.0)
    assert told(feedback) == [pytest.approx({9: 1.0}, abs=TICK)]


def test_packets_are_counted_and_are_rtcp() -> None:
    feedback = TransportFeedback()
    for number in range(300):
        feedback.arrived(number, number / 100)
        (packet,) = feedback.write(5)
        assert read(packet).count == number & 0xFF
        assert parse(packet) == [Unread(205, 15)]


def test_a_long_silence_fits_no_step_and_begins_a_new_packet() -> None:
    feedback = TransportFeedback()
    feedback.arrived(1, 1.0)
    feedback.arrived(2, 60.0)
    assert told(feedback) == [pytest.approx({1: 1.0}), pytest.approx({2: 60.0})]


def test_a_sender_that_begins_anew_is_followed_and_memory_is_bounded() -> None:
    feedback = TransportFeedback()
    for number in range(5 * WINDOW):
        feedback.arrived(number & 0xFFFF, 1.0)
    assert len(feedback._arrivals) <= 2 * WINDOW + 1
    feedback.arrived(40_000, 2.0)
    assert told(feedback) == [pytest.approx({40_000: 2.0})]


def test_one_packet_stays_small() -> None:
    feedback = TransportFeedback()
    for index in range(WINDOW):
        feedback.arrived(index, 1.0 + index * 0.1)  # every step takes two octets
    packets = feedback.write(1)
    assert max(map(len, packets)) < 1_000
    assert len(packets) == -(-WINDOW // MOST_TOLD)


steps = st.tuples(
    st.one_of(st.integers(1, 3), st.integers(-20, 200)),
    st.one_of(st.floats(0, 0.01), st.floats(0, 0.2), st.sampled_from((0.0, 5.0, 9.0))),
    st.booleans(),
)


@given(st.integers(0, 0xFFFF), st.lists(steps, max_size=120))
def test_whatever_comes_is_told_as_it_came(first: int, moves: list[tuple[int, float, bool]]) -> None:
    """Every number from the oldest untold to the newest is told, each arrival exact to a tick."""
    feedback = TransportFeedback()
    came: dict[int, float] = {}
    number, newest, now = first + 0x10000, -1, 100.0
    for step, wait, write in moves:
        number, now = max(number + step, newest - WINDOW + 1), now + wait
        newest = max(newest, number)
        assert feedback.arrived(number & 0xFFFF, now) is (number not in came)
        came.setdefault(number, now)
        if write:
            check(feedback, came, newest)
    if moves:
        check(feedback, came, newest)


def check(feedback: TransportFeedback, came: dict[int, float], newest: int) -> None:
    pending = feedback.pending
    numbers: list[int] = []
    for arrivals in told(feedback):
        for low, at in arrivals.items():
            numbers.append(newest - ((newest - low) & 0xFFFF))
            assert at == (pytest.approx(came[numbers[-1]], abs=TICK) if numbers[-1] in came else None)
    assert bool(numbers) is pending
    if numbers:
        assert numbers == list(range(numbers[0], newest + 1))
