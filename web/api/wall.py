"""The wall for programs: the last small picture of each room, and what happened to one."""

from base64 import b64encode
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse

from hub.reception.errors import Refusal
from web.auth import SomeAccount
from web.services import live_sessions_of, services_of

router = APIRouter(prefix="/api")

Number = Annotated[int, Query(ge=0, le=2**53 - 1)]

MOST_EVENTS: Final = 12
REACH: Final = 2_000
"""Events of the session that are looked through for one room's."""
TOLD: Final = frozenset({"point.joined", "point.left", "floor.given", "floor.ended", "hand.raised"})
"""Kinds that a room's history names."""


@router.get("/sessions/{session}/thumbnails")
async def thumbnails(request: Request, session: str, actor: SomeAccount, after: Number = 0) -> JSONResponse:
    """Pictures newer than `after`, oldest first, a part at a time: `n` is what to ask after next; `have` are
    the points of which there is one at all. For those who run the session.
    """
    viewer = await services_of(request).receptions.viewer(actor, session)
    if not viewer.staff:
        raise Refusal("session_unknown")
    found = (await live_sessions_of(request).hub(session)).thumbnails(after)
    pictures = {
        point: {"jpeg": b64encode(each.jpeg).decode(), "age": round(each.age, 1)}
        for point, each in found.fresh.items()
    }
    return JSONResponse({"n": found.n, "have": found.have, "pictures": pictures})


@router.get("/sessions/{session}/points/{point}/history")
async def history(request: Request, session: str, point: str, actor: SomeAccount) -> JSONResponse:
    """The last that happened to a room: `{events: [{n, kind, at}]}`, latest first. For who sees the wall."""
    viewer = await services_of(request).receptions.viewer(actor, session)
    if not viewer.sees_wall:
        raise Refusal("session_unknown")
    live = (await live_sessions_of(request).hub(session)).live
    try:
        events = live.after(viewer, max(0, live.n - REACH))
    except LookupError:
        events = live.after(viewer, live.n - live.held)
    own = [each for each in events if each["kind"] in TOLD and each["data"].get("point") == point]
    told = [{"n": each["n"], "kind": each["kind"], "at": each["at"]} for each in own[-MOST_EVENTS:][::-1]]
    return JSONResponse({"events": told})
