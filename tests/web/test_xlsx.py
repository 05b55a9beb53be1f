"""Workbooks: texts stay texts."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from web.xlsx import Sheet, Value, workbook


def read(*row: Value) -> list[object]:
    """The cells of a row after they were written and read."""
    sheet = Sheet("Điểm danh: [thử]", "Phiên", [f"c{n}" for n, _ in enumerate(row)], [9] * len(row), [row])
    page = load_workbook(BytesIO(workbook([sheet])))["Điểm danh   thử "]
    return [page.cell(3, column + 1).value for column in range(len(row))]


@pytest.mark.parametrize("text", ["=1+1", "+84 33", "-5", "@SUM(A1)", '=HYPERLINK("http://x")', "\t=1", "="])
def test_a_text_that_looks_like_a_formula_stays_a_text(text: str) -> None:
    sheet = Sheet("s", "=2+2", ["=3+3"], [9], [[text]])
    page = load_workbook(BytesIO(workbook([sheet])))["s"]
    cell = page.cell(3, 1)
    assert (cell.data_type, cell.value, cell.quotePrefix) == ("s", text, True)
    assert [page.cell(row, 1).data_type for row in (1, 2)] == ["s", "s"]


def test_numbers_and_times() -> None:
    noon = datetime(2026, 11, 20, 5, 0, 0, 123456, tzinfo=UTC)
    local = datetime(2026, 11, 20, 12, 0)  # noqa: DTZ001 - a workbook knows no zones
    assert read(7, None, noon) == [7, None, local]


def test_what_xml_cannot_hold_is_left_out() -> None:
    assert read("a\x00b\x0bc\ud800d", "x" * 40_000) == ["abcd", "x" * 32_767]


@given(st.text(min_size=1, max_size=40).filter(lambda text: text.strip()))
def test_any_name_can_be_written(name: str) -> None:
    (value,) = read(name)
    assert isinstance(value, str | None)
