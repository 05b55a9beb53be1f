"""Signing in and out."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.people.errors import SignInRefused
from web import auth, i18n
from web.csrf import CheckedForm
from web.pages.links import own_path
from web.pages.render import page
from web.services import services_of

router: Final = APIRouter()

Goal = Annotated[str, Query(alias="next", max_length=500)]
Short = Annotated[str, Form(max_length=200)]


@router.get("/sign-in")
async def form(request: Request, goal: Goal = "/") -> Response:
    """The form."""
    return _form(request, own_path(goal))


@router.post("/sign-in")
async def sign_in(
    request: Request,
    _checked: CheckedForm,
    login: Short,
    password: Short,
    goal: Annotated[str, Form(alias="next", max_length=500)] = "/",
) -> Response:
    """Check the password and go on to where the reader wanted to be."""
    try:
        who = await services_of(request).people.sign_in(login, password)
    except SignInRefused as refused:
        return _form(request, own_path(goal), login=login, refused=refused)
    response = RedirectResponse(own_path(goal), 303)
    auth.sign_in(request, response, who)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, _checked: CheckedForm) -> Response:
    """End this sign-in, in every window that has it."""
    response = RedirectResponse("/sign-in", 303)
    await auth.sign_out(request, response)
    return response


def _form(request: Request, goal: str, login: str = "", refused: SignInRefused | None = None) -> Response:
    problem = "" if refused is None else _problem(request, refused)
    status = 200 if refused is None else 429 if refused.code == "sign_in_wait" else 401
    demo = services_of(request).demo
    return page(request, "sign_in.html", None, status, next=goal, login=login, problem=problem, demo=demo)


def _problem(request: Request, refused: SignInRefused) -> str:
    locale = i18n.locale_of(request)
    if refused.code == "sign_in_wait":
        return i18n.translate(locale, "sign_in.wait", seconds=refused.wait_seconds)
    return i18n.translate(locale, "sign_in.wrong")
