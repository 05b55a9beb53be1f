"""Pages for what went wrong. They say what happened and what to do, and nothing about what others may see."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from web import i18n
from web.pages.render import page
from web.pages.room import unknown
from web.refusals import error_text

NAMES: Final = frozenset({403, 404, 500})
ROOM_PATH: Final = "/room"
AGAIN_SECONDS: Final = 20


async def error_page(request: Request, status: int, code: str, **params: str | int) -> Response:
    """The page for a status and a stable error code; `params` are the values of its sentence."""
    if code == "link_unknown":
        return unknown(request, "link", status)
    locale = i18n.locale_of(request)
    name = str(status) if status in NAMES else "other"
    # A 404 says the same about what is not there and what is not theirs.
    told = name in {"403", "other"} and i18n.has(locale, f"error.{code}")
    detail = error_text(locale, code, params) if told else ""
    response = page(request, "error.html", None, status, number=status, name=name, detail=detail)
    if request.url.path == ROOM_PATH and status >= 500:
        response.headers["Refresh"] = str(AGAIN_SECONDS)  # nobody stands before a TV to press anything
    return response
