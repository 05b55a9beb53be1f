"""RTCP, read strictly: whole compounds or nothing, every broken shape by its name."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.relay.core import rtcp, rtcp_write
from hub.relay.core.malformed import Malformed
from hub.relay.core.rtcp import (
    Block,
    Bye,
    KeyframeRequest,
    Nack,
    ReceiverReport,
    Remb,
    SenderReport,
    Unread,
    parse,
)

BLOCK = Block(ssrc=3, fraction=64, lost=-2, highest=70_000, jitter=5, last_report=6, delay=7)
FIR = b"\x84\xce\x00\x04" + bytes(8) + (11).to_bytes(4) + b"\x01\x00\x00\x00"
BYE = b"\x82\xcb\x00\x02" + (1).to_bytes(4) + (2).to_bytes(4)
ALL = (
    rtcp_write.sender_report(11, 1 << 63, 5, 6, 7)
    + rtcp_write.receiver_report([BLOCK])
    + rtcp_write.description([11, 12])
    + rtcp_write.nack(11, [5, 6, 22, 23])
    + rtcp_write.keyframe_request(12)
    + rtcp_write.remb(2_500_000, [11, 21])
    + FIR
    + BYE
)
READ = [
    SenderReport(11, 1 << 63, 5, 6, 7, ()),
    ReceiverReport(rtcp_write.HUB_SSRC, (BLOCK,)),
    Unread(rtcp.SDES, 2),
    Nack(11, ((5, 1), (22, 1))),
    KeyframeRequest(12),
    Remb(2_499_984 + 16, (11, 21)),
    KeyframeRequest(11),
    Bye((1, 2)),
]


def test_every_kind_is_read() -> None:
    assert parse(ALL) == READ


def test_every_truncation_is_refused_or_ends_at_a_packet() -> None:
    whole = 0
    for end in range(len(ALL)):
        with suppress(Malformed):
            assert parse(ALL[:end]) == READ[: whole + 1]
            whole += 1
    assert whole == len(READ) - 1


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (b"", "empty"),
        (b"\x41\xc9\x00\x00", "version"),
        (b"\x80\xc9\x00\x05abcd", "length"),
        (b"\xa0\xc9\x00\x00", "padding"),
        (b"\xa0\xc9\x00\x01\x00\x00\x00\x05", "padding"),
        (b"\xa0\xc9\x00\x01\x00\x00\x00\x00", "padding"),
        (b"\x80\xc8\x00\x01abcd", "sr"),
        (b"\x80\xc9\x00\x00", "rr"),
        (b"\x81\xc9\x00\x01abcd", "rr"),
        (b"\x82\xcb\x00\x01abcd", "bye"),
        (b"\x81\xcd\x00\x02abcdabcd", "nack"),
        (b"\x81\xce\x00\x01abcd", "pli"),
        (b"\x84\xce\x00\x03" + bytes(12), "fir"),
        (b"\x8f\xce\x00\x03" + bytes(8) + b"REMB", "remb"),
        (b"\x8f\xce\x00\x04" + bytes(8) + b"REMB\x02\x00\x00\x00", "remb"),
    ],
)
def test_malformed_shapes_have_names(packet: bytes, reason: str) -> None:
    with pytest.raises(Malformed, match=f"^{reason}$"):
        parse(packet)


@given(st.binary(max_size=80))
def test_nothing_but_malformed_is_raised(packet: bytes) -> None:
    with suppress(Malformed):
        parse(packet)


@given(st.binary(max_size=60), st.sampled_from((200, 201, 203, 205, 206)), st.integers(0, 31))
def test_bodies_may_hold_anything(body: bytes, kind: int, count: int) -> None:
    body = body[: len(body) // 4 * 4]
    with suppress(Malformed):
        parse(bytes([0x80 | count, kind]) + (len(body) // 4).to_bytes(2) + body)


@given(st.sets(st.integers(0, 2000), min_size=1, max_size=100), st.integers(0, 0xFFFF))
def test_a_nack_names_exactly_what_it_was_given(numbers: set[int], base: int) -> None:
    asked = [(base + number) & 0xFFFF for number in sorted(numbers)]
    (nack,) = parse(rtcp_write.nack(9, asked))
    assert isinstance(nack, Nack)
    assert list(nack.sequences()) == asked


@given(st.integers(0, 1 << 40))
def test_remb_is_rounded_down_by_less_than_a_hundred_thousandth(bitrate: int) -> None:
    (remb,) = parse(rtcp_write.remb(bitrate, []))
    assert isinstance(remb, Remb)
    assert bitrate * 0.99999 - 1 <= remb.bitrate <= bitrate


def test_padding_at_the_end_is_left_out() -> None:
    padded = b"\xa1\xce\x00\x03" + rtcp_write.keyframe_request(12)[4:] + b"\x00\x00\x00\x04"
    assert parse(padded) == [KeyframeRequest(12)]


def test_formats_that_are_not_used_are_passed_over() -> None:
    transport_wide = b"\x8f\xcd\x00\x04" + bytes(16)
    other_afb = b"\x8f\xce\x00\x03" + bytes(8) + b"ABCD"
    extended = b"\x80\xcf\x00\x01" + bytes(4)
    assert parse(transport_wide + other_afb + extended) == [Unread(205, 15), Unread(206, 15), Unread(207, 0)]
