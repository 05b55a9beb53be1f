"""What a session to come is made of: its points, its agenda, the files asked of units."""

from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.cases.info import Waiting
from hub.cases.life import State
from hub.reception.errors import Refusal
from hub.reception.events import Audience
from hub.reception.info import PointInfo
from hub.reception.lifecycle import may
from hub.reception.state import Status
from hub.units.fold import fold
from hub.units.local_day import local_day
from hub.units.working_days import vietnam
from web import i18n
from web.csrf import CheckedForm
from web.pages.plan_form import parse_day
from web.pages.planner import Planner, texts_of, to_plan
from web.pages.render import page
from web.pages.wall import Band, bands
from web.services import services_of

router: Final = APIRouter()

Search = Annotated[str, Query(max_length=100)]
Text = Annotated[str, Form(max_length=300)]
ANSWER_DAYS: Final = 10
"""Working days from receipt to an answer: Law 42/2013, Art. 28."""


@router.get("/sessions/{session_id}/plan/points")
async def points(request: Request, session_id: str, actor: Planner, q: Search = "") -> Response:
    """Which points are invited."""
    receptions = services_of(request).receptions
    plan = await receptions.before.get(actor, session_id)
    near, invited = await receptions.preparing.points(actor, session_id)
    words = fold(q).split()
    shown = [each for each in near if all(word in _folded(each) for word in words)]
    return page(
        request,
        "plan/points.html",
        actor,
        plan=plan,
        draft=plan.status is Status.DRAFT,
        bands=bands(shown),
        invited=invited,
        shown=len(shown),
        total=len(near),
        q=q,
    )


@router.post("/sessions/{session_id}/plan/points")
async def set_points(
    request: Request,
    session_id: str,
    actor: Planner,
    _checked: CheckedForm,
    add: Text = "",
) -> Response:
    """Invite the points that are ticked; `add` names a band by one of its points, or `all`."""
    preparing = services_of(request).receptions.preparing
    near, _ = await preparing.points(actor, session_id)
    chosen = {*await texts_of(request, "point"), *_of_band(bands(near), add)}
    await preparing.set_points(actor, session_id, await texts_of(request, "shown"), chosen)
    if add:
        return RedirectResponse(f"/sessions/{session_id}/plan/points", 303)
    return to_plan(session_id, "points", "#points")


@router.get("/sessions/{session_id}/plan/agenda")
async def agenda(request: Request, session_id: str, actor: Planner, q: Search = "") -> Response:
    """Cases to choose from."""
    services = services_of(request)
    plan = await services.receptions.before.get(actor, session_id)
    today = services.units.today()
    waiting = await services.receptions.preparing.candidates(actor, session_id, q)
    return page(
        request,
        "plan/agenda.html",
        actor,
        plan=plan,
        open=plan.status is Status.DRAFT or may("cancel", plan.status),
        items=await services.receptions.preparing.agenda(actor, session_id),
        waiting=[(each, _why(each, today)) for each in waiting],
        elsewhere=await services.receptions.preparing.elsewhere(
            actor, session_id, [each.case.id for each in waiting]
        ),
        audiences=[each.value for each in Audience],
        q=q,
    )


@router.post("/sessions/{session_id}/plan/agenda")
async def put(  # noqa: PLR0917 - the fields of the form
    request: Request,
    session_id: str,
    actor: Planner,
    _checked: CheckedForm,
    case: Text,
    audience: Text = "",
    q: Text = "",
) -> Response:
    """Put a case on the agenda."""
    await services_of(request).receptions.preparing.put(actor, session_id, case, _audience(audience))
    return RedirectResponse(_picker(session_id, q), 303)


@router.post("/sessions/{session_id}/plan/agenda/{case_id}")
async def edit(  # noqa: PLR0917 - the fields of the form
    request: Request,
    session_id: str,
    case_id: str,
    actor: Planner,
    _checked: CheckedForm,
    act: Text,
    audience: Text = "",
) -> Response:
    """Move a case up or down, take it off, or choose its audience in a draft."""
    preparing = services_of(request).receptions.preparing
    if act in {"up", "down"}:
        await preparing.move(actor, session_id, case_id, -1 if act == "up" else 1)
    elif act == "audience":
        await preparing.set_audience(actor, session_id, case_id, _audience(audience))
    elif act == "drop":
        await preparing.drop(actor, session_id, case_id)
        return to_plan(session_id, "dropped", "#agenda")
    else:
        raise Refusal("data_bad")
    return to_plan(session_id, part="#agenda")


@router.post("/sessions/{session_id}/plan/files")
async def ask_file(  # noqa: PLR0917 - the fields of the form
    request: Request,
    session_id: str,
    actor: Planner,
    _checked: CheckedForm,
    case: Text,
    unit: Text,
    what: Text,
    due: Text = "",
) -> Response:
    """Record that a unit was asked for a file."""
    preparing = services_of(request).receptions.preparing
    await preparing.ask_file(actor, session_id, case, unit=unit, what=what, due=parse_day(due))
    return to_plan(session_id, "asked", "#files")


@router.post("/sessions/{session_id}/plan/files/{file_id}")
async def received(
    request: Request, session_id: str, file_id: str, actor: Planner, _checked: CheckedForm, act: Text
) -> Response:
    """Record that a file came, or take that back."""
    preparing = services_of(request).receptions.preparing
    await preparing.file_received(actor, session_id, file_id, received=act == "received")
    return to_plan(session_id, "received", "#files")


def _folded(point: PointInfo) -> str:
    return fold(f"{point.unit_name} {point.parent_name or ''}")


def _of_band(known: list[Band], add: str) -> set[str]:
    """The points of the band that one of its points names."""
    found = [{tile.id for tile in band.points} for band in known]
    return {point for band in found if add == "all" or add in band for point in band}


def _audience(text: str) -> Audience | None:
    """The audience chosen; None for the session's. Raises Refusal("data_bad")."""
    if not text:
        return None
    if text not in tuple(Audience):
        raise Refusal("data_bad")
    return Audience(text)


def _picker(session_id: str, q: str) -> str:
    return f"/sessions/{session_id}/plan/agenda" + (f"?{urlencode({'q': q})}" if q else "")


def _why(waiting: Waiting, today: date) -> list[tuple[str, str, dict[str, object]]]:
    """Why a case stands where it stands in the list: tone, locale key and fields."""
    case, found = waiting.case, list[tuple[str, str, dict[str, object]]]()
    if case.state == State.CLOSED:
        return [("", "plan.why.closed", {"n": case.times_heard})]
    if waiting.due is not None and waiting.due < today:
        days = (today - waiting.due).days
        found.append(("act", "plan.why.directive", {"n": days, "due": i18n.day(waiting.due)}))
    received = local_day(case.received_at)
    answer = vietnam().after(received, ANSWER_DAYS)
    if case.times_heard == 0 and answer < today:
        found.append(("act", "plan.why.answer", {"received": i18n.day(received), "due": i18n.day(answer)}))
    elif case.times_heard == 0:
        found.append(("attention", "plan.why.never", {"received": i18n.day(received)}))
    if not found:
        found.append(("", "plan.why.heard", {"n": case.times_heard}))
    return found
