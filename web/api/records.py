"""Records for programs: a case, units by name, a session's timeline. What is not theirs answers 404."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.encoders import jsonable_encoder
from starlette.requests import Request
from starlette.responses import JSONResponse

from hub.reception.live import LiveSession
from web.auth import SomeActor
from web.services import services_of

router = APIRouter(prefix="/api")

Number = Annotated[int, Query(ge=0, le=2**53 - 1)]


@router.get("/cases/{case}")
async def case(request: Request, case: str, actor: SomeActor) -> JSONResponse:
    """One case as the asker may see it."""
    found = await services_of(request).cases.look(actor, case, "api")
    return JSONResponse(jsonable_encoder(found))


@router.get("/units")
async def units(
    request: Request, _actor: SomeActor, q: Annotated[str, Query(max_length=100)] = ""
) -> JSONResponse:
    """Units by name without tone marks, or by the beginning of their code."""
    found = await services_of(request).units.search(q) if q.strip() else []
    rows = [{"id": unit.id, "code": unit.code, "name": unit.name, "level": unit.level} for unit in found]
    return JSONResponse({"units": rows})


@router.get("/sessions/{session}/timeline")
async def timeline(request: Request, session: str, actor: SomeActor, after: Number = 0) -> JSONResponse:
    """The events after a number, as the asker may see them; `view` instead when they reach too far back."""
    receptions = services_of(request).receptions
    viewer = await receptions.viewer(actor, session)
    live = LiveSession(receptions, session)
    await live.refresh()
    try:
        found: dict[str, Any] = {"events": live.after(viewer, after)}
    except LookupError:
        found = {"view": live.view(viewer)}
    return JSONResponse({"head": live.n} | found)
