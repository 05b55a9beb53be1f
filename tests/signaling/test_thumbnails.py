"""Small pictures: what is taken, how long it is kept, and that a closed hearing leaves none."""

import io
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from signaling.messages import LONGEST_THUMBNAIL
from signaling.thumbnails import (
    ANSWER,
    KEPT_SECONDS,
    LARGEST_BYTES,
    MOST,
    SOONEST_SECONDS,
    Thumbnails,
    is_small_jpeg,
)


def jpeg(width: int = 192, height: int = 108, *, progressive: bool = False) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (90, 120, 60)).save(out, "JPEG", progressive=progressive)
    return out.getvalue()


SMALL = jpeg()


def test_a_jpeg_is_known_by_its_shape_and_size():
    assert is_small_jpeg(SMALL)
    assert is_small_jpeg(jpeg(progressive=True))
    assert is_small_jpeg(jpeg(320, 320))
    assert not is_small_jpeg(jpeg(321, 100))
    assert not is_small_jpeg(jpeg(100, 321))
    assert not is_small_jpeg(SMALL[:-2])
    assert not is_small_jpeg(b"\x89PNG\r\n\x1a\n" + SMALL)
    assert not is_small_jpeg(SMALL[:-2] + bytes(LARGEST_BYTES) + b"\xff\xd9")


def test_a_picture_that_only_claims_to_be_small_is_none():
    head = SMALL.index(b"\xff\xc0")
    huge = bytearray(SMALL)
    huge[head + 5 : head + 9] = b"\xff\xff\xff\xff"
    assert not is_small_jpeg(bytes(huge))


@pytest.mark.parametrize("length", range(len(SMALL)))
def test_every_truncated_picture_is_none(length: int):
    assert not is_small_jpeg(SMALL[:length])


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_raise(data: bytes, framed: bool):
    is_small_jpeg(b"\xff\xd8" + data + b"\xff\xd9" if framed else data)


def test_the_largest_picture_fits_its_message():
    assert len(b64encode(bytes(LARGEST_BYTES))) <= LONGEST_THUMBNAIL


def test_the_last_picture_is_given_once_after_its_number():
    book = Thumbnails()
    assert book.put("a", SMALL, 0.0)
    assert book.put("b", SMALL, 1.0)
    part = book.after(0, 2.0)
    assert (list(part.fresh), part.n, part.have) == (["a", "b"], 2, ["a", "b"])
    assert part.fresh["a"].age == 2.0
    assert book.put("a", SMALL, 10.0)
    part = book.after(part.n, 10.0)
    assert (list(part.fresh), part.n) == (["a"], 3)
    assert book.after(3, 10.0).fresh == {}
    assert list(book.after(99, 10.0).fresh) == ["b", "a"], "a number of another process's counts as none"


def test_one_too_soon_is_not_taken():
    book = Thumbnails()
    assert book.put("a", SMALL, 0.0)
    assert not book.put("a", SMALL, SOONEST_SECONDS - 0.1)
    assert book.put("a", SMALL, SOONEST_SECONDS)


def test_old_and_forgotten_pictures_are_gone():
    book = Thumbnails()
    book.put("a", SMALL, 0.0)
    book.put("b", SMALL, 1.0)
    book.put("c", SMALL, 1.0)
    book.forget("c")
    book.forget("unknown")
    assert book.after(0, KEPT_SECONDS + 0.5).have == ["b"]
    book.clear()
    assert book.after(0, 2.0).have == []


def test_neither_the_book_nor_an_answer_grows_without_end():
    book = Thumbnails()
    for number in range(MOST):
        assert book.put(f"p{number}", SMALL, 0.0)
    assert not book.put("one more", SMALL, 0.0)
    assert book.put("p0", SMALL, 10.0)
    seen, n = set(), 0
    while part := book.after(n, 10.0).fresh:
        assert len(part) <= ANSWER
        seen |= part.keys()
        n = book.after(n, 10.0).n
    assert len(seen) == MOST
