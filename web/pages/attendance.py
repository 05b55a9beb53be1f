"""Attendance: which rooms were there, who sat in them, from when to when: to read, to print, as a workbook.

Staff and technicians see every room. A point clerk, signed in by name, sees their own and says who sits
there.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.people.actor import Actor
from hub.reception.attendance import Attendance, Presence, attendance
from hub.reception.contacts import dial
from hub.reception.errors import Refusal
from hub.reception.info import PointInfo, SessionInfo
from hub.reception.rolls import AWAY, RANKS
from hub.reception.viewer import Viewer
from hub.units.fold import fold
from hub.units.local_day import local_day
from web import i18n
from web.auth import SomeAccount
from web.csrf import CheckedForm
from web.pages.attendance_sheets import Words, sheets
from web.pages.planner import texts_of
from web.pages.render import page
from web.services import Services, live_sessions_of, services_of
from web.xlsx import TYPE, workbook

router: Final = APIRouter()

Filter = Literal["all", "absent", "leaderless", "gaps"]
FILTERS: Final[tuple[Filter, ...]] = ("all", "absent", "leaderless", "gaps")
Search = Annotated[str, Query(max_length=100)]
FORM_ROWS: Final = 4
"""Rows a form offers; who has more people writes them in the room."""


@dataclass(frozen=True, slots=True)
class Line:
    """One room of the page. `minutes` present, and away, since the session was live."""

    point: PointInfo
    presence: Presence
    minutes: int
    away: int
    gaps: int
    findings: Sequence[str] | None
    dial: str

    @property
    def tone(self) -> str:
        """How much it wants somebody now."""
        if not self.presence.here:
            return "act" if not self.presence.ever else "attention"
        return "fine"


@dataclass(frozen=True, slots=True)
class Seen:
    """What one reader may see. `own`: the room they answer for, when that is all they see."""

    session: SessionInfo
    viewer: Viewer
    found: Attendance
    lines: list[Line]
    begin: datetime | None
    end: datetime
    own: PointInfo | None = None


@router.get("/sessions/{session_id}/attendance")
async def attendance_page(  # noqa: PLR0917 - what the address may ask for
    request: Request,
    session_id: str,
    actor: SomeAccount,
    show: Annotated[Filter, Query()] = "all",
    q: Search = "",
    who: Search = "",
    saved: Search = "",
) -> Response:
    """The page; `who` opens the form of one room."""
    seen = await _seen(services_of(request), actor, session_id)
    words = fold(q).split()
    named = [line for line in seen.lines if all(word in _folded(line.point) for word in words)]
    points = {line.point.id: line.point for line in seen.lines}
    return page(
        request,
        "attendance.html",
        actor,
        session=seen.session,
        seen=seen,
        lines=[line for line in named if _lets(show, line)],
        absent=[line for line in seen.lines if not line.presence.here],
        counts=_counts(seen.lines),
        filters=FILTERS,
        chosen=show,
        q=q,
        editing=points.get(who) or (seen.own if seen.own is not None else None),
        saved=points.get(saved),
        may_say=seen.viewer.staff or seen.own is not None,
        rows=FORM_ROWS,
        ranks=RANKS,
        away=AWAY,
    )


@router.post("/sessions/{session_id}/attendance")
async def say_who(request: Request, session_id: str, actor: SomeAccount, _checked: CheckedForm) -> Response:
    """Who sits in a room, as its clerk or the office says."""
    services = services_of(request)
    points, names, ranks = [await texts_of(request, field) for field in ("point", "name", "rank")]
    people = [
        {"name": name.strip(), "rank": rank} for name, rank in zip(names, ranks, strict=False) if name.strip()
    ]
    point = points[0] if points else None
    data = {"point": point, "people": people}
    await services.receptions.execute(actor, session_id, services.ids.new(), "point.present", data)
    live = next((hub for hub in live_sessions_of(request).hubs if hub.id == session_id), None)
    if live is not None:
        await live.catch_up()
    return RedirectResponse(f"/sessions/{session_id}/attendance?saved={point or ''}", 303)


@router.get("/sessions/{session_id}/attendance.xlsx")
async def attendance_workbook(request: Request, session_id: str, actor: SomeAccount) -> Response:
    """The same as a workbook: rooms, people, intervals, roll calls."""
    seen = await _seen(services_of(request), actor, session_id)
    words = Words(partial(i18n.translate, i18n.locale_of(request)))
    rooms = [(line.point, line.presence, line.minutes, line.away, line.gaps) for line in seen.lines]
    content = await asyncio.to_thread(workbook, sheets(words, seen.session.title, rooms, seen.found))
    name = f"diem-danh-{local_day(seen.begin or seen.session.starts_at):%Y-%m-%d}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=TYPE, headers=headers)


async def _seen(services: Services, actor: Actor, session_id: str) -> Seen:
    """What this reader may see. Raises Refusal("session_unknown") for whoever may see nothing of it."""
    receptions = services.receptions
    session = await receptions.get_for(actor, session_id)
    viewer = await receptions.viewer(actor, session_id)
    own = None
    if viewer.sees_wall:
        points = await receptions.points_of(actor, session_id)
    else:
        own = await receptions.point(viewer.serves) if viewer.serves is not None else None
        points = [own] if own is not None else []
    if not viewer.sees_wall and own is None:
        raise Refusal("session_unknown")
    found = attendance(await receptions.load(session_id))
    end = found.over_at or services.clock.now()
    lines = [_line(found, point, end) for point in points]
    return Seen(session, viewer, found, lines, found.live_at, end, own)


def _line(found: Attendance, point: PointInfo, end: datetime) -> Line:
    presence, roll = found.of(point.id), found.last_roll
    minutes = away = gaps = 0
    if found.live_at is not None:
        present = presence.within(found.live_at, end)
        minutes = round(present.total_seconds() / 60)
        away = max(0, round((end - found.live_at).total_seconds() / 60) - minutes)
        gaps = presence.gaps(found.live_at)
    findings = roll.results.get(point.id) if roll is not None else None
    return Line(point, presence, minutes, away, gaps, findings, dial(point.phone or ""))


def _lets(chosen: Filter, line: Line) -> bool:
    match chosen:
        case "absent":
            return not line.presence.here
        case "leaderless":
            return line.presence.said is None or not line.presence.said.led
        case "gaps":
            return line.gaps > 0
        case _:
            return True


def _counts(lines: Sequence[Line]) -> Mapping[str, int]:
    said = [line.presence.said for line in lines]
    return {
        "invited": len(lines),
        "now": sum(line.presence.here for line in lines),
        "ever": sum(line.presence.ever for line in lines),
        "never": sum(not line.presence.ever for line in lines),
        "confirmed": sum(each is not None for each in said),
        "led": sum(each is not None and each.led for each in said),
    }


def _folded(point: PointInfo) -> str:
    return fold(f"{point.unit_name} {point.parent_name or ''}")
