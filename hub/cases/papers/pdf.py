"""A filled Word file as PDF: its paragraphs, tables and pictures, set anew by typst. Slow (a tenth of a
second and more): callers run it in a thread.

What is read: alignment, indents and space of paragraphs, bold, italic, underline and size of text, tables
with their widths, frames and cells joined across, pictures in PNG and JPEG, page breaks, page size and
margins, head and foot of the first section. What is not: numbered lists (they get a dash), text boxes, foot
notes, columns.
"""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import resources
from typing import Any, Final, Literal

import docx
import typst
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.hyperlink import Hyperlink
from docx.text.paragraph import Paragraph

from hub.cases.errors import Refusal

ALIGN: Final = {
    WD_ALIGN_PARAGRAPH.CENTER: "center",
    WD_ALIGN_PARAGRAPH.RIGHT: "right",
    WD_ALIGN_PARAGRAPH.JUSTIFY: "justify",
}
PICTURES: Final = frozenset({"image/png", "image/jpeg"})
MOST_PICTURE: Final = 512 * 1024
"""Bytes of one picture; a larger one is left out."""
EMU_PER_POINT: Final = 12700
SIZE: Final = 13.0
MOST_BLOCKS: Final = 5000
MADE_AT: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""In every file: the same paper gives the same bytes."""

Block = dict[str, Any]


def pdf(word: bytes) -> bytes:
    """The PDF of a Word file. Raises Refusal("paper_unprintable")."""
    return typeset(word, "pdf")


def typeset(word: bytes, form: Literal["pdf", "png"]) -> bytes:
    """The file as `pdf`, or its pages as `png`. Raises Refusal("paper_unprintable")."""
    try:
        told, pictures = read(word)
        source = resources.files("hub.cases.papers").joinpath("page.typ").read_bytes()
        made = typst.compile(
            source,
            format=form,
            sys_inputs={"paper": json.dumps(told | {"pictures": pictures})},
            ignore_system_fonts=True,
            timestamp=MADE_AT,
        )
    except (
        typst.TypstError,
        RuntimeError,
        LookupError,
        ValueError,
        AttributeError,
        SyntaxError,
        OSError,
    ) as error:
        raise Refusal("paper_unprintable") from error
    return made if isinstance(made, bytes) else made[0]


def read(word: bytes) -> tuple[Block, list[list[int]]]:
    """What the page is told, and the bytes of the pictures in it."""
    document = docx.Document(io.BytesIO(word))
    page = document.sections[0]
    reader = _Reader(document.styles["Normal"])
    told = {
        "width": _points(page.page_width, 595),
        "height": _points(page.page_height, 842),
        "margins": [
            _points(each, 57)
            for each in (page.top_margin, page.right_margin, page.bottom_margin, page.left_margin)
        ],
        "head": reader.blocks(page.header),
        "foot": reader.blocks(page.footer),
        "blocks": reader.blocks(document),
    }
    return told, reader.pictures


class _Reader:
    """Reads blocks, and keeps the pictures on the way."""

    def __init__(self, normal: Any) -> None:
        self._size = normal.font.size.pt if normal.font.size is not None else SIZE
        self._left = MOST_BLOCKS
        self.pictures: list[list[int]] = []

    def blocks(self, holder: Any) -> list[Block]:
        """Paragraphs and tables in their order."""
        return [self._block(each) for each in holder.iter_inner_content()]

    def _block(self, each: Paragraph | Table) -> Block:
        self._left -= 1
        if self._left < 0:
            raise ValueError("a paper of so many paragraphs is none")
        return self._table(each) if isinstance(each, Table) else self._paragraph(each)

    def _paragraph(self, paragraph: Paragraph) -> Block:
        own, style = paragraph.paragraph_format, paragraph.style
        inherited = style.paragraph_format if style is not None else own
        align = own.alignment if own.alignment is not None else inherited.alignment
        numbered = paragraph._p.pPr is not None and paragraph._p.pPr.numPr is not None
        return {
            "align": ALIGN.get(align, "left") if align is not None else "left",
            "before": _points(own.space_before, _points(inherited.space_before, 0)),
            "after": _points(own.space_after, _points(inherited.space_after, 0)),
            "first": _points(own.first_line_indent, 0),
            "indent": _points(own.left_indent, 0),
            "size": self._size,
            "runs": [{"text": "– "}] * numbered + list(self._runs(paragraph)),
        }

    def _runs(self, paragraph: Paragraph) -> Iterator[Block]:
        for each in paragraph.iter_inner_content():
            for run in each.runs if isinstance(each, Hyperlink) else [each]:
                yield from self._run(run, paragraph.style)

    def _run(self, run: Any, style: Any) -> Iterator[Block]:
        size = run.font.size or (style.font.size if style is not None else None)
        look: Block = {"size": size.pt if size is not None else self._size}
        look |= {"bold": _on(run.bold, style and style.font.bold), "under": bool(run.underline)}
        look["italic"] = _on(run.italic, style and style.font.italic)
        for part in run._r.iterchildren():
            if part.tag == qn("w:t"):
                yield look | {"text": part.text or ""}
            elif part.tag == qn("w:tab"):
                yield look | {"text": "\u2003"}
            elif part.tag in (qn("w:br"), qn("w:cr")):
                yield {"break": "page" if part.get(qn("w:type")) == "page" else "line"}
            elif part.tag == qn("w:drawing"):
                yield from self._picture(run, part)

    def _picture(self, run: Any, drawing: Any) -> Iterator[Block]:
        blip = next(drawing.iter(qn("a:blip")), None)
        extent = next(drawing.iter(qn("wp:extent")), None)
        link = blip.get(qn("r:embed")) if blip is not None else None
        if link is None or extent is None:
            return
        image = run.part.related_parts[link]
        if image.content_type in PICTURES and len(image.blob) <= MOST_PICTURE:
            self.pictures.append(list(image.blob))
            yield {"picture": len(self.pictures) - 1, "width": int(extent.get("cx")) / EMU_PER_POINT}

    def _table(self, table: Table) -> Block:
        widths = [_points(column.width, 100) for column in table.columns]
        framed = "Grid" in (table.style.name if table.style is not None else "") or any(
            True for _ in table._tbl.tblPr.iterchildren(qn("w:tblBorders"))
        )
        cells = []
        for row in table.rows:
            told: dict[int, Block] = {}
            for cell in row.cells:  # a cell that is joined across comes once per column
                key = id(cell._tc)
                if key in told:
                    told[key]["across"] += 1
                else:
                    told[key] = {"across": 1, "blocks": self.blocks(cell)}
            cells += list(told.values())
        return {"widths": widths or [100], "framed": framed, "cells": cells}


def _on(own: bool | None, inherited: bool | None) -> bool:
    return bool(inherited) if own is None else own


def _points(length: Any, otherwise: float) -> float:
    return float(length.pt) if length is not None else otherwise
