"""Packets as viewers get them."""

from hypothesis import given
from hypothesis import strategies as st

from hub.relay.core import stamp
from hub.relay.core.rtp import parse
from hub.relay.core.specs import ABS_SEND_TIME


@given(
    st.integers(0, 127),
    st.booleans(),
    st.integers(0, 1 << 40),
    st.integers(0, 1 << 33),
    st.binary(max_size=1480),
    st.floats(0, 1e6),
    st.sampled_from((0, 1500)),
)
def test_what_is_written_can_be_read(  # noqa: PLR0917 (the header's fields)
    kind: int, marker: bool, sequence: int, timestamp: int, payload: bytes, now: float, longest: int
) -> None:
    packet = stamp.write(kind, marker, sequence, timestamp, 11, payload, now, longest)
    rtp = parse(packet)
    assert rtp == (kind, marker, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, 11, payload)
    assert packet[12:16] == b"\xbe\xde\x00\x01"
    assert packet[16] == ABS_SEND_TIME << 4 | 2
    assert int.from_bytes(packet[17:20]) == stamp.send_time(now)
    if longest:
        assert len(packet) <= longest
        assert len(packet) % 8 == 0 or len(packet) + -len(packet) % 8 > longest


def test_a_move_changes_the_type_and_the_timestamp_and_nothing_else() -> None:
    packet = stamp.write(96, True, 7, 0xFFFFFFFF, 11, b"picture", 1.5, 1500)
    assert stamp.moved(packet, 96, 0) is packet
    for kind, shift in ((120, 0), (96, 3000), (120, 3000)):
        again = stamp.moved(packet, kind, shift)
        assert parse(again) == parse(packet)._replace(
            payload_type=kind, timestamp=(0xFFFFFFFF + shift) & 0xFFFFFFFF
        )
        assert again[12:] == packet[12:]


def test_padding_is_nothing_but_padding() -> None:
    packet = stamp.padding(97, 65_537, 0, 111, 2.0)
    rtp = parse(packet)
    assert (rtp.payload, rtp.sequence, rtp.ssrc, rtp.payload_type) == (b"", 1, 111, 97)
    assert len(packet) == stamp.PADDING_SIZE
    assert 1_150 <= len(packet) <= 1_200, "as long as a picture's, and within any path"
    assert packet[14:16] == ((len(packet) - 16 - 255) // 4).to_bytes(2)
    assert packet[20:-1] == bytes(len(packet) - 21), "zeros are passed over (RFC 8285 §4.2)"


def test_send_time_counts_in_18_binary_places_and_starts_again_after_64_s() -> None:
    assert stamp.send_time(1.0) == 1 << 18
    assert stamp.send_time(64.5) == stamp.send_time(0.5)
