"""Rooms and the devices in them, for technicians: names, when last seen, links and their end."""

from typing import Annotated, Final

import segno
from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from endpoints.points.devices import RoomDevices
from hub.people.actor import Actor
from hub.reception.errors import Refusal
from hub.units.fold import fold
from web.auth import SomeAccount
from web.csrf import CheckedForm
from web.pages.render import page
from web.services import services_of, settings_of

router: Final = APIRouter()

Search = Annotated[str, Query(max_length=100)]
Text = Annotated[str, Form(max_length=200)]
DONE: Final = frozenset({"named", "revoked", "closed"})


@router.get("/points")
async def rooms(request: Request, actor: SomeAccount, q: Search = "", show: Search = "") -> Response:
    """Every room the reader looks after; `show=empty` those without a device."""
    found = await services_of(request).devices.rooms(actor)
    words = fold(q).split()
    shown = [each for each in found if all(word in _folded(each) for word in words)]
    empty = [each for each in shown if not each.devices]
    listed = empty if show == "empty" else shown
    return page(
        request, "points.html", actor, rooms=listed, total=len(found), empty=len(empty), q=q, show=show
    )


@router.get("/points/{point_id}")
async def room(request: Request, point_id: str, actor: SomeAccount, done: Search = "") -> Response:
    """One room: its devices and links."""
    return await _room(request, actor, point_id, done=done)


@router.post("/points/{point_id}/link")
async def link(
    request: Request, point_id: str, actor: SomeAccount, _checked: CheckedForm, act: Text
) -> Response:
    """A new link, shown on the answer and never again; or the end of all that were given out."""
    devices = services_of(request).devices
    if act == "close":
        await devices.close_links(actor, point_id)
        return _back(point_id, "closed")
    code = await devices.issue(actor, point_id)
    base = settings_of(request).public_url or str(request.base_url).rstrip("/")
    return await _room(request, actor, point_id, link=f"{base}/enrol/{code}", code=code)


@router.post("/points/{point_id}/devices/{device_id}")
async def device(  # noqa: PLR0917 - the fields of the form
    request: Request,
    point_id: str,
    device_id: str,
    actor: SomeAccount,
    _checked: CheckedForm,
    act: Text,
    name: Text = "",
) -> Response:
    """Name a device, or send it out."""
    devices = services_of(request).devices
    if act == "name":
        await devices.name(actor, device_id, name)
        return _back(point_id, "named")
    if act != "revoke":
        raise Refusal("data_bad", field="act")
    await devices.revoke(actor, device_id)
    return _back(point_id, "revoked")


async def _room(
    request: Request, actor: Actor, point_id: str, *, done: str = "", link: str = "", code: str = ""
) -> Response:
    found = await services_of(request).devices.room(actor, point_id)
    return page(
        request,
        "point.html",
        actor,
        room=found,
        done=done if done in DONE else "",
        link=link,
        code="-".join(code[at : at + 4] for at in range(0, len(code), 4)),
        qr=segno.make(link, error="m").svg_data_uri(scale=5, border=2) if link else "",
    )


def _back(point_id: str, done: str) -> RedirectResponse:
    return RedirectResponse(f"/points/{point_id}?done={done}", 303)


def _folded(room: RoomDevices) -> str:
    return fold(f"{room.point.unit_name} {room.point.parent_name or ''}")
