"""The desk of chair and clerk; for everyone else who may look on, the same desk without hands; for a
technician its wall alone.
"""

from functools import partial
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from hub.people.actor import Actor
from hub.reception.info import SessionInfo
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
    ("P", "p"),
    ("S", "s"),
    ("W", "w"),
    ("/", "slash"),
    ("← → ↑ ↓", "arrows"),
    ("?", "help"),
)
WATCHING_KEYS: Final = frozenset({"s", "esc", "help"})
WALL_KEYS: Final = frozenset({"slash", "arrows"})


@router.get("/sessions/{session_id}")
async def console(request: Request, session_id: str, actor: SomeAccount) -> Response:
    """One session, live."""
    services = services_of(request)
    session = await services.receptions.get_for(actor, session_id)
    parts = {**_EMPTY, **await _parts(services, actor, session)}
    watching = not session.staff
    keys = [each for each in KEYS if not watching or each[1] in _watching_keys(session)]
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
        **parts,
    )


_EMPTY: Final[dict[str, Any]] = {"bands": [], "units": []}


async def _parts(services: Services, actor: Actor, session: SessionInfo) -> dict[str, Any]:
    """What only staff and technicians have on the page."""
    if not (session.staff or session.technician):
        return {}
    wall = {"bands": bands(await services.receptions.points_of(actor, session.id))}
    return wall | {"units": _choices(await services.units.valid_on())} if session.staff else wall


def _watching_keys(session: SessionInfo) -> frozenset[str]:
    return WATCHING_KEYS | WALL_KEYS if session.technician else WATCHING_KEYS


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
