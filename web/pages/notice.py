"""What goes out about a session: the notice in its official form, and the entry for people's calendars."""

from functools import partial
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from hub.cases.info import CaseInfo
from hub.cases.rules import CaseKind
from hub.reception.errors import Refusal
from hub.reception.events import Audience
from hub.reception.ics import Entry, ics
from hub.reception.plan_info import PlannedItem, PlannedSession
from hub.reception.state import Status
from hub.units.local_day import local_day
from web import i18n
from web.pages.planner import Planner
from web.pages.render import page
from web.services import services_of

router: Final = APIRouter()

GONE: Final = frozenset({Status.POSTPONED, Status.CANCELLED})


@router.get("/sessions/{session_id}/notice")
async def notice(request: Request, session_id: str, actor: Planner) -> Response:
    """The notice, to be printed: in Vietnamese whatever the reader's language, for that is its form."""
    services = services_of(request)
    before = services.receptions.before
    plan = await before.get(actor, session_id)
    successor = await before.get(actor, plan.successor) if plan.successor is not None else None
    chain = await services.units.chain(plan.hub_unit)
    return page(
        request,
        "notice.html",
        actor,
        plan=plan,
        successor=successor,
        vi=partial(i18n.translate, "vi"),
        about=_about(plan),
        units=chain,
        points=len((await services.receptions.preparing.points(actor, session_id))[1]),
        cases=_public(await services.receptions.preparing.agenda(actor, session_id)),
        dated=local_day(plan.notice_at or plan.published_at or services.clock.now()),
    )


@router.get("/sessions/{session_id}/session.ics")
async def calendar_entry(request: Request, session_id: str, actor: Planner) -> Response:
    """The session for a calendar program: when and where, and nothing of any case."""
    services = services_of(request)
    plan = await services.receptions.before.get(actor, session_id)
    if plan.status is Status.DRAFT:
        raise Refusal("session_state")
    t = partial(i18n.translate, i18n.locale_of(request))
    lines = [t(f"form.{plan.form}"), t("plan.ics.chair", chair=plan.chair) if plan.chair else "", plan.reason]
    entry = Entry(
        uid=f"{plan.id}@reception-hub",
        sequence=plan.head_n,
        stamp=services.clock.now(),
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        summary=plan.title,
        location=plan.place or plan.hub_unit_name,
        description="\n".join(line for line in lines if line),
        cancelled=plan.status in GONE,
        tentative=plan.status is Status.SCHEDULED,
    )
    name = f"{local_day(plan.starts_at):%Y-%m-%d}.ics"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(ics(entry), media_type="text/calendar; charset=utf-8", headers=headers)


def _about(plan: PlannedSession) -> str:
    """Which of the three notices it is."""
    return plan.state if plan.status in GONE else "planned"


def _public(items: list[PlannedItem]) -> list[CaseInfo]:
    """The cases a notice may name: none that is or ever was a denunciation, none that is heard closed."""
    open_ones = [item.case for item in items if item.case and item.audience != Audience.CLOSED]
    return [case for case in open_ones if not case.masked and case.kind != CaseKind.DENUNCIATION]
