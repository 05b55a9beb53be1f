"""Who looked at whose personal data: the audit trail of the cases within the reader's sight."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from hub.cases.looks import PAGE, looks_for
from web.auth import SomeAccount
from web.pages.render import page
from web.services import services_of

router: Final = APIRouter()

MOST_PAGES: Final = 10_000


@router.get("/looks")
async def looks(
    request: Request,
    actor: SomeAccount,
    show: Annotated[str, Query(max_length=10)] = "",
    case: Annotated[str, Query(max_length=40)] = "",
    sheet: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
) -> Response:
    """The latest first; `show=vault` only what concerns denouncers, `case` only those at one case."""
    found = await looks_for(
        services_of(request).db,
        actor,
        case_id=case or None,
        vault_only=show == "vault",
        offset=(sheet - 1) * PAGE,
    )
    return page(
        request,
        "looks.html",
        actor,
        looks=found.looks,
        total=found.total,
        show="vault" if show == "vault" else "",
        case_id=case,
        sheet=sheet,
        sheets=-(-found.total // PAGE),
    )
