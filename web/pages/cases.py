"""The list of cases, one case as one story, and the card that console and room show of it."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from hub.cases.info import CaseFilters, DirectiveInfo
from hub.cases.rules import CaseField, CaseKind
from hub.reception.info import Moment
from web import i18n
from web.auth import SomeAccount, SomeActor
from web.pages.render import page
from web.pages.story import Names, area_of, tell
from web.services import services_of

router: Final = APIRouter()

MOST_CASES: Final = 200
NO_NAMES: Final = Names({}, {}, {})


@router.get("/cases")
async def cases(
    request: Request,
    actor: SomeAccount,
    q: Annotated[str, Query(max_length=100)] = "",
    kind: Annotated[str, Query(max_length=20)] = "",
    field: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The cases within the reader's sight, narrowed by words, kind and field."""
    filters = CaseFilters(kind=kind or None, field=field or None, text=q, limit=MOST_CASES)
    found = await services_of(request).cases.list_for(actor, filters)
    return page(
        request,
        "cases.html",
        actor,
        cases=found.cases,
        total=found.total,
        chosen={"q": q, "kind": kind, "field": field},
        kinds=[each.value for each in CaseKind],
        fields=[each.value for each in CaseField],
    )


@router.get("/cases/{case_id}")
async def case(request: Request, case_id: str, actor: SomeAccount) -> Response:
    """One case: what is asked, what comes next, what was directed, what happened when."""
    services = services_of(request)
    found = await services.cases.get_for(actor, case_id)
    directives = await services.cases.directives_of(actor, case_id)
    moments = await services.receptions.moments(actor, case_id)
    t = partial(i18n.translate, i18n.locale_of(request))
    return page(
        request,
        "case.html",
        actor,
        case=found,
        directives=directives,
        next_steps=_next_steps(directives),
        moments=_told(t, moments),
        take_ups=[moment for moment in moments if moment.kind == "case.taken_up"],
    )


@router.get("/cases/{case_id}/card")
async def card(request: Request, case_id: str, actor: SomeActor) -> Response:
    """The file in short: a fragment for console and room."""
    services = services_of(request)
    found = await services.cases.get_for(actor, case_id)
    directives = await services.cases.directives_of(actor, case_id)
    return page(request, "case_card.html", actor, case=found, directives=directives)


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something a unit still owes, by when and why then."""

    what: str
    unit: str
    due: date
    days: int
    issued: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """A moment of the case in words; `starts_session` on the first of each session."""

    moment: Moment
    text: str
    area: str
    starts_session: bool


def _next_steps(directives: list[DirectiveInfo]) -> list[NextStep]:
    steps = []
    for directive in directives:
        what = "acknowledge" if directive.lead.acknowledged_at is None else "report"
        step = NextStep(what, directive.lead.name, directive.due, directive.days_left, directive.issued_at)
        steps.append(step)
    return sorted(steps, key=lambda step: step.due)


def _told(t: Any, moments: list[Moment]) -> list[Told]:
    told: list[Told] = []
    previous = ""
    for moment in moments:
        text = t("event.item.added.short") if moment.kind == "item.added" else _short(t, moment)
        told.append(Told(moment, text, area_of(moment.kind), moment.session_id != previous))
        previous = moment.session_id
    return told


def _short(t: Any, moment: Moment) -> str:
    """On the case's own page its name and place on the agenda would be noise."""
    short = f"event.{moment.kind}.short"
    if i18n.has(i18n.DEFAULT, short):
        reason = moment.data.get("reason", "")
        reason = t("reason.next_called") if reason == "next_called" else reason
        to = t(f"audience.{moment.data['audience']}") if moment.kind == "audience.set" else ""
        return str(t(short, **{**moment.data, "reason": reason, "to": to}))
    return tell(t, moment.kind, moment.data, NO_NAMES)
