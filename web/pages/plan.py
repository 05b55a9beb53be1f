"""Planning one session: its form, its plan with all that is still to do, and each step of its life."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.people.actor import Actor
from hub.reception.before import SHORTEST_REASON, When
from hub.reception.errors import Refusal
from hub.reception.lifecycle import NEVER_HELD, STEPS, may, must
from hub.reception.models import REASON_LENGTH
from hub.reception.plan_info import PlannedItem, PlannedSession
from hub.reception.state import Status
from hub.units.local_day import VIETNAM, local_day
from hub.units.working_days import vietnam
from web.csrf import CheckedForm
from web.pages import plan_form
from web.pages.plan_form import PlanForm
from web.pages.plan_hints import NOTICE_DAYS
from web.pages.planner import Planner, hints_for, text_of, to_plan, unit_choices
from web.pages.render import page
from web.services import services_of

router: Final = APIRouter()

Short = Annotated[str, Query(max_length=40)]
DONE: Final = frozenset(
    [
        "saved",
        "scheduled",
        "published",
        "postponed",
        "cancelled",
        "points",
        "listed",
        "dropped",
        "asked",
        "received",
        "again",
    ]
)
BAD_FORM: Final = 422


@router.get("/sessions/new")
async def new(request: Request, actor: Planner, date: Short = "", unit: Short = "") -> Response:
    """An empty form."""
    return await _form(request, actor, plan_form.empty(date, unit or actor.unit or ""))


@router.post("/sessions/new")
async def begin(request: Request, actor: Planner, _checked: CheckedForm) -> Response:
    """Make a draft of the form, or show it again with what is wrong."""
    form = await _typed(request)
    if form.problems or await _asks_only(request):
        return await _form(request, actor, form)
    try:
        session_id = await services_of(request).receptions.before.draft(actor, plan_form.made(form))
    except Refusal as refused:
        return await _form(request, actor, _refused(form, refused))
    return to_plan(session_id, "saved")


@router.get("/sessions/hints")
async def hints(request: Request, actor: Planner, date: Short = "", unit: Short = "") -> Response:
    """What is to be known of a day: a fragment for the form."""
    day = plan_form.parse_day(date)
    found = await hints_for(services_of(request), actor, day, unit) if day is not None else None
    return page(request, "plan/hints.html", actor, hints=found)


@router.get("/sessions/{session_id}/plan/details")
async def details(request: Request, session_id: str, actor: Planner) -> Response:
    """The form of a session that may still change."""
    plan = await services_of(request).receptions.before.get(actor, session_id)
    if plan.status is not Status.DRAFT:
        must("change", plan.status)
    return await _form(request, actor, plan_form.of_session(plan), plan)


@router.post("/sessions/{session_id}/plan/details")
async def change(request: Request, session_id: str, actor: Planner, _checked: CheckedForm) -> Response:
    """Save the form, or show it again with what is wrong."""
    before = services_of(request).receptions.before
    plan = await before.get(actor, session_id)
    form = await _typed(request)
    if form.problems or await _asks_only(request):
        return await _form(request, actor, form, plan)
    try:
        await before.change(actor, session_id, plan_form.made(form))
    except Refusal as refused:
        return await _form(request, actor, _refused(form, refused), plan)
    return to_plan(session_id, "saved")


@router.get("/sessions/{session_id}/plan")
async def plan(request: Request, session_id: str, actor: Planner, done: Short = "") -> Response:
    """All of one session to come, and what is left to do."""
    return await _plan(request, actor, session_id, done=done if done in DONE else "")


@router.post("/sessions/{session_id}/plan/schedule")
async def schedule(request: Request, session_id: str, actor: Planner, _checked: CheckedForm) -> Response:
    """Let others see it."""
    await services_of(request).receptions.before.schedule(actor, session_id)
    return to_plan(session_id, "scheduled")


@router.post("/sessions/{session_id}/plan/publish")
async def publish(request: Request, session_id: str, actor: Planner, _checked: CheckedForm) -> Response:
    """Let the notice stand."""
    await services_of(request).receptions.before.publish(actor, session_id)
    return to_plan(session_id, "published")


@router.post("/sessions/{session_id}/plan/postpone")
async def postpone(request: Request, session_id: str, actor: Planner, _checked: CheckedForm) -> Response:
    """Put it off, with a new time or without."""
    typed = {name: await text_of(request, name) for name in ("reason", "date", "from", "to", "keep", "use")}
    if typed["use"]:
        return await _plan(request, actor, session_id, postponing=typed | {"date": typed["use"], "keep": ""})
    when, problem = _when(typed, services_of(request).clock.now())
    problem = _reason_problem(typed["reason"]) or problem
    if problem:
        return await _plan(request, actor, session_id, postponing=typed, postpone_problem=problem)
    await services_of(request).receptions.before.postpone(actor, session_id, typed["reason"], when)
    return to_plan(session_id, "postponed")


@router.post("/sessions/{session_id}/plan/cancel")
async def cancel(request: Request, session_id: str, actor: Planner, _checked: CheckedForm) -> Response:
    """Call it off."""
    reason = await text_of(request, "reason")
    problem = _reason_problem(reason)
    if problem:
        return await _plan(request, actor, session_id, cancelling=reason, cancel_problem=problem)
    await services_of(request).receptions.before.cancel(actor, session_id, reason)
    return to_plan(session_id, "cancelled")


@router.post("/sessions/{session_id}/plan/again")
async def again(request: Request, session_id: str, actor: Planner, _checked: CheckedForm) -> Response:
    """Make a draft like a session that did not take place, for the next working day that leaves time."""
    services = services_of(request)
    before = services.receptions.before
    found = await before.get(actor, session_id)
    day = vietnam().after(services.units.today(), NOTICE_DAYS + 1)
    start = found.starts_at.astimezone(VIETNAM).time()
    fresh = await before.again(actor, session_id, plan_form.moment(day, start))
    return to_plan(fresh, "again")


@router.post("/sessions/{session_id}/plan/delete")
async def delete(request: Request, session_id: str, actor: Planner, _checked: CheckedForm) -> Response:
    """Delete a draft."""
    await services_of(request).receptions.before.delete(actor, session_id)
    return RedirectResponse("/sessions/calendar", 303)


async def _typed(request: Request) -> PlanForm:
    now = services_of(request).clock.now()
    return plan_form.judged(plan_form.typed(await request.form()), vietnam(), now)


async def _asks_only(request: Request) -> bool:
    """Whether the form was sent to ask about its day and not to be saved."""
    return bool(await text_of(request, "check") or await text_of(request, "use"))


def _refused(form: PlanForm, refused: Refusal) -> PlanForm:
    """A refusal said beside its field where there is one. Raises it again where there is none."""
    if refused.code != "unit_unknown":
        raise refused
    return PlanForm(form.values, form.keep_day, {"unit": "plan.problem.unit"})


async def _form(
    request: Request, actor: Actor, form: PlanForm, plan: PlannedSession | None = None
) -> Response:
    services = services_of(request)
    choices = await unit_choices(services, actor)
    if not form.values["unit"] and choices:  # a planner for the whole hub has no unit of their own
        form = PlanForm({**form.values, "unit": choices[0][0]}, form.keep_day, form.problems)
    problems = dict(form.problems)
    if request.method == "POST" and await _asks_only(request):
        form, problems = form.on(await text_of(request, "use") or form.values["date"]), {}
    found = await hints_for(services, actor, form.day, form.values["unit"]) if form.day else None
    return page(
        request,
        "plan/details.html",
        actor,
        BAD_FORM if problems else 200,
        form=form,
        values=form.values,
        problems=problems,
        hints=found,
        units=choices,
        plan=plan,
        today=services.units.today(),
    )


async def _plan(
    request: Request,
    actor: Actor,
    session_id: str,
    *,
    done: str = "",
    postponing: dict[str, str] | None = None,
    postpone_problem: str = "",
    cancelling: str = "",
    cancel_problem: str = "",
) -> Response:
    services = services_of(request)
    found = await services.receptions.before.get(actor, session_id)
    _, invited = await services.receptions.preparing.points(actor, session_id)
    day = local_day(found.starts_at)
    items = await services.receptions.preparing.agenda(actor, session_id)
    files = await services.receptions.preparing.files(actor, session_id)
    successor = await _successor(services.receptions.before, actor, found)
    units = await services.receptions.before.units(actor, services.units.today())
    return page(
        request,
        "plan/plan.html",
        actor,
        BAD_FORM if postpone_problem or cancel_problem else 200,
        plan=found,
        may={step: may(step, found.status) for step in STEPS},
        draft=found.status is Status.DRAFT,
        again=found.status in NEVER_HELD and found.successor is None,
        coming=may("delete", found.status) or may("cancel", found.status),
        past=found.starts_at <= services.clock.now(),
        invited=len(invited),
        items=items,
        elsewhere=await services.receptions.preparing.elsewhere(actor, session_id, _case_ids(items)),
        files=files,
        missing=sum(each.received_at is None for each in files),
        units=[(unit.id, unit.name) for unit in units],
        hints=await hints_for(services, actor, day, found.hub_unit),
        successor=successor,
        done=done,
        today=services.units.today(),
        postponing=postponing or dict.fromkeys(("reason", "date", "from", "to", "keep"), ""),
        postpone_problem=postpone_problem,
        proposal=_proposal(postponing),
        cancelling=cancelling,
        cancel_problem=cancel_problem,
    )


def _case_ids(items: Sequence[PlannedItem]) -> list[str]:
    return [item.case.id for item in items if item.case is not None]


async def _successor(before: Any, actor: Actor, plan: PlannedSession) -> PlannedSession | None:
    return await before.get(actor, plan.successor) if plan.successor is not None else None


def _reason_problem(reason: str) -> str:
    size = len(" ".join(reason.split()))
    return "" if SHORTEST_REASON <= size <= REASON_LENGTH else "plan.problem.reason"


def _when(typed: dict[str, str], now: Any) -> tuple[When | None, str]:
    """The new time, None when there is none yet; or what is wrong with it."""
    if not typed["date"]:
        return None, ""
    day, start = plan_form.parse_day(typed["date"]), plan_form.parse_time(typed["from"])
    end = plan_form.parse_time(typed["to"])
    if day is None or start is None:
        return None, "plan.problem.date" if day is None else "plan.problem.from"
    if typed["to"] and (end is None or end <= start):
        return None, "plan.problem.to"
    starts_at = plan_form.moment(day, start)
    if starts_at <= now:
        return None, "plan.problem.past"
    if not vietnam().is_working(day) and typed["keep"] != "1":
        return None, "plan.problem.day_off"
    return When(starts_at, plan_form.moment(day, end) if end is not None else None), ""


def _proposal(typed: dict[str, str] | None) -> date | None:
    """The working day to propose instead of the one that was typed."""
    day = plan_form.parse_day(typed["date"]) if typed else None
    if day is None or vietnam().is_working(day):
        return None
    return vietnam().next_working(day)
