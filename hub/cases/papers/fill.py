"""Filling a Word template. Slow (tens of milliseconds): callers run it in a thread."""

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Any, Final

import segno
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import TemplateError

from hub.cases import office_file
from hub.cases.errors import Refusal
from hub.cases.papers.fields import sample
from hub.cases.papers.sandbox import PaperSandbox, refused

MOST_BYTES: Final = 2 * 1024 * 1024
"""Of a template; an office's crest is some 100 KB."""
MOST_UNPACKED: Final = 16 * 1024 * 1024
MOST_TEXT: Final = 2 * 1024 * 1024
"""Of the document's own XML: the filler's patterns take time with its square."""
QR_MILLIMETRES: Final = 26
_TAG: Final = re.compile("<[^>]*>")
_CODE: Final = re.compile(r"\{\{[^}]*\b(lookup_code|lookup_url|qr)\b")


class _Template(DocxTemplate):  # type: ignore[misc]  # the library has no types
    """With each paragraph on a line of its own, and no other breaks: a fault's line is its paragraph."""

    def render_xml_part(self, src_xml: str, part: Any, context: Any, jinja_env: Any = None) -> str:
        """Fill one part of the file."""
        one_line = re.sub(r"[\r\n]+", " ", src_xml)
        broken = re.sub(r"<w:p([ >])", r"\n<w:p\1", one_line)
        try:
            return str(super().render_xml_part(one_line, part, context, jinja_env))
        except TemplateError as error:  # only what depends on the values gets here
            raise refused("template_syntax", broken, getattr(error, "lineno", None) or 1) from error


def fill(template: bytes, values: Mapping[str, Any]) -> bytes:
    """The Word file with the values in it; `lookup_url` also as a QR code where the template has `qr`.

    Raises Refusal: those of `sandbox.PaperSandbox`, and template_broken.
    """
    try:
        made = _Template(io.BytesIO(template))
        made.init_docx()
        url = values.get("lookup_url")
        image = InlineImage(made, qr(url), width=Mm(QR_MILLIMETRES)) if url else ""
        made.render({**values, "qr": image}, PaperSandbox())
        out = io.BytesIO()
        made.save(out)
    except (KeyError, ValueError, AttributeError, SyntaxError, OSError) as error:
        raise Refusal("template_broken") from error
    return out.getvalue()


def try_template(content: bytes) -> bytes:
    """A template with invented values in it: what an office sees before its template holds.

    Raises Refusal: those of `office_file.check` and `fill`, file_too_large, file_type.
    """
    if len(content) > MOST_BYTES:
        raise Refusal("file_too_large", most=MOST_BYTES // 1024 // 1024)
    if office_file.check(content, most_unpacked=MOST_UNPACKED) != office_file.WORD:
        raise Refusal("file_type", place="")
    _small_enough(content)
    return fill(content, sample())


def qr(text: str) -> io.BytesIO:
    """A QR code as a PNG, made here: no address leaves the machine."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=6, border=2)
    out.seek(0)
    return out


def _small_enough(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        large = next(
            (
                part.filename
                for part in archive.infolist()
                if part.filename.endswith(".xml") and part.file_size > MOST_TEXT
            ),
            None,
        )
    if large is not None:
        raise Refusal("file_bomb", place=large[:100])


def has_code(template: bytes) -> bool:
    """Whether a template that was taken prints the look-up code. Word may cut a field into runs."""
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        parts = [name for name in archive.namelist() if name.startswith("word/") and name.endswith(".xml")]
        return any(
            _CODE.search(_TAG.sub("", archive.read(name).decode("utf-8", "replace"))) for name in parts
        )
