"""Who came late, for the staff of a session: the one place outside a case where their name is said."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from web.auth import SomeAccount
from web.services import services_of

router = APIRouter(prefix="/api")


@router.get("/sessions/{session}/lobby/{entry}")
async def newcomer(request: Request, session: str, entry: str, actor: SomeAccount) -> JSONResponse:
    """`{name, matter}`; both null where the hub does not say it (any more): of a denunciation, also one that
    became it since, identity leaves the vault only by the case's own way.
    """
    found = await services_of(request).receptions.newcomer(actor, session, entry)
    return JSONResponse(
        {"name": found.person.name if found else None, "matter": found.matter if found else None}
    )
