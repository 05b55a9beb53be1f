"""RFC 4571: every way a stream can be cut, and what is no framing at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.relay.wire.framing import LONGEST, Deframer, FramingBad, frame


@given(
    st.lists(st.binary(max_size=LONGEST), max_size=12), st.lists(st.integers(1, 700), min_size=1, max_size=40)
)
def test_packets_come_out_as_they_went_in_however_the_stream_is_cut(
    packets: list[bytes], cuts: list[int]
) -> None:
    stream = b"".join(map(frame, packets))
    deframer, found, at, turn = Deframer(), [], 0, 0
    while at < len(stream):
        size = cuts[turn % len(cuts)]
        found += deframer.feed(stream[at : at + size])
        assert deframer.waiting < LONGEST + 2
        at, turn = at + size, turn + 1
    assert found == [packet for packet in packets if packet]
    assert deframer.waiting == 0


@given(st.binary(max_size=10_000))
def test_noise_raises_one_thing_only_and_is_never_kept(noise: bytes) -> None:
    deframer = Deframer()
    try:
        packets = deframer.feed(noise)
    except FramingBad:
        return
    assert all(0 < len(packet) <= LONGEST for packet in packets)
    assert deframer.waiting < LONGEST + 2


def test_a_length_that_is_none_of_ours_is_refused_at_once() -> None:
    with pytest.raises(FramingBad, match="a frame of 65535 bytes"):
        Deframer().feed(b"\xff\xff")
    with pytest.raises(FramingBad, match="a frame of 601 bytes"):
        Deframer(600).feed((601).to_bytes(2, "big"))


def test_a_frame_holds_what_two_bytes_can_count() -> None:
    assert frame(bytes(0xFFFF))[:2] == b"\xff\xff"
    with pytest.raises(ValueError, match="at most 65,535"):
        frame(bytes(0x10000))
