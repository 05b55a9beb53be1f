"""What a room asks: to be let in by its link, and which session comes next."""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from hub.reception.errors import Refusal
from hub.reception.events import wire_time
from web import auth
from web.auth import SomeRoom
from web.cookies import DEVICE_COOKIE
from web.errors import error_response
from web.pages.static import VERSION
from web.services import live_sessions_of, services_of

router = APIRouter()

LINK_UNKNOWN: Final = "link_unknown"
"""For people only: its page says how to get another link."""


@router.get("/enrol/{code}")
async def enrol(request: Request, code: str) -> Response:
    """Open the link once: the device is the room's from then on. A wrong or void code gets a 404."""
    try:
        value = await services_of(request).points.enrol(code, request.cookies.get(DEVICE_COOKIE))
    except Refusal:
        return await error_response(request, 404, LINK_UNKNOWN)
    response = RedirectResponse("/room", 303)
    auth.keep_device(request, response, value)
    return response


@router.get("/api/room/next")
async def next_session(request: Request, room: SomeRoom) -> JSONResponse:
    """The session the room should be in, or the next to come, or null."""
    services = services_of(request)
    found = await services.receptions.next_for(room)
    session = None
    if found is not None:
        session = {
            "id": found.id,
            "title": found.title,
            "state": found.state,
            "starts_at": wire_time(found.starts_at),
        }
    await auth.here(request)
    now = wire_time(services.clock.now())
    taken = any(
        seat.viewer.point == room.point for hub in live_sessions_of(request).hubs for seat in hub.seats
    )
    known = {"point": room.point, "name": room.name, "now": now, "page": VERSION, "taken": taken}
    return JSONResponse({**known, "session": session})
