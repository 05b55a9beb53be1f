"""A session's timeline as a numbered list, with the proof of its chain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from hub.people.actor import Actor
from hub.reception.events import Event
from hub.reception.fold import fold
from hub.reception.state import SessionState
from hub.reception.telling import event_for
from hub.reception.viewer import Viewer
from hub.reception.visibility import sees_case
from web import i18n
from web.auth import SomeAccount
from web.pages.render import page
from web.pages.story import Names, area_of, names_in, tell
from web.services import Services, services_of

router: Final = APIRouter()

Filter = Literal["all", "cases", "notes", "points"]
FILTERS: Final[tuple[Filter, ...]] = ("all", "cases", "notes", "points")
MOST_LINES: Final = 3000
"""A long day has a tenth of that. Beyond it the page shows the latest."""


@dataclass(frozen=True, slots=True)
class Line:
    """One event as the page shows it."""

    n: int
    at: datetime
    media_ms: int | None
    by_key: str
    by_name: str
    area: str
    text: str
    case_id: str | None


@router.get("/sessions/{session_id}/timeline")
async def timeline(
    request: Request, session_id: str, actor: SomeAccount, kind: Annotated[Filter, Query()] = "all"
) -> Response:
    """Every event that the reader may see."""
    services = services_of(request)
    session = await services.receptions.get_for(actor, session_id)
    viewer = await services.receptions.viewer(actor, session_id)
    events = await services.receptions.load(session_id)
    points = await _point_names(services, actor, session_id) if viewer.staff else {}
    lines = _lines(partial(i18n.translate, i18n.locale_of(request)), events, viewer, points)
    shown = [line for line in lines if kind in {"all", line.area}][-MOST_LINES:]
    verdict = await services.receptions.verify(session_id) if viewer.staff else None
    return page(
        request,
        "timeline.html",
        actor,
        session=session,
        lines=shown,
        verdict=verdict,
        filters=FILTERS,
        chosen=kind,
    )


async def _point_names(services: Services, actor: Actor, session_id: str) -> Mapping[str, str]:
    return {point.id: point.unit_name for point in await services.receptions.points_of(actor, session_id)}


def _lines(t: Any, events: list[Event], viewer: Viewer, points: Mapping[str, str]) -> list[Line]:
    """Events are judged by the state of now: what was closed since is not told."""
    state = fold(SessionState(events[0].session_id), events) if events else SessionState("")
    names = names_in(state, points, lambda item: sees_case(state.items[item], viewer))
    found = (_line(t, event, state, viewer, names) for event in events)
    return [line for line in found if line is not None]


def _line(t: Any, event: Event, state: SessionState, viewer: Viewer, names: Names) -> Line | None:
    wire = event_for(event, state, viewer)
    if wire is None:
        return None
    return Line(
        n=event.n,
        at=event.at,
        media_ms=event.media_ms,
        by_key=event.by_key,
        by_name=event.by_name,
        area=area_of(event.kind),
        text=tell(t, event.kind, wire["data"], names),
        case_id=event.case_id if event.kind == "item.called" and event.item_id in names.cases else None,
    )
