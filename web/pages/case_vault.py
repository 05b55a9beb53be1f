"""The vault of one case: who asked to look and why, who agreed, and what is behind the door while it is open.

Whatever is opened comes as the answer to a form: it has no address of its own and stays in no history.
"""

from pathlib import PurePath
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.cases.errors import Refusal
from hub.people.actor import Actor
from web.auth import SomeAccount
from web.csrf import CheckedForm
from web.errors import status_of
from web.pages.render import page
from web.services import services_of

router: Final = APIRouter()

Text = Annotated[str, Form(max_length=4000)]
Word = Annotated[str, Form(max_length=20)]
DONE: Final = frozenset({"asked", "approved", "refused", "ended", "lifted", "sent"})
SHOWN_AGAIN: Final = frozenset(
    {
        "data_bad",
        "identity_in_text",
        "vault_asked",
        "vault_closed",
        "vault_decided",
        "vault_empty",
        "second_person",
        "still_denunciation",
        "box_full",
        "box_unknown",
    }
)
"""Refusals told on the page of the vault; others have a page of their own."""


@router.get("/cases/{case_id}/vault")
async def vault(
    request: Request, case_id: str, actor: SomeAccount, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """What there is to know without opening it."""
    return await _vault(request, actor, case_id, done=done)


@router.post("/cases/{case_id}/vault/ask")
async def ask(
    request: Request,
    case_id: str,
    actor: SomeAccount,
    _checked: CheckedForm,
    reason: Text = "",
    purpose: Word = "look",
) -> Response:
    """Ask for leave to look, or to lift the protection."""
    try:
        await services_of(request).vault.ask(actor, case_id, reason, purpose)
    except Refusal as refusal:
        return await _again(request, actor, case_id, refusal, reason=reason)
    return _back(case_id, "asked")


@router.post("/cases/{case_id}/vault/grants/{grant_id}")
async def decide(
    request: Request, case_id: str, grant_id: str, actor: SomeAccount, _checked: CheckedForm, answer: Word
) -> Response:
    """Say yes or no, or take leave back."""
    door = services_of(request).vault
    try:
        if answer == "end":
            await door.end(actor, case_id, grant_id)
            return _back(case_id, "ended")
        if answer not in ("yes", "no"):
            raise Refusal("data_bad", field="answer")
        await door.decide(actor, case_id, grant_id, approve=answer == "yes")
    except Refusal as refusal:
        return await _again(request, actor, case_id, refusal)
    return _back(case_id, "approved" if answer == "yes" else "refused")


@router.post("/cases/{case_id}/vault/open")
async def opened(request: Request, case_id: str, actor: SomeAccount, _checked: CheckedForm) -> Response:
    """Who denounces, the originals and the letters. The look is recorded."""
    services = services_of(request)
    try:
        found = await services.vault.open(actor, case_id)
        letters = await services.vault.letters(actor, case_id)
    except Refusal as refusal:
        return await _again(request, actor, case_id, refusal)
    case = await services.cases.get_for(actor, case_id)
    return page(request, "case_vault_open.html", actor, case=case, opened=found, letters=letters)


@router.post("/cases/{case_id}/vault/files/{file_id}")
async def file(
    request: Request, case_id: str, file_id: str, actor: SomeAccount, _checked: CheckedForm
) -> Response:
    """An original, under a name that says nothing: it will lie in a folder of downloads."""
    try:
        original = await services_of(request).vault.open_file(actor, case_id, file_id)
    except Refusal as refusal:
        return await _again(request, actor, case_id, refusal)
    ending = PurePath(original.name).suffix.lower()
    name = f"{file_id[-6:]}{ending if ending[1:].isalnum() and ending.isascii() and len(ending) < 6 else ''}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(original.content, media_type="application/octet-stream", headers=headers)


@router.post("/cases/{case_id}/vault/box")
async def box(request: Request, case_id: str, actor: SomeAccount, _checked: CheckedForm) -> Response:
    """A code for the letter box, shown on this answer and never again."""
    services = services_of(request)
    try:
        code = await services.vault.make_box(actor, case_id)
    except Refusal as refusal:
        return await _again(request, actor, case_id, refusal)
    case = await services.cases.get_for(actor, case_id)
    return page(request, "case_vault_code.html", actor, case=case, code=code)


@router.post("/cases/{case_id}/vault/letter")
async def letter(
    request: Request, case_id: str, actor: SomeAccount, _checked: CheckedForm, text: Text = ""
) -> Response:
    """A letter to whoever denounced."""
    try:
        await services_of(request).vault.write(actor, case_id, text)
    except Refusal as refusal:
        return await _again(request, actor, case_id, refusal, letter=text)
    return _back(case_id, "sent")


async def _again(
    request: Request, actor: Actor, case_id: str, refusal: Refusal, *, reason: str = "", letter: str = ""
) -> Response:
    if refusal.code not in SHOWN_AGAIN:
        raise refusal
    return await _vault(request, actor, case_id, refused=refusal, reason=reason, letter=letter)


async def _vault(
    request: Request,
    actor: Actor,
    case_id: str,
    *,
    done: str = "",
    refused: Refusal | None = None,
    reason: str = "",
    letter: str = "",
) -> Response:
    services = services_of(request)
    info = await services.vault.of_case(actor, case_id)
    if info is None:
        raise Refusal("case_unknown")
    case = await services.cases.get_for(actor, case_id)
    return page(
        request,
        "case_vault.html",
        actor,
        200 if refused is None else status_of(refused.code),
        case=case,
        vault=info,
        done=done if done in DONE else "",
        refused=refused,
        reason=reason,
        letter=letter,
    )


def _back(case_id: str, done: str) -> RedirectResponse:
    return RedirectResponse(f"/cases/{case_id}/vault?done={done}", 303)
