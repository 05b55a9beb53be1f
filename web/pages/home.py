"""The door: whoever comes is led to the page that is theirs. And the choice of language, and the patterns."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web import i18n
from web.auth import MaybeAccount, MaybeRoom
from web.cookies import LANGUAGE_COOKIE, set_cookie
from web.pages.links import LANGUAGE_LASTS, own_path
from web.pages.patterns import samples
from web.pages.render import page
from web.pages.today import today_page

router: Final = APIRouter()


@router.get("/")
async def door(request: Request, account: MaybeAccount, room: MaybeRoom) -> Response:
    """The page of today for who reads cases; to the sessions, to the room's screen, or to the sign-in."""
    if account is not None and account.reads_cases:
        return await today_page(request, account)
    if account is not None:
        return RedirectResponse("/sessions", 303)
    return RedirectResponse("/room" if room is not None else "/sign-in", 303)


@router.get("/language/{locale}")
async def language(
    request: Request, locale: i18n.Locale, goal: Annotated[str, Query(alias="next", max_length=500)] = "/"
) -> Response:
    """Keep the choice in this browser and go back."""
    response = RedirectResponse(own_path(goal), 303)
    set_cookie(request, response, LANGUAGE_COOKIE, locale, LANGUAGE_LASTS)
    return response


@router.get("/patterns")
async def patterns(request: Request, account: MaybeAccount) -> Response:
    """Every component in every state."""
    return page(request, "patterns.html", account, **samples())
