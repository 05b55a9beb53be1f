"""Errors as answers: a page for people, `{code, text}` for programs. The sentence comes from the locale
catalogues.
"""

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlencode

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from hub.cases.errors import Refusal as CaseRefusal
from hub.cases.vault import VaultDamaged
from hub.people.errors import TokenRefused
from hub.reception.errors import Refusal
from hub.relay.client import RelayUnavailable
from hub.store.database import Busy
from web.auth import SignInNeeded
from web.csrf import ForeignRequest
from web.i18n import locale_of
from web.refusals import error_text

Handler = Callable[[Request, Exception], Awaitable[Response]]

log = structlog.get_logger(__name__)

PROGRAM_PATHS: Final = ("/api/", "/whip/", "/whep/", "/ws/", "/health/", "/metrics")
NOT_THERE: Final = "not_found"
STATUS: Final = {
    "not_allowed": 403,
    "not_your_unit": 403,
    "data_bad": 400,
    "sdp_bad": 400,
    "media_unavailable": 503,
    "media_full": 503,
    "token_full": 429,
    "busy": 503,
    "check_busy": 503,
    "check_too_soon": 429,
    "vault_closed": 403,
    "second_person": 403,
    "handout_gone": 410,
}
"""HTTP status by refusal code. `…_unknown` is 404; every other refusal is a conflict with the state of
things (409).
"""

BY_STATUS: Final = {
    400: "request_bad",
    401: "sign_in_needed",
    403: "not_allowed",
    404: NOT_THERE,
    405: "method_not_allowed",
    413: "too_large",
    415: "media_type_bad",
    503: "busy",
}


class BodyTooLarge(Exception):
    """A body went over its limit while it was read. Answered with 413."""


def status_of(code: str) -> int:
    """The HTTP status of a refusal's code."""
    return STATUS.get(code, 404 if code.endswith("_unknown") else 409)


def for_program(request: Request) -> bool:
    """Whether the answer is read by a program and not by a person."""
    return request.url.path.startswith(PROGRAM_PATHS)


async def error_response(request: Request, status: int, code: str, **params: str | int) -> Response:
    """The error as the asker reads it best."""
    if not for_program(request):
        page: Response = await request.app.state.error_page(request, status, code, **params)
        return page
    text = error_text(locale_of(request), code, params)
    headers = {"Retry-After": "2"} if status == 503 else {}
    return JSONResponse({"code": code, "text": text}, status, headers)


def install(app: FastAPI) -> None:
    """Let the app answer every error this way."""
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(CaseRefusal, _refusal)
    app.add_exception_handler(TokenRefused, _token)
    app.add_exception_handler(SignInNeeded, _sign_in)
    app.add_exception_handler(ForeignRequest, _fixed(403, "foreign_request"))
    app.add_exception_handler(BodyTooLarge, _fixed(413, "too_large"))
    app.add_exception_handler(VaultDamaged, _fixed(503, "vault_damaged"))
    app.add_exception_handler(Busy, _fixed(503, "busy"))
    app.add_exception_handler(RelayUnavailable, _fixed(503, "media_unavailable"))
    app.add_exception_handler(RequestValidationError, _fixed(400, "request_bad"))
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def _fixed(status: int, code: str) -> Handler:
    async def handler(request: Request, _error: Exception) -> Response:
        return await error_response(request, status, code)

    return handler


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal | CaseRefusal)
    return await error_response(request, status_of(error.code), error.code, **error.params)


async def _token(request: Request, error: Exception) -> Response:
    assert isinstance(error, TokenRefused)
    response = await error_response(request, 401, error.code)
    response.headers["WWW-Authenticate"] = 'Bearer realm="media", error="invalid_token"'
    return response


async def _sign_in(request: Request, _error: Exception) -> Response:
    if for_program(request):
        return await error_response(request, 401, "sign_in_needed")
    target = request.url.path if request.method == "GET" else "/"
    return RedirectResponse("/sign-in?" + urlencode({"next": target}), 303)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, BodyTooLarge):  # the framework wraps whatever ends the reading of a form
        return await error_response(request, 413, "too_large")
    code = BY_STATUS.get(error.status_code, "request_bad")
    response = await error_response(request, error.status_code, code)
    response.headers.update(error.headers or {})
    return response


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("request failed", path=request.url.path, exc_info=error)
    return await error_response(request, 500, "internal")
