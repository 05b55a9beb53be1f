import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cases.mask import MASK, masked
from hub.units.fold import fold


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ông Trần Văn Kín tố cáo", "Ông ••• tố cáo"),
        ("trần  văn\nkín", "•••"),
        ("Trần Văn Kính tố cáo", "Trần Văn Kính tố cáo"),
        ("Tran Van Kin tố cáo", MASK),
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
