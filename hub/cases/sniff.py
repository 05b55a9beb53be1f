"""What an uploaded file is, by its bytes and not by its name. Pure."""

import io
import warnings
from typing import Final

from PIL import Image

from hub.cases import office_file, pdf_file
from hub.cases.errors import Refusal

PDF: Final = "application/pdf"
IMAGES: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "TIFF": "image/tiff"}
ENDING: Final = {
    PDF: ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tif",
    office_file.WORD: ".docx",
    office_file.EXCEL: ".xlsx",
}
"""The types that are kept, and how their file names end."""
MOST_PIXELS: Final = 120_000_000
"""A3 at 600 dots per inch has 70 million."""


def sniff(content: bytes) -> str:
    """The media type. Raises Refusal: file_empty, file_type, file_broken, file_encrypted, file_bomb,
    file_macro, file_links.
    """
    if not content:
        raise Refusal("file_empty")
    if content[:1024].lstrip().startswith(b"%PDF-"):
        pdf_file.check(content)
        return PDF
    if content.startswith((b"PK\x03\x04", office_file.OLE)):
        return office_file.check(content)
    return _image(content)


def _image(content: bytes) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own warning about size; ours is a refusal
            with Image.open(io.BytesIO(content), formats=list(IMAGES)) as picture:
                kind, pixels = IMAGES[str(picture.format)], picture.width * picture.height
                if pixels > MOST_PIXELS:
                    raise Refusal("file_bomb", place="")
                picture.verify()
    except Image.DecompressionBombError as error:
        raise Refusal("file_bomb", place="") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        known = content.startswith((b"\xff\xd8\xff", b"\x89PNG", b"II*\x00", b"MM\x00*"))
        raise Refusal("file_broken" if known else "file_type", place="") from error
    return kind
