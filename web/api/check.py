"""A room's check before a session: what it is told, the peers with which it tries its line, its result; and
for staff and technicians the list of all rooms.
"""

from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub.people.actor import Actor
from hub.reception.checking import Check, Standing
from hub.reception.checks import Measures
from hub.reception.errors import Refusal
from hub.reception.events import wire_time
from hub.store.ids import looks_like_id
from signaling.check_desk import CheckDesk, Purpose
from web.auth import SomeAccount, SomeRoom
from web.body import read_text
from web.services import services_of

router = APIRouter(prefix="/api")

T = TypeVar("T", bound=BaseModel)

LARGEST_RESULT: Final = 8 * 1024
LARGEST_ANSWER: Final = 64 * 1024
"""Bytes, as on the WebSocket."""


class _Try(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    purpose: Purpose


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    sdp: Annotated[str, Field(min_length=1, max_length=LARGEST_ANSWER)]


@router.get("/room/check")
async def own(request: Request, room: SomeRoom) -> JSONResponse:
    """The session a check would count for, the last one's result, and whether another is wanted."""
    services = services_of(request)
    found = await services.receptions.checks.own(room)
    told: dict[str, Any] = {"now": wire_time(services.clock.now()), "session": None, "check": None}
    told |= {"due": False, "asked": False}
    if found is not None:
        told["session"] = {
            "id": found.session,
            "title": found.title,
            "state": found.state,
            "starts_at": wire_time(found.starts_at),
        }
        told |= {"due": found.due, "asked": found.asked, "check": check_of(found.check)}
    return JSONResponse(told)


@router.post("/room/check")
async def keep(request: Request, room: SomeRoom) -> JSONResponse:
    """Judge and keep what the room measured; the result."""
    measures = await _body(request, LARGEST_RESULT, Measures)
    check = await services_of(request).receptions.checks.keep(room, measures)
    return JSONResponse(check_of(check), 201)


@router.post("/room/check/peers")
async def open_peer(request: Request, room: SomeRoom) -> JSONResponse:
    """A media peer that sees its own picture. 503 `check_busy` while others measure: ask again."""
    wanted = await _body(request, LARGEST_RESULT, _Try)
    offer = await desk_of(request).open(_point(room), wanted.purpose)
    ice = [
        {"urls": list(one.urls), "username": one.username, "credential": one.credential} for one in offer.ice
    ]
    return JSONResponse({"peer": offer.peer, "sdp": offer.sdp, "ice": ice, "bits": offer.bits}, 201)


@router.post("/room/check/peers/{peer}")
async def answer_peer(request: Request, peer: str, room: SomeRoom) -> Response:
    """The page's answer to the offer."""
    answer = await _body(request, LARGEST_ANSWER, _Answer)
    await desk_of(request).answer(_point(room), _id(peer), answer.sdp)
    return Response(status_code=204)


@router.delete("/room/check/peers/{peer}")
async def close_peer(request: Request, peer: str, room: SomeRoom) -> Response:
    """Done with it."""
    await desk_of(request).close(_point(room), _id(peer))
    return Response(status_code=204)


@router.get("/sessions/{session}/checks")
async def checks(request: Request, session: str, actor: SomeAccount) -> JSONResponse:
    """How every room of a session stands, for its staff and technicians; who needs somebody first."""
    found = await services_of(request).receptions.checks.standings(actor, session)
    return JSONResponse({"points": [standing_of(each) for each in found]})


def standing_of(standing: Standing) -> dict[str, Any]:
    """A room's line as programs read it."""
    asked = wire_time(standing.asked_at) if standing.asked_at is not None else None
    return {
        "point": standing.point.id,
        "unit": standing.point.unit_code,
        "name": standing.point.unit_name,
        "need": standing.need,
        "asked_at": asked,
        "check": check_of(standing.check),
    }


def check_of(check: Check | None) -> dict[str, Any] | None:
    """A result as programs read it."""
    if check is None:
        return None
    causes = [{"code": one.code, "step": one.step, "severity": one.severity} for one in check.causes]
    return {"at": wire_time(check.at), "verdict": check.verdict, "tone": check.judged.tone, "causes": causes}


def desk_of(request: Request) -> CheckDesk:
    """The check desk of the app that got this request."""
    desk: CheckDesk = request.app.state.check_desk
    return desk


def _point(room: Actor) -> str:
    assert room.point is not None
    return room.point


def _id(text: str) -> str:
    if not looks_like_id(text):
        raise Refusal("peer_unknown")
    return text


async def _body(request: Request, limit: int, model: type[T]) -> T:
    text = await read_text(request, limit)
    try:
        return model.model_validate_json(text or "")
    except ValidationError as error:
        raise Refusal("data_bad") from error
