"""The desk of chair and clerk; for everyone else who may look on, the same desk without hands."""

from functools import partial
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from hub.people.actor import Actor
from hub.units.models import Unit
from web import i18n
from web.auth import SomeAccount
from web.pages.render import page
from web.pages.wall import bands
from web.pages.words import CONSOLE
from web.services import Services, services_of

router: Final = APIRouter()

KEYS: Final = (
    ("F9", "F9"),
    ("G", "g"),
    ("B", "b"),
    ("N", "n"),
    ("D", "d"),
    ("K", "k"),
    ("Ctrl Enter", "send"),
    ("Esc", "esc"),
    ("F", "f"),
    ("T", "t"),
    ("C", "c"),
    ("M", "m"),
    ("S", "s"),
    ("W", "w"),
    ("/", "slash"),
    ("← → ↑ ↓", "arrows"),
    ("?", "help"),
)
WATCHING_KEYS: Final = frozenset({"s", "esc", "help"})


@router.get("/sessions/{session_id}")
async def console(request: Request, session_id: str, actor: SomeAccount) -> Response:
    """One session, live."""
    services = services_of(request)
    session = await services.receptions.get_for(actor, session_id)
    staff = await _for_staff(services, actor, session_id) if session.staff else _EMPTY
    watching = not session.staff
    keys = [each for each in KEYS if not watching or each[1] in WATCHING_KEYS]
    today = services.units.today()
    return page(
        request,
        "console.html",
        actor,
        session=session,
        watching=watching,
        keys=keys,
        today=today,
        words=CONSOLE,
        short=partial(_short, i18n.locale_of(request)),
        **staff,
    )


_EMPTY: Final[dict[str, Any]] = {"bands": [], "units": []}


async def _for_staff(services: Services, actor: Actor, session_id: str) -> dict[str, Any]:
    points = await services.receptions.points_of(actor, session_id)
    return {"bands": bands(points), "units": _choices(await services.units.valid_on())}


def _short(locale: i18n.Locale, name: str) -> str:
    """A district's name as people abbreviate it, so that it fits beside its tiles."""
    for kind in ("city", "town", "district"):
        prefix = i18n.translate(locale, f"unit.prefix.{kind}")
        if name.startswith(prefix + " "):
            return i18n.translate(locale, f"unit.prefix.{kind}.short") + name[len(prefix) :]
    return name


def _choices(units: list[Unit]) -> list[dict[str, str]]:
    """Units as one picks them: the name, and the code where names repeat inside a district."""
    names = {unit.id: unit.name for unit in units}
    labels = [(unit, _label(unit, names)) for unit in units]
    seen: dict[str, int] = {}
    for _unit, label in labels:
        seen[label] = seen.get(label, 0) + 1
    return [
        {"code": unit.code, "label": label if seen[label] == 1 else f"{label} ({unit.code})"}
        for unit, label in labels
    ]


def _label(unit: Unit, names: dict[str, str]) -> str:
    above = names.get(unit.parent_id or "")
    return f"{unit.name}, {above}" if above else unit.name
