"""Folding: what a hurried clerk types finds what the list says."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.units.fold import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Phường Hà Lầm", "phuong ha lam"),
        ("Đầm Hà", "dam ha"),
        ("  Thị trấn   CÔ TÔ ", "thi tran co to"),
        ("Liên Hoà", "lien hoa"),
        ("Liên Hòa", "lien hoa"),
        ("Phường 5, Quận 10", "phuong 5 quan 10"),
        ("Bình-Liêu (cũ)", "binh lieu cu"),
        ("ướt ượng ỹ ữ", "uot uong y u"),
        ("", ""),
        ("---", ""),
        ("100% _x_", "100 x"),
    ],
)
def test_examples(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_composition_makes_no_difference(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text())
def test_nothing_means_anything_to_like(text: str) -> None:
    assert all(letter.isalnum() or letter == " " for letter in fold(text))


def letter_by_letter(text: str) -> str:
    """The same, slowly: what the short way is held to."""
    plain = text.translate(str.maketrans("đĐðÐ", "dddd"))
    kept = [
        letter if letter.isalnum() else " "
        for letter in unicodedata.normalize("NFKD", plain).casefold()
        if not unicodedata.combining(letter)
    ]
    return " ".join("".join(kept).split())


@given(st.text() | st.text(alphabet="aAâấđĐ ủ\u0300\u034f\u0301-_5%İß½"))
def test_the_short_way_is_the_long_one(text: str) -> None:
    assert fold(text) == letter_by_letter(text)
