"""Requests from other sites change nothing: the Origin of every unsafe request is checked, and forms carry
a token.
"""

from hashlib import sha256
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Depends
from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import HTTPConnection, Request

from web.cookies import ACCOUNT_COOKIE
from web.services import services_of, settings_of

FIELD: Final = "csrf"
"""The name of the hidden field."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_SECONDS: Final = 12 * 3600
_SALT: Final = "web.csrf/1"


class ForeignRequest(Exception):
    """The request came from another site, or its form is too old. Answered with 403."""


def same_origin(connection: HTTPConnection) -> bool:
    """Whether the request comes from our own pages. No Origin and no Sec-Fetch-Site: not a browser, so no
    stolen cookie.
    """
    origin = connection.headers.get("origin")
    if origin is None:
        return connection.headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
    public = settings_of(connection).public_url
    host = connection.headers.get("host", "").lower()
    return _host(origin) == host or (public is not None and _host(origin) == _host(public))


def csrf_token(request: HTTPConnection) -> str:
    """The token for a form's hidden field `csrf`. It holds for this sign-in only."""
    return str(_serializer(request).dumps(_bound_to(request)))


async def check_csrf(request: Request) -> None:
    """Check the token of the submitted form. Raises ForeignRequest."""
    form = await request.form()
    text = form.get(FIELD)
    try:
        bound = _serializer(request).loads(text if isinstance(text, str) else "", max_age=TOKEN_SECONDS)
    except BadData as error:
        raise ForeignRequest from error
    if bound != _bound_to(request):
        raise ForeignRequest


CheckedForm = Annotated[None, Depends(check_csrf)]


def _bound_to(connection: HTTPConnection) -> str:
    """A digest and not the cookie: the token is readable in the page."""
    return sha256(connection.cookies.get(ACCOUNT_COOKIE, "").encode()).hexdigest()[:16]


def _serializer(connection: HTTPConnection) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(services_of(connection).keys.get("cookies"), salt=_SALT)


def _host(url: str) -> str:
    """Host and port in lower case; what cannot be read equals nothing."""
    try:
        return urlsplit(url).netloc.lower() or "?"
    except ValueError:
        return "?"
