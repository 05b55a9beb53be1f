"""The letter box for whoever denounced: a code opens it, no account, no name. The code travels in forms only,
so it stands in no address, no history and no log.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from hub.cases.errors import Refusal
from hub.cases.reply_box import Letter
from web.guesses import Guesser
from web.pages.render import page
from web.services import services_of

router: Final = APIRouter()

ADDRESS: Final = "/thu-kin"
Code = Annotated[str, Form(max_length=100)]
Text = Annotated[str, Form(max_length=4000)]


@router.get(ADDRESS)
async def letter_box(request: Request) -> Response:
    """The box, shut."""
    return _page(request)


@router.post(ADDRESS)
async def opened(request: Request, code: Code = "", text: Text = "") -> Response:
    """The letters behind a code; with a text, a letter is left first. Wrong codes get one answer."""
    problem = ""
    try:
        if text.strip():
            problem = await _leave(request, code, text)
        letters = await services_of(request).vault.letters_by_code(code)
    except Refusal as refusal:
        if refusal.code != "box_unknown":
            raise
        if not Guesser(request, "letter_box").wrong():
            return _page(request, 429, problem="guesses")
        return _page(request, 404, problem="box_unknown")
    status = 409 if problem else 200
    sent = bool(text.strip()) and not problem
    kept = text if problem else ""
    return _page(request, status, problem=problem, code=code, letters=letters, sent=sent, text=kept)


async def _leave(request: Request, code: str, text: str) -> str:
    try:
        await services_of(request).vault.write_by_code(code, text)
    except Refusal as refusal:
        if refusal.code == "box_unknown":
            raise
        return refusal.code
    return ""


def _page(
    request: Request,
    status: int = 200,
    *,
    problem: str = "",
    code: str = "",
    letters: list[Letter] | None = None,
    sent: bool = False,
    text: str = "",
) -> Response:
    return page(
        request,
        "letter_box.html",
        None,
        status,
        problem=problem,
        code=code,
        letters=letters,
        sent=sent,
        text=text,
    )
