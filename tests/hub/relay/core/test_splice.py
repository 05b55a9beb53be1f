"""Continuity across sources."""

from hub.relay.core.ledger import Head
from hub.relay.core.rtp import Rtp, parse
from hub.relay.core.seeds import Seeds, seeds
from hub.relay.core.specs import Codec
from hub.relay.core.splice import Splice
from hub.relay.core.vp8 import describe
from tests.kit.media import vp8


def picture(sequence: int, timestamp: int, picture_id: int | None, tl0: int = 0) -> Rtp:
    return Rtp(96, False, sequence, timestamp, 5, vp8(key=True, picture=picture_id, tl0=tl0))


def test_numbers_stamps_and_picture_ids_go_on_over_a_switch() -> None:
    splice = Splice(11, Seeds(100, 0xFFFF_F000, 0x7FFF, 255))
    splice.begin(70_000, picture(1, 500, 9, 3), Codec.VP8, 1.0)
    place = splice.place(70_000)
    assert place == 100
    first = parse(splice.write(place, picture(1, 500, 9, 3), Codec.VP8, 1.0))
    splice.begin(9, picture(9, 777, 20_000, 200), Codec.VP8, 1.5)
    assert splice.place(8) is None
    assert splice.place(9) == 101
    second = parse(splice.write(101, picture(9, 777, 20_000, 200), Codec.VP8, 1.5))
    assert (first.sequence, first.timestamp) == (100, 0xFFFF_F000)
    assert (second.sequence, second.timestamp) == (101, (0xFFFF_F000 + 45_000) & 0xFFFF_FFFF)
    assert [describe(packet.payload).picture for packet in (first, second)] == [0, 1]
    assert [describe(packet.payload).tl0 for packet in (first, second)] == [0, 1]


def test_a_switch_in_the_same_instant_still_moves_the_timestamp_by_a_frame() -> None:
    splice = Splice(11, Seeds(0, 0, 0, 0))
    for timestamp in (10, 99):
        splice.begin(0, picture(0, timestamp, None), Codec.VP8, 1.0)
        place = splice.place(0)
        assert place is not None
        splice.write(place, picture(0, timestamp, None), Codec.VP8, 1.0)
    assert splice.timestamp == 3000


def test_a_late_packet_does_not_turn_the_clock_back() -> None:
    splice = Splice(11, Seeds(0, 0, 0, 0))
    splice.begin(0, picture(0, 0, 1), Codec.VP8, 1.0)
    for place in (0, 2, 1):
        splice.write(place, picture(place, place * 3000, 1 + place), Codec.VP8, 1.0)
    assert (splice.head, splice.timestamp) == (2, 6000)


def test_a_source_can_begin_at_a_given_time_of_the_slot() -> None:
    splice = Splice(11, Seeds(0, 5, 0, 0))
    splice.begin(9, picture(9, 777, None), Codec.VP8, 1.0, timestamp=90_000)
    assert splice.stamp(picture(10, 777 + 3000, None)) == 93_000


def test_pictures_are_padded_to_lengths_that_repeat_and_voices_are_not() -> None:
    splice = Splice(11, Seeds(0, 0, 0, 0), longest=1500)
    splice.begin(0, picture(0, 0, 1), Codec.VP8, 1.0)
    assert len(splice.write(0, picture(0, 0, 1), Codec.VP8, 1.0)) % 8 == 0
    assert len(splice.write(1, Rtp(111, False, 1, 0, 5, b"voice"), Codec.OPUS, 1.0)) == 25


def test_what_the_process_before_wrote_goes_on() -> None:
    splice = Splice(11, Seeds(0, 0, 0, 0), before=Head(70_000, 9_000, 4.0, 12, 3))
    splice.begin(0, picture(0, 0, 1), Codec.VP8, 4.5)
    packet = parse(splice.write(70_001, picture(0, 0, 1), Codec.VP8, 4.5))
    assert (packet.sequence, packet.timestamp) == (70_001 & 0xFFFF, 54_000)
    assert describe(packet.payload).picture == 13


def test_seeds_differ_by_slot_and_rung_and_start_low() -> None:
    drawn = {
        seeds(seed, "s", slot, rung)
        for seed in range(50)
        for slot in ("main", "second")
        for rung in ("high", "low")
    }
    assert len(drawn) == 200
    assert all(seed.sequence < 0x8000 for seed in drawn)
