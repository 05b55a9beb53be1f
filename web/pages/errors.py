"""Pages for what went wrong. They say what happened and what to do, and nothing about what others may see."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from web import i18n
from web.pages.render import page

NAMES: Final = frozenset({403, 404, 500})


async def error_page(request: Request, status: int, code: str) -> Response:
    """The page for a status and a stable error code."""
    if code == "link_unknown":
        return page(request, "room_unknown.html", None, status, why="link")
    locale = i18n.locale_of(request)
    name = str(status) if status in NAMES else "other"
    key = f"error.{code}"
    # A 404 says the same about what is not there and what is not theirs.
    detail = i18n.translate(locale, key) if name in {"403", "other"} and i18n.has(locale, key) else ""
    return page(request, "error.html", None, status, number=status, name=name, detail=detail)
