"""The month: which day has which session, which days are not worked, how units stand against the quota."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from hub.reception.plan_info import PlannedSession
from hub.reception.quota import DAY, Month, month_of
from hub.units.fold import fold
from hub.units.local_day import local_day
from hub.units.working_days import vietnam
from web.pages.planner import DAYS_WITH_DATA, Planner
from web.pages.render import page
from web.services import services_of

router: Final = APIRouter()

MonthText = Annotated[str, Query(max_length=7)]
WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One cell of the grid."""

    day: date
    inside: bool
    today: bool
    past: bool
    off: str | None
    doubtful: str | None
    sessions: tuple[PlannedSession, ...]


@router.get("/sessions/calendar")
async def calendar(request: Request, actor: Planner, month: MonthText = "") -> Response:
    """One month as a grid and as a list."""
    services = services_of(request)
    today = services.units.today()
    shown = _month(month, today)
    mondays = shown.weeks()
    first, last = mondays[0], mondays[-1] + DAY * (WEEK - 1)
    sessions = await services.receptions.before.sessions(actor, first, last)
    weeks = [
        [_cell(monday + DAY * step, shown, today, sessions) for step in range(WEEK)] for monday in mondays
    ]
    quotas = await services.receptions.before.quota(actor, shown)
    own = [each for each in quotas if each.unit == actor.unit] or quotas[:1]
    return page(
        request,
        "calendar.html",
        actor,
        month=shown,
        around=_around(shown),
        weeks=weeks,
        listed=[each for each in sessions if month_of(local_day(each.starts_at)) == shown],
        year=vietnam().year(shown.year),
        own=own[0] if own else None,
        missing=sum(each.standing.missing > 0 for each in quotas),
        units=len(quotas),
    )


@router.get("/sessions/quota")
async def quota(
    request: Request,
    actor: Planner,
    month: MonthText = "",
    q: Annotated[str, Query(max_length=100)] = "",
    only: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Per unit what the month asks for, and what is held, planned and missing."""
    services = services_of(request)
    shown = _month(month, services.units.today())
    quotas = await services.receptions.before.quota(actor, shown)
    words = fold(q).split()
    rows = [each for each in quotas if all(word in fold(each.name) for word in words)]
    rows = [each for each in rows if only != "missing" or each.standing.missing]
    return page(
        request,
        "quota.html",
        actor,
        month=shown,
        around=_around(shown),
        rows=rows,
        total=len(quotas),
        chosen={"q": q, "only": only},
    )


def _month(text: str, today: date) -> Month:
    """The month asked for as `2026-07`; this month when that is not one."""
    year, _, number = text.partition("-")
    if year.isascii() and year.isdigit() and number.isascii() and number.isdigit():
        found = Month(int(year), int(number))
        if found.year in DAYS_WITH_DATA and found.number in range(1, 13):
            return found
    return month_of(today)


def _around(month: Month) -> dict[str, str]:
    return {name: f"{each.year}-{each.number:02d}" for name, each in _neighbours(month).items()}


def _neighbours(month: Month) -> dict[str, Month]:
    return {"before": month.before(), "this": month, "after": month.next()}


def _cell(day: date, month: Month, today: date, sessions: list[PlannedSession]) -> CalendarDay:
    known = vietnam()
    return CalendarDay(
        day=day,
        inside=month_of(day) == month,
        today=day == today,
        past=day < today,
        off=known.off(day),
        doubtful=known.year(day.year).doubtful.get(day),
        sessions=tuple(each for each in sessions if local_day(each.starts_at) == day),
    )
