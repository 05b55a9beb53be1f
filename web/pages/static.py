"""The browser's files, under a path that holds a digest of them all: cached for ever.

They are read once, at the start, and served from memory: a screen asks for forty of them, and 190 screens
come back at once. It also makes sure that an address never gives what is not of its digest.
"""

import mimetypes
import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

FOLDER: Final = Path(__file__).parent.parent / "static"
_IMPORT: Final = re.compile(r'^import [^;]*?"(\.[^"]+)";', re.MULTILINE)
CACHE: Final = "public, max-age=31536000, immutable"
VERSION_LENGTH: Final = 12
TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
"""What a machine's own list of types may get wrong; a script of another type would not run."""

router = APIRouter()


class File(NamedTuple):
    """One of the browser's files. `tag` changes with its content."""

    content: bytes
    media_type: str
    tag: str


def read_files(folder: Path) -> dict[str, File]:
    """Every file below a folder, by its path with slashes, in the order of the paths."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _read(path) for path in paths}


def _read(path: Path) -> File:
    content = path.read_bytes()
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return File(content, kind, f'"{sha256(content).hexdigest()[:32]}"')


def digest(files: dict[str, File]) -> str:
    """A digest over names and contents of all files, the same on every machine."""
    sums = sha256()
    for name, file in files.items():
        sums.update(name.encode() + b"\0" + file.content + b"\0")
    return sums.hexdigest()[:VERSION_LENGTH]


FILES: Final = read_files(FOLDER)
VERSION: Final = digest(FILES)


def static_url(path: str) -> str:
    """Where the browser finds a file of `web/static`."""
    return f"/static/{VERSION}/{path}"


@cache
def modules(entry: str) -> tuple[str, ...]:
    """All modules an entry imports, to be preloaded: no round trip per link of the chain."""
    found: dict[str, None] = {}
    waiting = [FOLDER / entry]
    while waiting:
        path = waiting.pop()
        for target in _IMPORT.findall(path.read_text(encoding="utf-8")):
            module = (path.parent / target).resolve()
            name = module.relative_to(FOLDER.resolve()).as_posix()
            if name not in found:
                found[name] = None
                waiting.append(module)
    return tuple(found)


@router.get("/static/{version}/{path:path}", include_in_schema=False)
async def static(request: Request, version: str, path: str) -> Response:
    """A file. An older address gives today's file, uncached: a page left open does not break."""
    file = FILES.get(path)
    if file is None:
        raise HTTPException(404)
    headers = {"Cache-Control": CACHE if version == VERSION else "no-cache", "ETag": file.tag}
    if file.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(file.content, headers=headers, media_type=file.media_type)
