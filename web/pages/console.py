"""The desk of chair and clerk; for a technician its wall alone. Everyone else has a desk of their own."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from hub.cases.directives.due import quarters
from hub.cases.directives.due import read as read_due
from hub.people.actor import Actor
from hub.reception.info import SessionInfo
from hub.reception.lifecycle import OVER
from hub.reception.rolls import RANKS
from hub.reception.state import Status
from hub.units.models import Unit
from web import i18n
from web.auth import SomeAccount
from web.pages.desk import desk
from web.pages.directive_words import ROMAN, due_text
from web.pages.render import page
from web.pages.wall import STATES, bands, short_name
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
    ("1 2 3", "marks"),
    ("+", "plus"),
    ("Ctrl Enter", "send"),
    ("Esc", "esc"),
    ("F", "f"),
    ("T", "t"),
    ("E", "e"),
    ("X", "x"),
    ("L", "l"),
    ("C", "c"),
    ("M", "m"),
    ("P", "p"),
    ("S", "s"),
    ("W", "w"),
    ("R", "roll"),
    ("/", "slash"),
    ("← → ↑ ↓", "arrows"),
    ("?", "help"),
)
WATCHING_KEYS: Final = frozenset({"s", "esc", "help"})
WALL_KEYS: Final = frozenset({"slash", "arrows", "roll"})


@router.get("/sessions/{session_id}")
async def console(request: Request, session_id: str, actor: SomeAccount) -> Response:
    """One session, live."""
    services = services_of(request)
    session = await services.receptions.get_for(actor, session_id)
    if not (session.staff or session.technician):
        return desk(request, actor, session)
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
        quarter=_quarter(i18n.locale_of(request), today),
        words=CONSOLE,
        short=partial(short_name, i18n.locale_of(request)),
        wall_states=STATES,
        ranks=RANKS,
        **parts,
    )


@dataclass(frozen=True, slots=True)
class Quarter:
    """This quarter as a day to choose: its last day, its number (IV), and how it is said (quý IV/2026)."""

    last: date
    number: str
    said: str


def _quarter(locale: i18n.Locale, today: date) -> Quarter:
    name = quarters(today, 1)[0]
    return Quarter(read_due(name, not_before=today).on, ROMAN[int(name[-1]) - 1], due_text(locale, name))


_EMPTY: Final[dict[str, Any]] = {"bands": [], "units": [], "never_ended": []}


async def _parts(services: Services, actor: Actor, session: SessionInfo) -> dict[str, Any]:
    """What only staff and technicians have on the page."""
    if not (session.staff or session.technician):
        return {}
    wall = {"bands": bands(await services.receptions.points_of(actor, session.id))}
    if not session.staff:
        return wall
    older = [] if Status(session.state) in OVER else await services.receptions.never_ended(actor, session.id)
    return wall | {"units": _choices(await services.units.valid_on()), "never_ended": older}


def _watching_keys(session: SessionInfo) -> frozenset[str]:
    return WATCHING_KEYS | WALL_KEYS if session.technician else WATCHING_KEYS


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
