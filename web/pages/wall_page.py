"""The wall with a screen to itself, for a second monitor: staff and technicians."""

from functools import partial
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from hub.reception.errors import Refusal
from web import i18n
from web.auth import SomeAccount
from web.pages.render import page
from web.pages.wall import STATES, bands, short_name
from web.pages.words import WALL
from web.services import services_of

router: Final = APIRouter()

KEYS: Final[tuple[tuple[str, str], ...]] = (
    ("/", "slash"),
    ("← → ↑ ↓", "arrows"),
    ("Home End", "ends"),
    ("Enter", "open"),
    ("1 2 3 4 5 6 7", "filters"),
    ("V", "v"),
    ("Esc", "clear"),
    ("?", "help"),
)


@router.get("/sessions/{session_id}/wall")
async def wall(request: Request, session_id: str, actor: SomeAccount) -> Response:
    """Every room of a session. Whoever does not look after rooms gets a 404, as if there were no wall."""
    receptions = services_of(request).receptions
    session = await receptions.get_for(actor, session_id)
    if not (session.staff or session.technician):
        raise Refusal("session_unknown")
    return page(
        request,
        "wall.html",
        actor,
        session=session,
        bands=bands(await receptions.points_of(actor, session_id)),
        wall_states=STATES,
        short=partial(short_name, i18n.locale_of(request)),
        keys=KEYS if session.staff else [each for each in KEYS if each[1] != "v"],
        words=WALL,
    )
