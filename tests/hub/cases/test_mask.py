import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cases.mask import MASK, masked, telling
from hub.units.fold import fold


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ông Trần Văn Kín tố cáo", "Ông ••• tố cáo"),
        ("trần  văn\nkín", "•••"),
        ("Trần Văn Kính tố cáo", "Trần Văn Kính tố cáo"),
        ("Tran Van Kin tố cáo", "••• tố cáo"),
        ("Trần Vặn Kin, gặp TRÂN VĂN KÍN.", "•••, gặp •••."),
        ("Trần_Văn_Kín tố cáo", MASK),
        ("", ""),
    ],
)
def test_examples(text: str, expected: str) -> None:
    assert masked(text, ["Trần Văn Kín"]) == expected


@given(st.text(), st.text(min_size=1), st.text())
def test_a_masked_text_never_names(before: str, name: str, after: str) -> None:
    result = masked(f"{before} {name} {after}", [name])
    wanted = fold(name)
    assert not wanted or f" {wanted} " not in f" {fold(result)} "


def test_address_and_phone_tell_too() -> None:
    terms = telling("Trần Văn Kín", "12 Ngõ Sâu, Hòa An", "0912 345.678")
    for text in ("ở 12 ngõ  sâu", "gọi 0912345678 nhé", "0912-345-678", "12 Ngõ Sâu, Hòa An"):
        assert MASK in masked(text, terms), text
    for text in ("xã Hòa An", "số 0912345677", "12 Ngõ Rộng", "ngày 12/09/2026"):
        assert masked(text, terms) == text
    assert telling("A B", "Hòa", "") == ["A B"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("Bà Lê Thị Kín", "Tố cáo của Lê Thị Kín"),
        ("Nguyễn Văn An (trưởng nhóm)", "Nguyễn Văn An tố cáo"),
        ("Lê Thị Kín, Trần Văn Giấu", "do Trần Văn Giấu viết"),
        ("ông Trần Văn Giấu và bà Lê Thị Kín", "bà Lê Thị Kín"),
    ],
)
def test_names_tell_as_registers_write_them(cell: str, text: str) -> None:
    assert MASK in masked(text, telling(cell, "", ""))


@pytest.mark.parametrize("cell", ["0912 345 678", "+84 912 345 678", "0987 000 111 / 0912.345.678 (con)"])
@pytest.mark.parametrize("text", ["gọi 0912345678", "gọi +84 912-345-678"])
def test_phones_tell_however_they_are_written(cell: str, text: str) -> None:
    assert MASK in masked(text, telling("", "", cell))


def test_the_name_of_a_unit_tells_nobody() -> None:
    office = "Ủy ban nhân dân xã Hòa An"
    for address in ("xã Hoà An", "Xã Hòa An, huyện Cao Phong", "phường Chợ Mới"):
        assert masked(office, telling("Trần Văn Kín", address, "không có")) == office
    assert MASK in masked("ở Thôn Sâu", telling("Trần Văn Kín", "Thôn Sâu, xã Hòa An", ""))
