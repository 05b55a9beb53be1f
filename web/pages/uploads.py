"""Files of a submitted form, each with its limit."""

from starlette.datastructures import UploadFile
from starlette.requests import Request

from hub.cases.documents import MOST_BYTES, Upload
from hub.cases.errors import Refusal

MEBIBYTE = 1024 * 1024


async def uploads(request: Request, field: str, kind: str, *, masked: bool = False) -> list[Upload]:
    """The files of one field; an empty choice of a browser is none. Raises Refusal("file_too_large")."""
    found = [each for each in (await request.form()).getlist(field) if isinstance(each, UploadFile)]
    return [Upload(file.filename, await read(file), kind, masked) for file in found if file.filename]


async def read(file: UploadFile, most: int = MOST_BYTES) -> bytes:
    """All bytes of a file. Raises Refusal("file_too_large")."""
    content = await file.read(most + 1)
    if len(content) > most:
        raise Refusal("file_too_large", most=most // MEBIBYTE)
    return content
