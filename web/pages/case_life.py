"""Acting on a case: each act of the table as a form, tries without saving, corrections, edits, joins."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Path
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.cases.editing import TEXTS, Facts, FileChanged
from hub.cases.errors import Refusal
from hub.cases.life import ACTS
from hub.cases.lives import CaseStale, Lives
from hub.cases.rules import CaseField, CaseKind
from hub.units.local_day import local_day
from web.auth import SomeAccount
from web.csrf import CheckedForm
from web.errors import status_of
from web.pages import case_form
from web.pages.case_page import Typed, case_page
from web.pages.case_words import locale_words
from web.pages.render import page
from web.services import services_of

router: Final = APIRouter()

Act = Annotated[str, Path(max_length=40)]
Number = Annotated[int, Path(ge=1, le=1_000_000)]
SEE_OTHER: Final = 303
CONFLICT: Final = 409


@router.post("/cases/{case_id}/acts/{act}")
async def perform(
    request: Request, case_id: str, act: Act, actor: SomeAccount, _checked: CheckedForm
) -> Response:
    """Record an act, or show the page again with why not and everything that was typed."""
    typed = await typed_in(request)
    lives = lives_of(request)
    try:
        data, on = await _read(request, actor, case_id, act, typed)
        version = int(typed["version"]) if typed.get("version", "").isdigit() else None
        await lives.perform(actor, case_id, act, on=on, data=data, version=version)
    except CaseStale as stale:
        again = Typed(act, typed, None, stale.since)
        return await case_page(request, actor, case_id, typed=again, status=CONFLICT)
    except Refusal as refused:
        _pass_on(refused)
        again = Typed(act, typed, refused)
        return await case_page(request, actor, case_id, typed=again, status=status_of(refused.code))
    return to_case(case_id, act)


@router.post("/cases/{case_id}/what-if/{act}")
async def what_if(
    request: Request, case_id: str, act: Act, actor: SomeAccount, _checked: CheckedForm
) -> Response:
    """What the act would change. Nothing is saved."""
    typed = await typed_in(request)
    found = await services_of(request).cases.get_for(actor, case_id)
    refused: Refusal | None = None
    tried = None
    try:
        data, on = await _read(request, actor, case_id, act, typed)
        tried = await lives_of(request).what_if(actor, case_id, act, on=on, data=data)
    except Refusal as refusal:
        _pass_on(refusal)
        refused, on = refusal, None
    day = on or local_day(services_of(request).clock.now())
    return page(
        request,
        "case/what_if.html",
        actor,
        case=found,
        act=act,
        typed=typed,
        on=day,
        today=day,
        tried=tried,
        refused=refused or (tried.refused if tried is not None else None),
        **locale_words(request),
    )


@router.get("/cases/{case_id}/history")
async def history(request: Request, case_id: str, actor: SomeAccount) -> Response:
    """Every act and every version, with what was corrected."""
    return await _history(request, actor, case_id)


@router.post("/cases/{case_id}/history/{n}/annul")
async def annul(
    request: Request, case_id: str, n: Number, actor: SomeAccount, _checked: CheckedForm
) -> Response:
    """Take an act back."""
    typed = await typed_in(request)
    try:
        await lives_of(request).annul(actor, case_id, n, typed.get("why", ""))
    except Refusal as refused:
        _pass_on(refused)
        return await _history(request, actor, case_id, refused, status_of(refused.code))
    return to_case(case_id, "annulled")


@router.post("/cases/{case_id}/history/{n}/correct")
async def correct(
    request: Request, case_id: str, n: Number, actor: SomeAccount, _checked: CheckedForm
) -> Response:
    """Put the same act with another day or number in its place."""
    typed = await typed_in(request)
    lives = lives_of(request)
    try:
        life = await lives.life(actor, case_id)
        old = next((each for each in life.acts if each.n == n and each.act in ACTS), None)
        if old is None:
            raise Refusal("act_unknown", act=str(n))
        rule = ACTS[old.act]
        stays = {*rule.needs, *rule.takes} - case_form.LOOSE  # a tick that is off is not sent
        kept = {name: each for name, each in old.data.items() if name in stays}
        new, on = await _read(request, actor, case_id, old.act, typed)
        await lives.correct(
            actor, case_id, n, on=on or old.on, data={**kept, **new}, reason=typed.get("why", "")
        )
    except Refusal as refused:
        _pass_on(refused)
        return await _history(request, actor, case_id, refused, status_of(refused.code))
    return to_case(case_id, "corrected")


@router.get("/cases/{case_id}/edit")
async def edit(request: Request, case_id: str, actor: SomeAccount) -> Response:
    """The file's texts, to be changed."""
    found = await services_of(request).cases.get_for(actor, case_id)
    if not (await lives_of(request).life(actor, case_id)).offers:  # they see it, and work on it no more
        raise Refusal("not_allowed")
    values = {name: getattr(found, name) for name in TEXTS}
    return _edit(request, actor, found, values, found.version)


