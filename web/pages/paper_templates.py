"""The Word templates of the reader's unit: what holds, earlier versions, a trial run, a new version."""

from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Query
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.cases.documents import clean_name
from hub.cases.errors import Refusal
from hub.cases.office_file import WORD
from hub.cases.papers.fields import FIELDS, LISTS
from hub.cases.papers.fill import MOST_BYTES
from hub.cases.papers.kinds import PaperKind
from hub.cases.sniff import PDF
from hub.people.actor import Actor
from web.auth import SomeAccount
from web.csrf import CheckedForm
from web.pages.case_words import locale_words
from web.pages.planner import text_of
from web.pages.render import page
from web.pages.uploads import read
from web.services import services_of

router: Final = APIRouter()

BAD_FORM: Final = 422
BUILT_IN: Final = "builtin"


@router.get("/papers/templates")
async def templates(
    request: Request, actor: SomeAccount, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Every paper's templates."""
    return await _page(request, actor, done=done)


@router.post("/papers/templates/{kind}")
async def put(request: Request, kind: PaperKind, actor: SomeAccount, _checked: CheckedForm) -> Response:
    """Try a file, or make it the unit's template; or let an earlier version hold again."""
    shelf = services_of(request).papers.templates
    again = await text_of(request, "again")
    try:
        if again:
            await shelf.put_back(actor, kind, None if again == BUILT_IN else again)
            return RedirectResponse(f"/papers/templates?done={kind.value}", 303)
        file = (await request.form()).get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise Refusal("file_empty")
        content = await read(file, MOST_BYTES)
        if await text_of(request, "try"):
            tried = await shelf.try_out(actor, content)
            return _inline(await services_of(request).documents.typeset(tried), f"{kind.value}.pdf")
        await shelf.put(actor, kind, clean_name(file.filename), content)
    except Refusal as refusal:
        if refusal.code in ("not_allowed", "template_unknown"):
            raise
        return await _page(request, actor, refused=kind, refusal=refusal)
    return RedirectResponse(f"/papers/templates?done={kind.value}", 303)


@router.get("/papers/templates/{kind}/{version}.docx")
async def download(request: Request, kind: PaperKind, version: str, actor: SomeAccount) -> Response:
    """One version as a Word file, to be edited."""
    shelf = services_of(request).papers.templates
    content = await shelf.read(actor, kind, None if version == BUILT_IN else version)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(kind.value)}.docx"}
    return Response(content, media_type=WORD, headers=headers)


def _inline(content: bytes, name: str) -> Response:
    return Response(content, media_type=PDF, headers={"Content-Disposition": f"inline; filename={name}"})


async def _page(
    request: Request,
    actor: Actor,
    *,
    done: str = "",
    refused: PaperKind | None = None,
    refusal: Refusal | None = None,
) -> Response:
    return page(
        request,
        "papers/templates.html",
        actor,
        BAD_FORM if refusal else 200,
        shelves=await services_of(request).papers.templates.shelves(actor),
        done=done if done in tuple(PaperKind) else "",
        refused=refused,
        refusal=refusal,
        fields=FIELDS,
        lists=LISTS,
        built_in=BUILT_IN,
        **locale_words(request),
    )
