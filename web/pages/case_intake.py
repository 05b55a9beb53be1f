"""Taking a case in: one page at the counter, and what came of it."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.cases.eligibility import all_checks, verified
from hub.cases.errors import Refusal
from hub.cases.intake import Intakes, Source
from hub.cases.rules import CaseField, CaseKind
from hub.people.actor import Actor
from hub.reception.info import SessionInfo
from web.auth import SomeAccount
from web.csrf import CheckedForm
from web.errors import status_of
from web.pages import intake_form
from web.pages.case_papers import coder_of, has_handout, keep_handout
from web.pages.case_words import locale_words
from web.pages.intake_form import IntakeForm
from web.pages.planner import unit_choices
from web.pages.render import page
from web.pages.uploads import uploads
from web.services import Services, services_of

router: Final = APIRouter()

BAD_FORM: Final = 422
FILE_FIELDS: Final = (("petition", "petition"), ("proof", "proof"), ("mandate", "mandate"))
"""Fields of files, and what their files are to the case."""
MOST_SESSIONS: Final = 20
Short = Annotated[str, Query(max_length=40)]


async def receiver(actor: SomeAccount) -> Actor:
    """Chair, clerk or reception; for everybody else there is no such page."""
    if not actor.is_staff:
        raise Refusal("case_unknown")
    return actor


Receiver = Annotated[Actor, Depends(receiver)]


@router.get("/cases/new")
async def new(request: Request, actor: Receiver, source: Short = "", session: Short = "") -> Response:
    """An empty form."""
    today = services_of(request).units.today()
    form = intake_form.empty(source or ("session" if session else ""), session, actor.unit or "", today)
    return await _form(request, actor, form)


@router.post("/cases/new")
async def take(request: Request, actor: Receiver, _checked: CheckedForm) -> Response:
    """Take the case in, or show the form again with what is wrong."""
    services = services_of(request)
    form = intake_form.typed(await request.form())
    if form.problems:
        return await _form(request, actor, form)
    try:
        files = [each for name, kind in FILE_FIELDS for each in await uploads(request, name, kind)]
        await _session_known(services, actor, form)
        intake = intake_form.made(form, tuple(files))
        taken = await intakes(services).take(actor, intake, lookup=coder_of(request))
        if taken.receipt is not None:
            keep_handout(request, actor, taken.receipt)
    except Refusal as refusal:
        if status_of(refusal.code) in (403, 503):
            raise
        return await _form(request, actor, intake_form.refused(form, refusal), refusal)
    return RedirectResponse(f"/cases/{taken.case_id}/taken", 303)


@router.get("/cases/{case_id}/taken")
async def taken(request: Request, case_id: str, actor: Receiver) -> Response:
    """What came of it: the number, what comes next, the receipt to print."""
    services = services_of(request)
    found = await services.cases.get_for(actor, case_id)
    papers = await services.papers.of_case(actor, case_id)
    documents = await services.documents.of_case(actor, case_id)
    receipt = next((paper for paper in papers if paper.kind == "receipt"), None)
    return page(
        request,
        "intake/taken.html",
        actor,
        case=found,
        receipt=receipt,
        coded=has_handout(request, actor, receipt),
        documents=documents,
        **locale_words(request),
    )


def intakes(services: Services) -> Intakes:
    """What takes cases in."""
    return Intakes(services.db, services.cases, services.documents, services.papers, services.clock)


async def _session_known(services: Services, actor: Actor, form: IntakeForm) -> None:
    """A session is named only by who may see it. Raises Refusal("intake_session")."""
    if form.values["source"] != Source.SESSION:
        return
    if form.values["session"] not in [each.id for each in await _sessions(services, actor)]:
        raise Refusal("intake_session")


async def _sessions(services: Services, actor: Actor) -> list[SessionInfo]:
    found = await services.receptions.list_for(actor)
    return sorted(found, key=lambda each: each.starts_at, reverse=True)[:MOST_SESSIONS]


async def _form(request: Request, actor: Actor, form: IntakeForm, refusal: Refusal | None = None) -> Response:
    services = services_of(request)
    return page(
        request,
        "intake/form.html",
        actor,
        BAD_FORM if form.problems or refusal else 200,
        values=form.values,
        problems=form.problems,
        refusal=refusal,
        rows=list(intake_form.ROWS),
        kinds=[each.value for each in CaseKind],
        fields=[each.value for each in CaseField],
        sources=[each.value for each in Source],
        checks=all_checks(),
        verified=verified(),
        units=await unit_choices(services, actor),
        sessions=await _sessions(services, actor),
        today=services.units.today(),
        fresh=request.method == "GET",
        **locale_words(request),
    )
