"""Documents and papers of a case: the section of its page, uploads, downloads, and the form of each paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.cases.documents import KINDS, DocumentInfo
from hub.cases.errors import Refusal
from hub.cases.papers.kinds import COMMON, RULES, PaperKind
from hub.cases.papers.service import Choice, Coder, PaperInfo
from hub.cases.sniff import PDF
from hub.people.actor import Actor
from web.auth import SomeAccount
from web.csrf import CheckedForm
from web.errors import status_of
from web.handouts import Handouts
from web.pages.case_words import locale_words
from web.pages.lookup_address import lookup_address
from web.pages.planner import text_of
from web.pages.render import page
from web.pages.uploads import uploads
from web.services import services_of

router: Final = APIRouter()

BAD_FORM: Final = 422
LONG: Final = ("text", "reason")
SANDBOX: Final = "sandbox; default-src 'none'"
"""What a citizen handed in runs nothing and loads nothing, should a browser show it as a page."""
Short = Annotated[str, Query(max_length=40)]


@dataclass(frozen=True, slots=True)
class Paperwork:
    """What the section of a case's page shows. `choices` is empty for who may not work on the case."""

    documents: tuple[DocumentInfo, ...]
    papers: tuple[PaperInfo, ...]
    choices: tuple[Choice, ...]
    kinds: tuple[str, ...] = KINDS

    @property
    def issued(self) -> dict[str, PaperInfo]:
        """The papers by the id of their document."""
        return {paper.document_id: paper for paper in self.papers}


async def paperwork_of(request: Request, actor: Actor, case_id: str) -> Paperwork:
    """The section's content. Raises Refusal("case_unknown")."""
    services = services_of(request)
    documents = await services.documents.of_case(actor, case_id)
    papers = await services.papers.of_case(actor, case_id)
    choices = await services.papers.choices(actor, case_id)
    return Paperwork(tuple(documents), tuple(papers), tuple(choices))


@router.get("/cases/{case_id}/documents")
async def documents(request: Request, case_id: str, actor: SomeAccount, done: Short = "") -> Response:
    """Documents and papers on a page of their own."""
    return await _documents(request, actor, case_id, done=done)


@router.post("/cases/{case_id}/documents")
async def add(request: Request, case_id: str, actor: SomeAccount, _checked: CheckedForm) -> Response:
    """Add files; the first that is refused stops those after it, and says so."""
    services = services_of(request)
    kind, masked = await text_of(request, "kind"), await text_of(request, "masked") == "1"
    try:
        found = await uploads(request, "file", kind, masked=masked)
        if not found:
            raise Refusal("file_empty")
        for upload in found:
            await services.documents.add(actor, case_id, upload)
    except Refusal as refusal:
        if refusal.code in ("case_unknown", "not_allowed"):
            raise
        return await _documents(request, actor, case_id, refusal=refusal)
    return RedirectResponse(f"/cases/{case_id}/documents?done=added", 303)


@router.get("/cases/{case_id}/papers/{kind}")
async def paper(request: Request, case_id: str, kind: PaperKind, actor: SomeAccount) -> Response:
    """The form of one paper."""
    today = services_of(request).units.today()
    return await _form(request, actor, case_id, kind, {"on": today.isoformat()})


@router.post("/cases/{case_id}/papers/{kind}")
async def issue(
    request: Request, case_id: str, kind: PaperKind, actor: SomeAccount, _checked: CheckedForm
) -> Response:
    """Issue it, or show the form again with the rule that refuses it."""
    names = (*RULES[kind].needs, *RULES[kind].takes, *COMMON)
    values = {name: await text_of(request, name) for name in (*names, "on")}
    try:
        day = _day(kind, values["on"])
        fields = {name: values[name] for name in names}
        coder = coder_of(request) if kind is PaperKind.RECEIPT else None
        paper = await services_of(request).papers.issue(actor, case_id, kind, fields, day, lookup=coder)
        keep_handout(request, actor, paper)
    except Refusal as refusal:
        if refusal.code in ("case_unknown", "not_allowed"):
            raise
        return await _form(request, actor, case_id, kind, values, refusal=refusal)
    return RedirectResponse(f"/cases/{case_id}/documents?done={kind.value}", 303)


