"""Before any route: requests of other sites that would change something, and bodies that are too large."""

import re
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.csrf import SAFE_METHODS, same_origin
from web.errors import BodyTooLarge, error_response
from web.services import settings_of

BEARER_PATHS: Final = ("/whip/", "/whep/")
"""No cookie counts here, so any site's page may call with a token (players and encoders do)."""

UPLOADS: Final = re.compile(
    r"/cases/(new|import|[0-9a-z]{26}/(documents|directives/[0-9a-z]{26}/[a-z]+))|/papers/templates/[a-z_]+"
)
"""Where forms bring files: `upload_bytes` holds there instead of `form_bytes`."""


class Guard:
    """ASGI middleware over every HTTP route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with a body that is counted while it is read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        refused = self._refused(request)
        if refused is not None:
            response = await error_response(request, *refused)
            await response(scope, receive, send)
            return
        await self._app(scope, _counted(receive, _limit(request)), send)

    @staticmethod
    def _refused(request: Request) -> tuple[int, str] | None:
        changes = request.method not in SAFE_METHODS and not request.url.path.startswith(BEARER_PATHS)
        if changes and not same_origin(request):
            return 403, "foreign_request"
        length = request.headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit():
            return 400, "request_bad"
        # Fifteen digits hold any length worth reading; a number without end is not worth converting.
        too_large = len(length) > 15 or int(length) > _limit(request)
        return (413, "too_large") if too_large else None


def _limit(request: Request) -> int:
    settings = settings_of(request)
    return settings.upload_bytes if UPLOADS.fullmatch(request.url.path) else settings.form_bytes


def _counted(receive: Receive, limit: int) -> Receive:
    """The body once more, ended with BodyTooLarge when a chunked one grows over the limit."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise BodyTooLarge
        return message

    return counted
