"""Whether an Office file (.docx, .xlsx) is safe to read: nothing of it is executed, fetched or unpacked
without end. Pure.
"""

import io
import zipfile
from typing import Final

from hub.cases import office_links
from hub.cases.errors import Refusal

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The old binary format; also what an encrypted new one is wrapped in."""
MOST_PARTS: Final = 2000
MOST_UNPACKED: Final = 200 * 1024 * 1024
MOST_RATIO: Final = 200
"""Unpacked over packed bytes of one part; text of offices reaches about 20."""
SMALL: Final = 1024 * 1024
"""A part smaller than this may be packed as well as it likes."""
WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAIN_PART: Final = {"word/document.xml": WORD, "xl/workbook.xml": EXCEL}
CONTENT_TYPES: Final = "[content_types].xml"
ACTIVE: Final = ("vbaproject.bin", "/embeddings/", "/activex/", "vbadata.xml")


def check(content: bytes, *, most_unpacked: int = MOST_UNPACKED) -> str:
    """The media type of a plain Word or Excel file.

    Raises Refusal: file_encrypted, file_broken, file_bomb, file_macro, file_links, file_type. The refusal's
    `place` is the part of the file that is wrong.
    """
    if content.startswith(OLE):
        raise Refusal("file_encrypted", place="")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _check(archive, most_unpacked)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise Refusal("file_broken", place="") from error


def _check(archive: zipfile.ZipFile, most_unpacked: int) -> str:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > most_unpacked:
        raise Refusal("file_bomb", place="")
    for part in parts:
        name = part.filename.lower()
        if part.flag_bits & 1:
            raise Refusal("file_encrypted", place=part.filename[:100])
        if part.file_size > SMALL and part.file_size > MOST_RATIO * max(1, part.compress_size):
            raise Refusal("file_bomb", place=part.filename[:100])
        if any(mark in f"/{name}" for mark in ACTIVE):
            raise Refusal("file_macro", place=part.filename[:100])
    found = next((kind for part, kind in MAIN_PART.items() if part in archive.namelist()), None)
    if found is None:
        raise Refusal("file_type", place="")
    for part in parts:
        _check_xml(archive, part, part.filename.lower())
    return found


def _check_xml(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    if not name.endswith((".xml", ".rels")):
        return
    place, whole = part.filename[:100], name.endswith(".rels") or name == CONTENT_TYPES
    with archive.open(part) as file:  # what a zip says of a part's size holds: reading ends there
        head = file.read(office_links.MOST_BYTES + 1) if whole else file.read(4096)
    if b"<!doctype" in head.lower() or b"<!entity" in head.lower():
        raise Refusal("file_broken", place=place)
    if name == CONTENT_TYPES:
        office_links.check_types(head, place)
    elif whole:
        office_links.check_links(head, place)
