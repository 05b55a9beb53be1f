import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.relay.core.extensions import NOTHING, Marks, read
from hub.relay.core.malformed import Malformed
from hub.relay.core.specs import HUB_EXTENSIONS, Extensions
from tests.kit.media import with_extensions

IDS = HUB_EXTENSIONS


def test_no_extension_tells_nothing() -> None:
    assert read(bytes([0x80]) + bytes(11), IDS) == NOTHING


@pytest.mark.parametrize("wide", [False, True])
def test_rid_and_sequence_in_either_form(wide: bool) -> None:
    packet = with_extensions(bytes([0x80]) + bytes(11), {1: b"6", 3: b"\x12\x34", 4: b"h"}, wide=wide)
    assert read(packet, IDS) == Marks(0x1234, "h", None)


def test_what_was_not_agreed_is_not_read() -> None:
    packet = with_extensions(bytes([0x80]) + bytes(11), {3: b"\x12\x34", 4: b"h", 5: b"l"})
    assert read(packet, Extensions()) == NOTHING
    assert read(packet, Extensions(repaired_rid=5)) == Marks(None, None, "l")


def test_contributing_sources_stand_before() -> None:
    packet = with_extensions(bytes([0x82]) + bytes(19), {4: b"low"})
    assert read(packet, IDS).rid == "low"


def test_an_id_of_fifteen_ends_the_reading() -> None:
    packet = bytes([0x90]) + bytes(11) + b"\xbe\xde\x00\x01" + bytes([0xF0, 1, 0x40, 0x68])
    assert read(packet, IDS) == NOTHING


def test_a_sequence_of_another_length_is_none() -> None:
    assert read(with_extensions(bytes([0x80]) + bytes(11), {3: b"\x01"}), IDS) == NOTHING


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (bytes(11), "short"),
        (bytes([0x90]) + bytes(11), "extension"),
        (bytes([0x90]) + bytes(11) + b"\xbe\xde\x00\x02" + bytes(4), "extension"),
        (bytes([0x90]) + bytes(11) + b"\xbe\xde\x00\x01" + bytes([0x43, 1, 2, 3]), "extension"),
        (bytes([0x90]) + bytes(11) + b"\x10\x00\x00\x01" + bytes([4, 3, 1, 2]), "extension"),
        (bytes([0x90]) + bytes(11) + b"\x10\x00\x00\x01" + bytes([0, 0, 0, 4]), "extension"),
    ],
)
def test_what_runs_past_the_end_is_malformed(packet: bytes, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        read(packet, IDS)


@given(
    st.binary(max_size=60),
    st.sampled_from((b"\xbe\xde", b"\x10\x00", b"\x10\x0f", b"xx")),
    st.integers(0, 15),
)
def test_nothing_else_is_ever_raised(body: bytes, form: bytes, words: int) -> None:
    with contextlib.suppress(Malformed):
        read(bytes([0x90]) + bytes(11) + form + words.to_bytes(2) + body, IDS)
    with contextlib.suppress(Malformed):
        read(body, IDS)