@router.post("/cases/{case_id}/edit")
async def amend(request: Request, case_id: str, actor: SomeAccount, _checked: CheckedForm) -> Response:
    """Save them; where somebody else saved the same field, show both."""
    typed = await typed_in(request)
    mine = {name: typed.get(name, "") for name in TEXTS}
    base = int(typed["version"]) if typed.get("version", "").isdigit() else 0
    found = await services_of(request).cases.get_for(actor, case_id)
    try:
        merged = await lives_of(request).amend(actor, case_id, base, mine)
    except FileChanged as changed:
        found = await services_of(request).cases.get_for(actor, case_id)
        both = {name: (changed.merged.values[name], mine[name]) for name in changed.merged.conflicts}
        shown = {**changed.merged.values, **{name: mine[name] for name in both}}
        return _edit(request, actor, found, shown, changed.version, both=both, status=CONFLICT)
    except Refusal as refused:
        _pass_on(refused)
        return _edit(request, actor, found, mine, base, refused=refused, status=status_of(refused.code))
    if merged.theirs:
        return to_case(case_id, "merged", fields=",".join(merged.theirs))
    return to_case(case_id, "amended")


@router.post("/cases/{case_id}/facts")
async def facts(request: Request, case_id: str, actor: SomeAccount, _checked: CheckedForm) -> Response:
    """Set what is known of the petition."""
    typed = await typed_in(request)
    units = services_of(request).units
    codes = [code.strip() for code in typed.get("against", "").split(",") if code.strip()][:50]
    version = int(typed["version"]) if typed.get("version", "").isdigit() else None
    try:
        against = [await units.by_code(code) for code in codes]
        known = frozenset(unit.id for unit in against if unit is not None)
        if None in against:
            raise Refusal("unit_unknown")
        new = Facts("remote" in typed, "anonymous" in typed, "evidence" in typed, known)
        await lives_of(request).note_facts(actor, case_id, new, version)
    except CaseStale as stale:
        again = Typed("note_facts", typed, None, stale.since)
        return await case_page(request, actor, case_id, typed=again, status=CONFLICT)
    except Refusal as refused:
        _pass_on(refused)
        again = Typed("note_facts", typed, refused)
        return await case_page(request, actor, case_id, typed=again, status=CONFLICT)
    return to_case(case_id, "facts")


@router.post("/cases/{case_id}/joins/{other_id}")
async def join(
    request: Request, case_id: str, other_id: str, actor: SomeAccount, _checked: CheckedForm
) -> Response:
    """Join two files."""
    try:
        await lives_of(request).join(actor, case_id, other_id)
    except Refusal as refused:
        _pass_on(refused)
        return await case_page(request, actor, case_id, typed=Typed("join", {}, refused), status=CONFLICT)
    return to_case(case_id, "joined")


@router.post("/cases/{case_id}/joins/{other_id}/part")
async def part(
    request: Request, case_id: str, other_id: str, actor: SomeAccount, _checked: CheckedForm
) -> Response:
    """Part them again."""
    await lives_of(request).join(actor, case_id, other_id, joined=False)
    return to_case(case_id, "parted")


def lives_of(request: Request) -> Lives:
    """The lives of the hub's cases."""
    return Lives(services_of(request).cases)


def to_case(case_id: str, done: str, **more: str) -> Response:
    """Back to the case, which says what was done."""
    return RedirectResponse(f"/cases/{case_id}?" + urlencode({"done": done, **more}), SEE_OTHER)


async def typed_in(request: Request) -> dict[str, str]:
    """The text fields of the form, as they came."""
    form = await request.form()
    return {name: value for name, value in form.items() if not isinstance(value, UploadFile)}


async def _read(
    request: Request, actor: Any, case_id: str, act: str, typed: Mapping[str, str]
) -> tuple[dict[str, Any], Any]:
    found = await services_of(request).cases.get_for(actor, case_id)
    life = await lives_of(request).life(actor, case_id) if act == "extend" else None
    second = life is not None and any(each.act == "receive_second" and each.holds for each in life.acts)
    data = case_form.read(act, typed, CaseKind(found.kind), second=second)
    return data, case_form.day_of(typed.get("on", ""))


def _pass_on(refused: Refusal) -> None:
    """Who may not see the case, or not act at all, gets no page of it."""
    if refused.code in ("case_unknown", "not_allowed"):
        raise refused


async def _history(
    request: Request, actor: Any, case_id: str, refused: Refusal | None = None, status: int = 200
) -> Response:
    found = await services_of(request).cases.get_for(actor, case_id)
    lives = lives_of(request)
    life = await lives.life(actor, case_id)
    versions = await lives.versions(actor, case_id)
    return page(
        request,
        "case/history_page.html",
        actor,
        status,
        case=found,
        life=life,
        acts=ACTS,
        ticks=case_form.LOOSE,
        versions=versions,
        refused=refused,
        **locale_words(request),
    )


def _edit(
    request: Request,
    actor: Any,
    found: Any,
    values: Mapping[str, str],
    version: int,
    *,
    both: Mapping[str, tuple[str, str]] | None = None,
    refused: Refusal | None = None,
    status: int = 200,
) -> Response:
    return page(
        request,
        "case/edit.html",
        actor,
        status,
        case=found,
        values=values,
        version=version,
        both=both or {},
        refused=refused,
        fields=[each.value for each in CaseField],
        **locale_words(request),
    )
