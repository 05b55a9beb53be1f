"""The browser's files, under a path that holds a digest of them all: cached for ever."""

import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

FOLDER: Final = Path(__file__).parent.parent / "static"
_IMPORT: Final = re.compile(r'^import [^;]*?"(\.[^"]+)";', re.MULTILINE)
CACHE: Final = "public, max-age=31536000, immutable"
VERSION_LENGTH: Final = 12

_files = StaticFiles(directory=FOLDER)
router = APIRouter()


def digest(folder: Path) -> str:
    """A digest over names and contents of all files, the same on every machine."""
    sums = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        sums.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return sums.hexdigest()[:VERSION_LENGTH]


VERSION: Final = digest(FOLDER)


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
    response = await _files.get_response(path, request.scope)
    if response.status_code >= 400:
        raise HTTPException(response.status_code)
    response.headers["Cache-Control"] = CACHE if version == VERSION else "no-cache"
    return response
