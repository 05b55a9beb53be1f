"""The list of cases, one case as one story, and the card that console and room show of it."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from hub.cases.editing import TEXTS
from web.auth import SomeAccount, SomeActor
from web.pages.case_page import case_page
from web.pages.directive_words import words_of
from web.pages.render import page
from web.services import services_of

router: Final = APIRouter()


@router.get("/cases/{case_id}")
async def case(
    request: Request,
    case_id: str,
    actor: SomeAccount,
    done: Annotated[str, Query(max_length=40)] = "",
    fields: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """One case as one story; `done` says what was just recorded."""
    merged = [name for name in fields.split(",") if name in TEXTS]
    return await case_page(request, actor, case_id, done=done, merged=merged)


@router.get("/cases/{case_id}/card")
async def card(request: Request, case_id: str, actor: SomeActor) -> Response:
    """The file in short: a fragment for console and room."""
    services = services_of(request)
    found = await services.cases.look(actor, case_id, "card")
    directives = await services.cases.directives_of(actor, case_id)
    words = words_of(request)
    return page(request, "case_card.html", actor, case=found, directives=directives, **words)
