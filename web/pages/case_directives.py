"""Acting on the directives of a case: each act of their table as a form, the notice of what was concluded,
letters that arrived.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.cases.directives.service import NOTICE_FIELDS
from hub.cases.directives.states import ACTS
from hub.cases.documents import Upload
from hub.cases.errors import Refusal
from web.auth import SomeAccount
from web.csrf import CheckedForm
from web.errors import status_of
from web.pages.case_form import day_of
from web.pages.case_life import typed_in
from web.pages.case_page import case_page
from web.pages.directive_words import DirectiveTyped
from web.pages.uploads import uploads
from web.services import services_of

router: Final = APIRouter()

SEE_OTHER: Final = 303
Act = Annotated[str, Path(max_length=40)]


@router.post("/cases/{case_id}/directives/{directive_id}/{act}")
async def perform(
    request: Request, case_id: str, directive_id: str, act: Act, actor: SomeAccount, _: CheckedForm
) -> Response:
    """Do an act, or show the page again with why not and everything that was typed."""
    directives = services_of(request).directives
    typed = await typed_in(request)
    try:
        files = await _files(request, act, masked=typed.get("masked") == "1")
        day = day_of(typed.get("on", ""))
        data = _data(act, typed)
        of = typed.get("of") or None
        await directives.act(actor, case_id, directive_id, act, data, of=of, on=day, uploads=files)
    except Refusal as refused:
        _pass_on(refused)
        again = DirectiveTyped(directive_id, act, typed, refused)
        return await case_page(request, actor, case_id, directed=again, status=status_of(refused.code))
    return RedirectResponse(f"/cases/{case_id}?done=directive_{act}#directive-{directive_id}", SEE_OTHER)


@router.post("/cases/{case_id}/conclusion-notices")
async def notice(request: Request, case_id: str, actor: SomeAccount, _: CheckedForm) -> Response:
    """Give notice of what was concluded to the units that are directed in the case."""
    typed = await typed_in(request)
    fields = {name: typed.get(name, "") for name in NOTICE_FIELDS}
    try:
        await services_of(request).directives.notice(actor, case_id, fields)
    except Refusal as refused:
        _pass_on(refused)
        again = DirectiveTyped("", "notice", typed, refused)
        return await case_page(request, actor, case_id, directed=again, status=status_of(refused.code))
    return RedirectResponse(f"/cases/{case_id}?done=conclusion_notice#directives", SEE_OTHER)


@router.post("/cases/{case_id}/letters/{letter_id}")
async def letter(
    request: Request, case_id: str, letter_id: str, actor: SomeAccount, _: CheckedForm
) -> Response:
    """A unit has a letter and says so; or the office writes down that it has."""
    typed = await typed_in(request)
    said = typed.get("said", "1") == "1"
    services = services_of(request)
    try:
        await services.directives.take_letter(actor, case_id, letter_id, typed.get("of") or None, said=said)
    except Refusal as refused:
        _pass_on(refused)
        again = DirectiveTyped("", "letter", typed, refused)
        return await case_page(request, actor, case_id, directed=again, status=status_of(refused.code))
    done = "letter_acknowledged" if said else "letter_delivered"
    return RedirectResponse(f"/cases/{case_id}?done={done}#directives", SEE_OTHER)


async def _files(request: Request, act: str, *, masked: bool) -> list[Upload]:
    rule = ACTS.get(act)
    return await uploads(request, "file", "report", masked=masked) if rule is not None and rule.files else []


def _data(act: str, typed: dict[str, str]) -> dict[str, str]:
    """The fields of the act; a quarter stands in the place of a day."""
    rule = ACTS.get(act)
    if rule is None:
        return {}
    names = {*rule.needs, *rule.takes} | ({"how"} if rule.by_proxy else set())
    data = {name: typed[name].strip() for name in names if typed.get(name, "").strip()}
    if "due" in names and typed.get("quarter"):
        data["due"] = typed["quarter"]
    return data


def _pass_on(refused: Refusal) -> None:
    """Who may not see it, or has no part in it, gets no page of it."""
    if refused.code in ("case_unknown", "directive_unknown", "letter_unknown", "not_allowed"):
        raise refused
