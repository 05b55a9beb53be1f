"""One run of a publisher's track: each number once."""

from hypothesis import given
from hypothesis import strategies as st

from hub.relay.core.limits import Limits
from hub.relay.core.rtp import Rtp
from hub.relay.core.specs import Codec
from hub.relay.core.track import Track


def voice(sequence: int) -> Rtp:
    return Rtp(111, False, sequence & 0xFFFF, 0, 5, b"x")


def h264(sequence: int, timestamp: int, kind: int) -> Rtp:
    return Rtp(102, False, sequence, timestamp, 5, bytes([kind, 0]))


@given(st.integers(0, 0xFFFF), st.lists(st.integers(-20, 20), max_size=200))
def test_no_number_is_taken_twice_and_order_is_told(start: int, steps: list[int]) -> None:
    track = Track(voice(start), Codec.OPUS, Limits())
    taken: set[int] = set()
    at = highest = start
    for step in [0, *steps]:
        at = max(start, at + step)
        arrival = track.take(voice(at), 1.0)
        if arrival is None:
            assert at in taken
        else:
            assert at not in taken
            assert arrival.extended - start == 0x10000 + (at - start)
            assert arrival.late is (at < highest)
            taken.add(at)
        highest = max(highest, at)


def test_a_packet_behind_the_window_is_not_taken() -> None:
    track = Track(voice(0), Codec.OPUS, Limits(window=10, max_gap=30))
    for sequence in (0, 5, 25, 27):
        track.take(voice(sequence), 1.0)
    assert track.take(voice(3), 1.0) is None
    assert track.take(voice(20), 1.0) is not None


def test_a_jump_is_told_from_a_gap() -> None:
    track = Track(voice(0), Codec.OPUS, Limits())
    track.take(voice(0), 1.0)
    assert not track.jumps(500)
    assert track.jumps(501)
    assert not track.jumps(0xFFFF)


def test_one_h264_keyframe_in_three_packets_is_one_beginning() -> None:
    track = Track(h264(1, 10, 0x67), Codec.H264, Limits())
    keys = [track.take(h264(1 + index, 10, kind), 1.0) for index, kind in enumerate((0x67, 0x68, 0x65))]
    assert [key.key for key in keys if key] == [True, False, False]
    following = track.take(h264(4, 20, 0x65), 1.0)
    assert following is not None
    assert following.key