@router.get("/documents/{document_id}/handout")
async def handout(request: Request, document_id: str, actor: SomeAccount, form: Short = "pdf") -> Response:
    """A receipt with the citizen's code in it, to be printed: for who issued it, for a quarter of an hour.

    Raises Refusal document_unknown, handout_gone, paper_unprintable.
    """
    services = services_of(request)
    info, _ = await services.documents.read(actor, document_id)
    word = _handouts(request).get(document_id, actor.key, services.clock.monotonic())
    if word is None:
        raise Refusal("handout_gone")
    if form == "word":
        answer = _file(info, word, info.media_type, info.ending, inline=False)
    else:
        answer = _file(info, await services.documents.typeset(word), PDF, ".pdf", inline=True)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def coder_of(request: Request) -> Coder:
    """What gives the case of a receipt its look-up code."""
    return services_of(request).lookup.coder(lookup_address(request))


def keep_handout(request: Request, actor: Actor, paper: PaperInfo) -> None:
    """Keep a paper with its code for the printer."""
    if paper.handout:
        now = services_of(request).clock.monotonic()
        _handouts(request).put(paper.document_id, actor.key, paper.handout, now)


def has_handout(request: Request, actor: Actor, paper: PaperInfo | None) -> bool:
    """Whether it is still there."""
    now = services_of(request).clock.monotonic()
    return paper is not None and _handouts(request).get(paper.document_id, actor.key, now) is not None


def _handouts(request: Request) -> Handouts:
    found: Handouts = request.app.state.handouts
    return found


@router.get("/documents/{document_id}/file")
async def download(request: Request, document_id: str, actor: SomeAccount) -> Response:
    """The file as it is kept."""
    info, content = await services_of(request).documents.read(actor, document_id)
    return _file(info, content, info.media_type, info.ending, inline=False)


@router.get("/documents/{document_id}/pdf")
async def as_pdf(request: Request, document_id: str, actor: SomeAccount) -> Response:
    """The file as PDF, to be looked at and printed."""
    info, content = await services_of(request).documents.pdf(actor, document_id)
    return _file(info, content, PDF, ".pdf", inline=True)


def _file(info: DocumentInfo, content: bytes, media_type: str, ending: str, *, inline: bool) -> Response:
    stem = info.name.rpartition(".")[0] or info.name or f"{info.kind}-{info.n}"
    how = "inline" if inline else "attachment"
    headers = {"Content-Disposition": f"{how}; filename*=UTF-8''{quote(stem + ending)}"}
    if not inline:
        headers["Content-Security-Policy"] = SANDBOX
    return Response(content, media_type=media_type, headers=headers)


def _day(kind: PaperKind, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refusal("paper_field", paper=kind.value, field="on") from error


async def _documents(
    request: Request, actor: Actor, case_id: str, *, done: str = "", refusal: Refusal | None = None
) -> Response:
    services = services_of(request)
    paperwork = await paperwork_of(request, actor, case_id)
    receipt = next((each for each in paperwork.papers if each.kind == PaperKind.RECEIPT), None)
    return page(
        request,
        "case/documents.html",
        actor,
        BAD_FORM if refusal else 200,
        case=await services.cases.get_for(actor, case_id),
        paperwork=paperwork,
        receipt=receipt if has_handout(request, actor, receipt) else None,
        done=done if done == "added" or done in tuple(PaperKind) else "",
        refusal=refusal,
        **locale_words(request),
    )


async def _form(
    request: Request,
    actor: Actor,
    case_id: str,
    kind: PaperKind,
    values: Mapping[str, str],
    *,
    refusal: Refusal | None = None,
) -> Response:
    services = services_of(request)
    found = await services.cases.get_for(actor, case_id)
    choices = await services.papers.choices(actor, case_id)
    choice = next((each for each in choices if each.kind is kind), None)
    if choice is None:
        raise Refusal("not_allowed")
    known: dict[str, Any] = dict.fromkeys((*RULES[kind].needs, *RULES[kind].takes, *COMMON, "on"), "")
    problem = refusal or choice.refused
    return page(
        request,
        "papers/issue.html",
        actor,
        BAD_FORM if refusal and status_of(refusal.code) != 404 else 200,
        case=found,
        choice=choice,
        rule=RULES[kind],
        replaces_code=kind is PaperKind.RECEIPT and await services.lookup.has_code(actor, case_id),
        values=known | dict(values),
        problem=problem,
        common=COMMON,
        long=LONG,
        today=services.units.today(),
        **locale_words(request),
    )
