"""Workbooks of rows: the one place that knows openpyxl. Nothing in them is ever a formula."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from web.i18n import ZONE

TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Value = str | int | datetime | None

_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold; no text of ours has it, but names are typed by people."""
_FORMULA: Final = frozenset("=+-@\t\r")
_LONGEST: Final = 32_767
"""Characters a cell may hold."""
_TIME: Final = "dd/mm/yyyy hh:mm:ss"
_HEAD: Final = PatternFill("solid", start_color="FFDCEBEF")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a head, rows of as many values, and column widths in characters. `note` stands above."""

    title: str
    note: str
    head: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[Value]]


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The file. Takes about 1 ms for ten rows: call it in a thread."""
    book = Workbook()
    for number, sheet in enumerate(sheets):
        page = book.active if number == 0 else book.create_sheet()
        assert isinstance(page, Worksheet)
        _fill(page, sheet)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def long_sheet(sheet: Sheet) -> bytes:
    """A file of one long sheet, written row by row: 20,000 rows take some 10 MB. Call it in a thread."""
    book = Workbook(write_only=True)
    page = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", sheet.title)[:31])
    page.freeze_panes = "A3"
    for column, width in enumerate(sheet.widths, 1):
        page.column_dimensions[get_column_letter(column)].width = width
    bold = Font(bold=True)
    page.append([_styled(page, sheet.note, bold)])
    page.append([_styled(page, name, bold) for name in sheet.head])
    for row in sheet.rows:
        page.append([_styled(page, value) for value in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _styled(page: Any, value: Value, font: Font | None = None) -> Any:
    """A value that a long sheet may hold; a text is never a formula, whatever it begins with."""
    if isinstance(value, datetime):
        cell = WriteOnlyCell(
            page, value.astimezone(ZONE).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
        )
        cell.number_format = "dd/mm/yyyy"
        return cell
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(page, _FORBIDDEN.sub("", value)[:_LONGEST])
    cell.data_type = "s"
    cell.quotePrefix = value[:1] in _FORMULA
    if font is not None:
        cell.font = font
    return cell


def _fill(page: Worksheet, sheet: Sheet) -> None:
    page.title = re.sub(r"[\\/*?:\[\]]", " ", sheet.title)[:31]
    _put(page, 1, 1, sheet.note)
    page.cell(1, 1).font = Font(bold=True, size=13)
    for column, (name, width) in enumerate(zip(sheet.head, sheet.widths, strict=True), 1):
        _put(page, 2, column, name)
        page.cell(2, column).font, page.cell(2, column).fill = Font(bold=True), _HEAD
        page.column_dimensions[get_column_letter(column)].width = width
    for number, row in enumerate(sheet.rows, 3):
        for column, value in enumerate(row, 1):
            _put(page, number, column, value)
    page.freeze_panes = "A3"
    if sheet.rows:
        page.auto_filter.ref = f"A2:{get_column_letter(len(sheet.head))}{len(sheet.rows) + 2}"
    page.page_setup.orientation, page.page_setup.fitToWidth, page.page_setup.fitToHeight = "landscape", 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = "2:2"


def _put(page: Worksheet, row: int, column: int, value: Value) -> None:
    cell = page.cell(row, column)
    if isinstance(value, datetime):
        cell.value = value.astimezone(ZONE).replace(tzinfo=None, microsecond=0)
        cell.number_format = _TIME
        return
    if not isinstance(value, str):
        cell.value = value
        return
    cell.value = _FORBIDDEN.sub("", value)[:_LONGEST]
    # A text that begins like a formula stays a text, also after somebody has edited the cell.
    cell.data_type = "s"
    cell.quotePrefix = value[:1] in _FORMULA
    cell.alignment = Alignment(vertical="top", wrap_text=row > 1)
