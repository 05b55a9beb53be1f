"""The screen of a connection point. It knows its room by the device's cookie; nobody types anything."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.people.actor import Actor
from hub.reception.errors import Refusal
from hub.reception.rolls import RANKS
from web import auth
from web.auth import MaybeRoom, here
from web.cookies import DEVICE_COOKIE
from web.pages.directive_words import words_of
from web.pages.render import page
from web.pages.static import VERSION
from web.pages.words import REMINDER, ROOM
from web.services import Services, services_of, settings_of

router: Final = APIRouter()


@router.get("/room")
async def room(request: Request, actor: MaybeRoom) -> Response:
    """The room's screen: the session that runs, or the next to come."""
    if actor is None:
        return unknown(request, "gone", 401)
    services = services_of(request)
    await here(request)
    response = page(
        request,
        "room.html",
        actor,
        words=(*ROOM, *REMINDER),
        ranks=RANKS,
        now=services.clock.now(),
        phone=settings_of(request).help_phone,
        version=VERSION,
        **await _of_room(services, actor),
        **words_of(request),
    )
    auth.keep_device(request, response, request.cookies[DEVICE_COOKIE])  # for as long again as cookies last
    return response


@router.get("/enrol")
async def enrol(request: Request) -> Response:
    """Where a code is typed."""
    return unknown(request, "enrol", 200)


@router.post("/enrol")
async def enrol_typed(request: Request, code: Annotated[str, Form(max_length=60)]) -> Response:
    """The code that was typed: the device is the room's from then on."""
    try:
        value = await services_of(request).points.enrol(code, request.cookies.get(DEVICE_COOKIE))
    except Refusal:
        return unknown(request, "enrol", 404, wrong=True)
    response = RedirectResponse("/room", 303)
    auth.keep_device(request, response, value)
    return response


def unknown(request: Request, why: str, status: int, *, wrong: bool = False) -> Response:
    """The screen of a device that is in no room: `gone`, `link` or `enrol`."""
    phone = settings_of(request).help_phone
    return page(request, "room_unknown.html", None, status, why=why, wrong=wrong, phone=phone)


async def _of_room(services: Services, actor: Actor) -> dict[str, Any]:
    assert actor.unit is not None
    below = await services.units.subtree(actor.unit)
    units = [unit for unit in await services.units.valid_on() if unit.id in below]
    own = next((unit for unit in units if unit.id == actor.unit), None)
    await services.directives.receive(actor)
    return {
        "session": await services.receptions.next_for(actor),
        "unit_name": own.name if own is not None else actor.name,
        "unit_code": own.code if own is not None else "",
        "codes": [unit.code for unit in units],
        "directives": await services.cases.directives_for(actor),
        "today": services.units.today(),
    }
