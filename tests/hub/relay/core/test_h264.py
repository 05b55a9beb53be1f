"""H.264 keyframes in all the ways they may be packed."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.relay.core.h264 import starts_keyframe
from hub.relay.core.malformed import Malformed
from tests.kit.media import h264_stap


@pytest.mark.parametrize(
    ("payload", "key"),
    [
        (b"", False),
        (b"\x65x", True),
        (b"\x67x", True),
        (b"\x68x", False),
        (b"\x41x", False),
        (h264_stap(7, 8), True),
        (h264_stap(9, 7, 8, 5), True),
        (h264_stap(1, 1), False),
        (b"\x7c\x85x", True),
        (b"\x7c\x05x", False),
        (b"\x7c\x81x", False),
    ],
)
def test_where_a_decoder_may_start(payload: bytes, key: bool) -> None:
    assert starts_keyframe(payload) is key


@pytest.mark.parametrize(
    "payload", [b"\x7c", b"\x78\x00", b"\x78\x00\x00", b"\x78\x00\x09ab", h264_stap(1)[:-1]]
)
def test_what_runs_past_the_end_is_malformed(payload: bytes) -> None:
    with pytest.raises(Malformed, match=r"^h264$"):
        starts_keyframe(payload)


@given(st.binary(max_size=40))
def test_nothing_but_malformed_is_raised(payload: bytes) -> None:
    with suppress(Malformed):
        starts_keyframe(payload)
