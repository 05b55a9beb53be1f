"""Codes on paper: made, read back as people write them, stored so that nobody can try them out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.store import codes
from hub.store.ids import ALPHABET


@given(st.binary(min_size=codes.RANDOM_BYTES, max_size=codes.RANDOM_BYTES))
def test_codes_are_read_as_people_write_them(random_bytes: bytes):
    code = codes.make(random_bytes)
    assert len(code) == codes.LENGTH
    assert set(code) <= set(ALPHABET)
    written = code.upper().replace("0", "O").replace("1", "l")
    assert codes.read(f" {written[:4]}-{written[4:8]} {written[8:]} ") == code
    assert codes.read(codes.shown(code)) == code


def test_every_code_is_another_one():
    assert codes.make(bytes(10)) == "0" * 16
    assert codes.make(b"\xff" * 10) == "z" * 16
    assert codes.shown("0123456789abcdef") == "0123-4567-89AB-CDEF"


@pytest.mark.parametrize(
    "text", ["", "u" * 16, "0" * 15, "0" * 17, "é" * 16, "0" * 15 + "\0", " " * 99, "٠" * 16]
)
def test_what_cannot_be_a_code(text: str):
    assert codes.read(text) is None


def test_a_code_takes_ten_random_bytes():
    with pytest.raises(ValueError, match="10"):
        codes.make(b"short")


def test_what_is_stored_takes_the_key():
    code = "0123456789abcdef"
    stored = codes.keyed(b"key", code)
    assert len(stored) == 64
    assert stored == codes.keyed(b"key", code.upper()) != codes.keyed(b"another", code)
