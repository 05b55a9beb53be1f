"""The Word templates that come with the hub, made from plain texts in `texts/`.

A text has one paragraph a line: `# ` the title, `## ` what stands below it, `{%p … %}` alone on its line, `|
left | right |` two columns without borders (` / ` breaks a line in a column), anything else a paragraph. `**`
begins and ends bold, `//` italic. The head with unit, number and day is the same on all.
"""

import io
import re
from functools import cache
from importlib import resources
from typing import Any, Final

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt

from hub.cases.papers.kinds import PaperKind

FONT: Final = "Times New Roman"
SIZE: Final = Pt(13)
SMALL: Final = Pt(11)
COLUMN: Final = Pt(12.5)
_MARKS: Final = re.compile(r"(\*\*|//)")
HEAD: Final = (Cm(6), Cm(10.5))
EVEN: Final = (Cm(8.25), Cm(8.25))
CENTER: Final = WD_ALIGN_PARAGRAPH.CENTER


@cache
def builtin(kind: PaperKind) -> bytes:
    """The template as a Word file."""
    document = docx.Document()
    _prepare(document)
    folder = resources.files("hub.cases.papers").joinpath("texts")
    for name in ("head", kind.value):
        for line in folder.joinpath(f"{name}.txt").read_text("utf-8").splitlines():
            _line(document, line.strip())
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _prepare(document: Any) -> None:
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, SIZE
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(4)
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin = page.bottom_margin = Mm(20)
    page.left_margin, page.right_margin = Mm(30), Mm(15)
    document.core_properties.author = ""
    document.core_properties.comments = ""


def _line(document: Any, line: str) -> None:
    if line.startswith("|"):
        _columns(document, line.removeprefix("| ").removesuffix(" |").split(" | "))
    elif line.startswith("## "):
        _text(document.add_paragraph(), line[3:], CENTER, bold=True, after=Pt(14))
    elif line.startswith("# "):
        _text(document.add_paragraph(), line[2:], CENTER, bold=True, before=Pt(16), size=Pt(15))
    elif line.startswith("{%p"):
        document.add_paragraph(line)
    elif line:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.first_line_indent = Cm(1)
        _text(paragraph, line, WD_ALIGN_PARAGRAPH.JUSTIFY)


def _columns(document: Any, parts: list[str]) -> None:
    table = document.add_table(rows=1, cols=len(parts))
    table.autofit = False
    widths = HEAD if "number" in parts[0] else EVEN
    for cell, column, part, width in zip(table.rows[0].cells, table.columns, parts, widths, strict=True):
        cell.width = column.width = width
        for n, line in enumerate(part.split(" / ")):
            paragraph = cell.paragraphs[0] if n == 0 else cell.add_paragraph()
            paragraph.paragraph_format.space_after = Pt(0)
            left = line.startswith("<")
            _text(paragraph, line.lstrip("<"), None if left else CENTER, size=SMALL if left else COLUMN)
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _text(
    paragraph: Any,
    text: str,
    align: Any,
    *,
    bold: bool = False,
    before: Any = None,
    after: Any = None,
    size: Any = None,
) -> None:
    paragraph.alignment = align
    if before is not None:
        paragraph.paragraph_format.space_before = before
    if after is not None:
        paragraph.paragraph_format.space_after = after
    italic, strong = False, bold
    for part in _MARKS.split(text):
        if part == "**":
            strong = not strong
        elif part == "//":
            italic = not italic
        elif part:
            run = paragraph.add_run(part)
            run.bold, run.italic = strong or None, italic or None
            if size is not None:
                run.font.size = size
