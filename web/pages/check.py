"""A room's check of its devices and line, and the list of all rooms' checks for technicians and staff."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.people.actor import Actor
from hub.reception.checking import Standing
from hub.reception.checks import OPENS
from hub.reception.errors import Refusal
from hub.reception.events import wire_time
from hub.reception.info import PointInfo, SessionInfo
from hub.reception.lifecycle import OVER
from hub.reception.state import Status
from hub.units.fold import fold
from web import i18n
from web.auth import MaybeRoom, SomeAccount
from web.csrf import CheckedForm
from web.pages.render import page
from web.pages.words import CHECK
from web.services import Services, services_of, settings_of

router: Final = APIRouter()

WANTING: Final = frozenset({"none", "no_go"})
"""Who is asked when all are asked that have no good result."""
LATE: Final = timedelta(seconds=30)
"""A result bears the time at which it came, and is stored once it may write: by so much later at most."""


@router.get("/room/check")
async def check(request: Request, actor: MaybeRoom, auto: bool = False) -> Response:
    """The room's check: begins by itself, with `auto` because nobody asked for it."""
    if actor is None:
        return RedirectResponse("/room", 303)
    services = services_of(request)
    session = await services.receptions.next_for(actor)
    phone = settings_of(request).help_phone
    unit = await _unit_name(services, actor)
    return page(
        request,
        "check/check.html",
        actor,
        session=session,
        unit_name=unit,
        auto=auto,
        phone=phone,
        words=CHECK,
    )


@router.get("/sessions/{session_id}/checks")
async def checks(request: Request, session_id: str, actor: SomeAccount) -> Response:
    """All rooms of a session, whoever needs somebody first."""
    services = services_of(request)
    session = await services.receptions.get_for(actor, session_id)
    seen = services.clock.now() - LATE
    found = await services.receptions.checks.standings(actor, session_id)
    wanting = [each.point.id for each in found if each.need in WANTING]
    more = _list(request, session, seen, found)
    opens = session.starts_at - OPENS
    return page(request, "check/checks.html", actor, session=session, opens=opens, wanting=wanting, **more)


@router.get("/sessions/{session_id}/checks/rows")
async def rows(request: Request, session_id: str, actor: SomeAccount, after: str = "") -> Response:
    """The lines that changed since `after`, up to which the page has all. Some come twice, none is missed."""
    services = services_of(request)
    session = await services.receptions.get_for(actor, session_id)
    seen = services.clock.now() - LATE
    found = await services.receptions.checks.standings(actor, session_id, _time(after))
    return page(request, "check/rows.html", actor, **_list(request, session, seen, found))


@router.post("/sessions/{session_id}/checks/ask")
async def ask(request: Request, session_id: str, actor: SomeAccount, _: CheckedForm) -> Response:
    """Ask rooms to check again."""
    form = await request.form()
    points = [each for each in form.getlist("point") if isinstance(each, str)]
    await services_of(request).receptions.checks.ask(actor, session_id, points)
    return RedirectResponse(f"/sessions/{session_id}/checks", 303)


def _list(request: Request, session: SessionInfo, seen: datetime, found: list[Standing]) -> dict[str, Any]:
    locale = i18n.locale_of(request)
    return {
        "standings": found,
        "session_id": session.id,
        "askable": Status(session.state) not in OVER,
        "seen": wire_time(seen),
        "folded": _folded,
        "mega": lambda bits: _mega(locale, bits),
    }


def _folded(point: PointInfo) -> str:
    return fold(f"{point.unit_name} {point.parent_name or ''}")


def _mega(locale: i18n.Locale, bits: int) -> str:
    text = f"{bits / 1e6:.1f}"
    return text.replace(".", ",") if locale == "vi" else text


def _time(text: str) -> datetime:
    """A time as `wire_time` writes it. Raises Refusal("data_bad")."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal("data_bad") from error
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


async def _unit_name(services: Services, actor: Actor) -> str:
    units = await services.units.valid_on()
    return next((unit.name for unit in units if unit.id == actor.unit), actor.name)
