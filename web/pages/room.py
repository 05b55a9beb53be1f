"""The screen of a connection point. It knows its room by the device's cookie; nobody types anything."""

from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from hub.people.actor import Actor
from web.auth import MaybeRoom
from web.pages.render import page
from web.pages.words import ROOM
from web.services import Services, services_of

router: Final = APIRouter()


@router.get("/room")
async def room(request: Request, actor: MaybeRoom) -> Response:
    """The room's screen: the session that runs, or the next to come."""
    if actor is None:
        return page(request, "room_unknown.html", None, 401, why="gone")
    services = services_of(request)
    return page(request, "room.html", actor, words=ROOM, **await _of_room(services, actor))


async def _of_room(services: Services, actor: Actor) -> dict[str, Any]:
    assert actor.unit is not None
    below = await services.units.subtree(actor.unit)
    units = [unit for unit in await services.units.valid_on() if unit.id in below]
    own = next((unit for unit in units if unit.id == actor.unit), None)
    return {
        "session": await services.receptions.next_for(actor),
        "unit_name": own.name if own is not None else actor.name,
        "unit_code": own.code if own is not None else "",
        "codes": [unit.code for unit in units],
        "directives": await services.cases.directives_for(actor),
        "today": services.units.today(),
    }
