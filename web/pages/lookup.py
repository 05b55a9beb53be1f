"""The citizen's look-up, on a phone and without an account; and the slip with the code, for the counter.

The code travels in forms, and in the part of an address that no browser sends (`#…`): it stands in no log.
"""

from typing import Annotated, Any, Final

import segno
from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.cases.errors import Refusal
from hub.store import codes
from web.auth import SomeAccount
from web.csrf import CheckedForm
from web.errors import status_of
from web.guesses import Guesser
from web.pages.lookup_address import ADDRESS, lookup_address
from web.pages.render import page
from web.services import services_of

router: Final = APIRouter()

Code = Annotated[str, Form(max_length=100)]
Words = Annotated[str, Form(max_length=2500)]


@router.get(ADDRESS)
async def asked(request: Request) -> Response:
    """The field for the code."""
    return _page(request)


@router.post(ADDRESS)
async def looked_up(request: Request, code: Code = "") -> Response:
    """What a code opens. Every wrong one gets the same answer."""
    return await _open(request, code)


@router.post(ADDRESS + "/y-kien")
async def said(
    request: Request, code: Code = "", content: Annotated[str, Form(max_length=3)] = "", words: Words = ""
) -> Response:
    """What a citizen says of the answer."""
    if content not in ("yes", "no"):
        return await _open(request, code, problem="feedback_choice", words=words, status=400)
    try:
        await services_of(request).lookup.say(code, content=content == "yes", words=words)
    except Refusal as refusal:
        if refusal.code == "lookup_unknown":
            return await _open(request, code)
        status = status_of(refusal.code)
        return await _open(request, code, problem=refusal.code, words=words, status=status)
    return await _open(request, code, thanks=True)


@router.get("/cases/{case_id}/code")
async def slip(request: Request, case_id: str, actor: SomeAccount) -> Response:
    """Before a new code is made: what that does to an old one."""
    services = services_of(request)
    case = await services.cases.get_for(actor, case_id)
    had = await services.lookup.has_code(actor, case_id)
    return page(request, "lookup_slip.html", actor, case=case, had=had, code="", address="", qr="")


@router.post("/cases/{case_id}/code")
async def made(request: Request, case_id: str, actor: SomeAccount, _checked: CheckedForm) -> Response:
    """A new code, shown this once, to print and hand over."""
    services = services_of(request)
    code = await services.lookup.issue(actor, case_id)
    case = await services.cases.get_for(actor, case_id)
    address = lookup_address(request)
    drawn = segno.make(f"{address}#{code}", error="m").svg_data_uri(scale=5, border=2)
    return page(
        request,
        "lookup_slip.html",
        actor,
        case=case,
        had=True,
        code=codes.shown(code),
        address=address,
        qr=drawn,
    )


@router.post("/cases/{case_id}/feedback/{feedback_id}")
async def reviewed(
    request: Request, case_id: str, feedback_id: str, actor: SomeAccount, _checked: CheckedForm, review: Words
) -> Response:
    """Somebody has looked into what a citizen said."""
    await services_of(request).lookup.review(actor, case_id, feedback_id, review)
    return RedirectResponse(f"/cases/{case_id}#said", 303)


async def _open(
    request: Request,
    code: str,
    *,
    problem: str = "",
    words: str = "",
    thanks: bool = False,
    status: int = 200,
) -> Response:
    services = services_of(request)
    view = await services.lookup.find(code)
    if view is None:
        if not Guesser(request, "lookup").wrong():
            return _page(request, 429, problem="guesses")
        return _page(request, 404, problem="lookup_unknown")
    hearing = None if view.sealed else await services.receptions.next_hearing(view.case_id)
    return _page(
        request, status, view=view, code=code, hearing=hearing, problem=problem, words=words, thanks=thanks
    )


def _page(request: Request, status: int = 200, **context: Any) -> Response:
    known: dict[str, Any] = {
        "view": None,
        "code": "",
        "hearing": None,
        "problem": "",
        "words": "",
        "thanks": False,
    }
    response = page(request, "lookup.html", None, status, **(known | context))
    response.headers["Cache-Control"] = "no-store"
    return response
