"""One run of a publisher's track: each number once."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from hub.relay.core.limits import Limits
from hub.relay.core.rtp import Rtp
from hub.relay.core.specs import Codec
from hub.relay.core.track import Track


def voice(sequence: int) -> Rtp:
    return Rtp(111, False, sequence & 0xFFFF, 0, 5, b"x")


def numbers(track: Track, events: Sequence[tuple[int, bool]]) -> dict[int, int]:
    """What a track made of these packets, in order of arrival: number and whether it is padding."""
    taken = {}
    for number, padding in events:
        if padding:
            track.pass_over(number & 0xFFFF, 1.0)
        elif (arrival := track.take(voice(number), 1.0)) is not None:
            assert number not in taken
            taken[number] = arrival.extended - 0x10000
    return taken


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


def test_padding_is_closed_up_and_none_of_it_is_lost() -> None:
    track = Track(voice(65_530), Codec.OPUS, Limits())
    first, last = 65_530, 65_530 + 20
    taken = numbers(track, [(first, False), *((first + each, True) for each in range(1, 20)), (last, False)])
    assert taken == {first: first, last: first + 1}
    assert not track.losses.pending
    block = track.reception.block(1.0)
    assert (block.lost, block.fraction, block.highest) == (0, 0, (0x10000 + last) & 0xFFFFFFFF)


def test_padding_that_comes_twice_or_from_far_away_counts_once_or_not() -> None:
    track = Track(voice(0), Codec.OPUS, Limits())
    taken = numbers(track, [(0, False), (1, True), (1, True), (0, True), (900, True), (2, False)])
    assert taken == {0: 0, 2: 1}
    assert track.reception.block(1.0).lost == 0


def test_who_is_late_by_more_padding_than_is_remembered_is_dropped() -> None:
    track = Track(voice(0), Codec.OPUS, Limits(window=10))
    taken = numbers(track, [(0, False), (3, False), *((4 + each, True) for each in range(9)), (2, False)])
    assert taken == {0: 0, 3: 3, 2: 2}
    assert numbers(track, [(13, True), (1, False), (14, False)]) == {14: 4}


@given(
    st.integers(0, 0xFFFF), st.lists(st.tuples(st.booleans(), st.floats(0, 30), st.booleans()), max_size=150)
)
def test_viewers_see_gaps_only_where_something_was_lost_and_no_number_twice(
    start: int, sent: list[tuple[bool, float, bool]]
) -> None:
    """Of each packet whether it is padding, how many others overtake it, whether it gets lost."""
    track = Track(voice(start), Codec.OPUS, Limits())
    ways = [
        (index + late, start + 1 + index, padding)
        for index, (padding, late, lost) in enumerate(sent)
        if not lost
    ]
    events = [(start, False), *((number, padding) for _, number, padding in sorted(ways))]
    taken = numbers(track, events)
    newest, closed = start, set()
    for number, padding in events:
        if padding and number > newest:
            closed.add(number)
        newest = max(newest, number)
    assert taken == {
        number: number - sum(each < number for each in closed) for number, padding in events if not padding
    }
    assert len(set(taken.values())) == len(taken)
    received = len(events)
    block = track.reception.block(1.0)
    assert block.lost == newest - start + 1 - received
