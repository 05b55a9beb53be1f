"""Counting from headers: a model that knows what was sent and what arrived."""

from hypothesis import given
from hypothesis import strategies as st

from endpoints.peer.reception import Reception, Stream


@given(first=st.integers(0, 65535), kept=st.lists(st.booleans(), min_size=1, max_size=400))
def test_gaps_are_counted_across_the_wrap(first: int, kept: list[bool]) -> None:
    arrived = [i for i, keep in enumerate(kept) if keep]
    if not arrived:
        return
    stream = Stream((first + arrived[0]) & 0xFFFF, 96)
    for index in arrived:
        stream.count((first + index) & 0xFFFF, 0, 100)
    assert stream.packets == len(arrived)
    assert stream.lost == arrived[-1] - arrived[0] + 1 - len(arrived)
    assert stream.octets == 100 * len(arrived)


def test_a_late_packet_fills_its_gap_and_a_repetition_is_none() -> None:
    stream = Stream(10, 96)
    for number in (10, 12, 12, 11):
        stream.count(number, 0, 50)
    assert (stream.packets, stream.lost, stream.duplicates) == (3, 0, 1)


def test_markers_are_frames() -> None:
    reception = Reception()
    stream = reception.streams[11] = Stream(1, 96)
    for number, marker in enumerate((0, 0x80, 0, 0x80), 1):
        stream.count(number, marker, 50)
    assert reception.frames(11, 12) == 2
    assert reception.packets == 4


def test_the_fraction_is_since_the_last_report() -> None:
    stream = Stream(1, 96)
    for number in (1, 2, 4):
        stream.count(number, 0, 50)
    assert stream.fraction() == 64
    stream.count(5, 0, 50)
    assert stream.fraction() == 0
