"""Whom to phone now: the rooms that are missing or not well, why, and their numbers. To print, or to dial."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.people.actor import Actor
from hub.reception.contacts import dial
from hub.reception.errors import Refusal
from hub.reception.info import PointInfo
from hub.units.fold import fold
from signaling.replies import Tile
from signaling.tile_state import WORST_FIRST, TileState, ills, tile_state
from web import i18n
from web.auth import SomeAccount
from web.csrf import CheckedForm
from web.pages.render import page
from web.pages.wall import STATES
from web.services import live_sessions_of, services_of

router: Final = APIRouter()

Search = Annotated[str, Query(max_length=100)]
Text = Annotated[str, Form(max_length=300)]

TONES: Final = dict(STATES)


@dataclass(frozen=True, slots=True)
class Line:
    """One room of the list."""

    point: PointInfo
    state: TileState
    ills: Sequence[str]
    dial: str

    @property
    def tone(self) -> str:
        """How much it wants somebody."""
        return TONES[self.state]


@router.get("/sessions/{session_id}/phones")
async def phones(  # noqa: PLR0917 - what may be asked
    request: Request,
    session_id: str,
    actor: SomeAccount,
    q: Search = "",
    show: Search = "",
    edit: Search = "",
) -> Response:
    """The list, worst first; `show=all` every room, `edit` the one whose number is being written."""
    return await _list(request, session_id, actor, q=q, show=show, edit=edit)


@router.post("/sessions/{session_id}/phones/{point_id}")
async def note(  # noqa: PLR0917 - the fields of the form
    request: Request,
    session_id: str,
    point_id: str,
    actor: SomeAccount,
    _checked: CheckedForm,
    phone: Text = "",
    contact: Text = "",
    show: Text = "",
) -> Response:
    """Write down a number and who picks up."""
    try:
        await services_of(request).receptions.contacts.note(actor, session_id, point_id, phone, contact)
    except Refusal as refusal:
        if refusal.code != "phone_bad":
            raise
        problem = i18n.translate(i18n.locale_of(request), "error.phone_bad")
        return await _list(
            request, session_id, actor, show=show, edit=point_id, typed=(phone, contact), problem=problem
        )
    rest = "?show=all" if show == "all" else ""
    return RedirectResponse(f"/sessions/{session_id}/phones{rest}#{point_id}", 303)


async def _list(
    request: Request,
    session_id: str,
    actor: Actor,
    *,
    q: str = "",
    show: str = "",
    edit: str = "",
    typed: tuple[str, str] | None = None,
    problem: str = "",
) -> Response:
    services = services_of(request)
    session = await services.receptions.get_for(actor, session_id)
    if not (session.staff or session.technician):
        raise Refusal("session_unknown")
    points = await services.receptions.points_of(actor, session_id)
    hub = await live_sessions_of(request).hub(session_id)
    here = {point for point, presence in hub.live.state.points.items() if presence.joined}
    lines = worst_first(points, hub.tiles(), here)
    amiss = [line for line in lines if line.state != "live"]
    words = fold(q).split()
    found = [line for line in (lines if show == "all" else amiss) if _matches(line.point, words)]
    return page(
        request,
        "phones.html",
        actor,
        409 if problem else 200,
        session=session,
        lines=found,
        amiss=len(amiss),
        total=len(lines),
        q=q,
        show=show,
        edit=edit,
        typed=typed,
        problem=problem,
        at=services.clock.now(),
    )


def worst_first(points: Sequence[PointInfo], tiles: Mapping[str, Tile], here: set[str]) -> list[Line]:
    """Every room with its state; within a state in the places people know."""
    lines = [_line(point, tiles.get(point.id), joined=point.id in here) for point in points]
    return sorted(lines, key=lambda line: WORST_FIRST.index(line.state))


def _line(point: PointInfo, tile: Tile | None, *, joined: bool) -> Line:
    state = tile_state(tile, joined=joined)
    return Line(point, state, [] if state == "missing" else ills(tile), dial(point.phone or ""))


def _matches(point: PointInfo, words: Sequence[str]) -> bool:
    names = fold(f"{point.unit_name} {point.parent_name or ''} {point.contact or ''} {point.phone or ''}")
    return all(word in names for word in words)
