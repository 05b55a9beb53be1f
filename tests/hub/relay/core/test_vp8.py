"""The VP8 payload descriptor."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.relay.core.malformed import Malformed
from hub.relay.core.vp8 import Descriptor, describe, renumber, starts_keyframe

FULL = b"\x90\xf0\x81\x02\x05\x40\x00frame"


@pytest.mark.parametrize(
    ("payload", "descriptor"),
    [
        (b"\x10\x00", Descriptor(1, True, 0, False, 0, 0, 0)),
        (b"\x00\x00", Descriptor(1, False, 0, False, 0, 0, 0)),
        (b"\x11\x00", Descriptor(1, False, 0, False, 0, 0, 0)),
        (b"\x90\x80\x05\x00", Descriptor(3, True, 2, False, 5, 0, 0)),
        (b"\x90\x80\x81\x02\x00", Descriptor(4, True, 2, True, 0x102, 0, 0)),
        (b"\x90\x40\x09\x00", Descriptor(3, True, 0, False, 0, 2, 9)),
        (b"\x90\x20\x49\x00", Descriptor(3, True, 0, False, 0, 0, 0, 1)),
        (b"\x90\x10\x49\x00", Descriptor(3, True, 0, False, 0, 0, 0)),
        (FULL, Descriptor(6, True, 2, True, 0x102, 4, 5, 1)),
    ],
)
def test_descriptors(payload: bytes, descriptor: Descriptor) -> None:
    assert describe(payload) == descriptor


def test_every_truncated_descriptor_is_malformed() -> None:
    for end in range(1, 6):
        with pytest.raises(Malformed, match=r"^vp8$"):
            describe(FULL[:end])


def test_a_keyframe_starts_where_partition_0_starts_and_the_frame_says_so() -> None:
    assert starts_keyframe(FULL)
    assert starts_keyframe(b"\x10\x00")
    assert not starts_keyframe(b"\x10\x01")
    assert not starts_keyframe(b"\x00\x00")
    assert not starts_keyframe(b"\x10")
    assert not starts_keyframe(b"")


@given(st.integers(0, 0x7FFF), st.integers(0, 255))
def test_renumbering_touches_only_the_two_numbers(picture: int, tl0: int) -> None:
    again = describe(renumber(FULL, describe(FULL), picture, tl0))
    assert again == Descriptor(6, True, 2, True, picture, 4, tl0, 1)
    assert renumber(FULL, describe(FULL), picture, tl0)[5:] == FULL[5:]


def test_a_narrow_picture_id_stays_narrow() -> None:
    payload = b"\x90\x80\x05\x00"
    assert renumber(payload, describe(payload), 0x1FF, 0) == b"\x90\x80\x7f\x00"


@given(st.binary(max_size=12))
def test_nothing_but_malformed_is_raised(payload: bytes) -> None:
    with suppress(Malformed):
        starts_keyframe(payload)
