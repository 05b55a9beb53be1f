"""Which titles are worth a person's look."""

import pytest

from hub.cases.likeness import likeness


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("Đền bù đất", "Khiếu nại đền bù đất ruộng", ("Đền", "bù", "đất")),
        ("Tiếng ồn xưởng cơ khí", "Xuong co khi tieng on ban dem", ("Tiếng", "ồn", "xưởng", "khí")),
        ("Khiếu nại về việc của ông", "Khiếu nại về việc của bà", None),
        ("Đền bù đất", "Rác thải bãi biển", None),
        ("Đường ngập", "Đường hỏng", None),
        ("", "", None),
    ],
)
def test_titles(one: str, other: str, words: tuple[str, ...] | None) -> None:
    found = likeness(one, other)
    assert (found.words if found else None) == words


def test_the_order_of_the_two_changes_no_answer() -> None:
    one, other = "Đền bù đất ruộng Hà Lầm", "Đền bù đất"
    mine, theirs = likeness(one, other), likeness(other, one)
    assert mine is not None
    assert theirs is not None
    assert mine.share == theirs.share == 1
