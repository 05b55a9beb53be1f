"""RTP headers: what is read, what is refused, what is written."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.relay.core.malformed import Malformed
from hub.relay.core.rtp import Rtp, build, forward_distance, parse, with_payload_type

PLAIN = build(96, True, 7, 8, 9, b"payload")


def test_what_is_built_can_be_read() -> None:
    assert parse(PLAIN) == Rtp(96, True, 7, 8, 9, b"payload")


def test_contributing_sources_extensions_and_padding_are_left_out() -> None:
    packet = (
        b"\xb2\x60" + PLAIN[2:12] + bytes(8) + b"\xbe\xde\x00\x01" + b"abcd" + b"payload" + b"\x00\x00\x03"
    )
    assert parse(packet).payload == b"payload"


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (PLAIN[:11], "short"),
        (b"\x40" + PLAIN[1:], "version"),
        (b"\x83" + PLAIN[1:], "csrc"),
        (b"\x90" + PLAIN[1:14], "extension"),
        (b"\x90" + PLAIN[1:12] + b"\x00\x00\x00\x02abcd", "extension"),
        (b"\xa0" + PLAIN[1:12] + b"a\x00", "padding"),
        (b"\xa0" + PLAIN[1:12] + b"a\x03", "padding"),
        (b"\xa0" + PLAIN[1:12], "padding"),
    ],
)
def test_malformed_packets_are_refused_by_reason(packet: bytes, reason: str) -> None:
    with pytest.raises(Malformed, match=f"^{reason}$"):
        parse(packet)


@given(st.binary(max_size=60))
def test_nothing_but_malformed_is_raised(packet: bytes) -> None:
    with suppress(Malformed):
        assert len(parse(packet).payload) <= len(packet) - 12


def test_another_payload_type_leaves_the_rest_alone() -> None:
    assert parse(with_payload_type(PLAIN, 120)) == parse(PLAIN)._replace(payload_type=120)
    assert with_payload_type(PLAIN, 96) is PLAIN


@given(st.integers(0, 0xFFFF), st.integers(-0x8000, 0x7FFF))
def test_distance_on_the_circle(start: int, steps: int) -> None:
    assert forward_distance(start, (start + steps) & 0xFFFF) == steps
