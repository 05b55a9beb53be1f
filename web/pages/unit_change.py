"""For administrators: lists of units and of who carries on whom, and the move of what is open."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Query
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.cases.errors import Refusal
from hub.people.actor import Actor
from hub.people.roles import Role
from hub.units.importer import ImportReport
from hub.units.succession_list import SuccessionPlan
from web.auth import SomeAccount
from web.csrf import CheckedForm
from web.pages.render import page
from web.services import services_of

router: Final = APIRouter()

Text = Annotated[str, Form(max_length=200)]
SHOWN_PROBLEMS: Final = 50
LISTS: Final = ("units", "successions")
AGAIN: Final = frozenset({"transition_changed", "transition_stuck"})
"""What is told beside the preview as it is now."""
NUMBERS: Final = re.compile(r"\d{1,9}-\d{1,9}-\d{1,9}", re.ASCII)


async def administrator(actor: SomeAccount) -> Actor:
    """For everybody else there is no such page."""
    if Role.ADMINISTRATOR not in actor.roles:
        raise Refusal("unit_unknown")
    return actor


Administrator = Annotated[Actor, Depends(administrator)]


@router.get("/units/change")
async def change(
    request: Request, actor: Administrator, done: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """What would move where, today, and what has to be decided first. Numbers only."""
    numbers = [int(each) for each in done.split("-")] if NUMBERS.fullmatch(done) else None
    return await _change(request, actor, done=numbers)


@router.post("/units/change/choose")
async def choose(
    request: Request, actor: Administrator, _checked: CheckedForm, unit: Text, successor: Text
) -> Response:
    """Of several successors, this one takes over what is open."""
    await services_of(request).transitions.choose(actor, unit, successor)
    return RedirectResponse("/units/change", 303)


@router.post("/units/change")
async def carry_out(
    request: Request, actor: Administrator, _checked: CheckedForm, seal: Text, accounts: Text = ""
) -> Response:
    """Do what the preview said, and only if it still says so."""
    try:
        did = await services_of(request).transitions.carry_out(actor, seal, accounts=accounts == "yes")
    except Refusal as refusal:
        if refusal.code not in AGAIN:
            raise
        return await _change(request, actor, refusal=refusal)
    return RedirectResponse(f"/units/change?done={did.cases}-{did.parts}-{did.accounts}", 303)


@router.get("/units/lists")
async def lists(request: Request, actor: Administrator) -> Response:
    """Where lists are handed in."""
    return page(request, "units/lists.html", actor, kind="", report=None, content="", complete=False)


@router.post("/units/lists")
async def hand_in(
    request: Request,
    actor: Administrator,
    _checked: CheckedForm,
    kind: Text,
    act: Text,
    complete: Text = "",
) -> Response:
    """Check a list, or write one that was checked. Nothing of a list with a bad row is written."""
    if kind not in LISTS or act not in ("check", "write"):
        raise Refusal("data_bad", field="kind")
    await services_of(request).transitions.check(actor)
    content = await _content(request)
    whole = complete == "yes"
    units = services_of(request).units
    report: ImportReport | SuccessionPlan
    if kind == "units":
        report = await units.import_list(content, write=act == "write", complete=whole)
    else:
        report = await units.import_successions(content, write=act == "write")
    return page(
        request,
        "units/lists.html",
        actor,
        kind=kind,
        report=_told(report),
        content=content.decode("utf-8", "replace"),
        complete=whole,
    )


async def _change(
    request: Request, actor: Actor, *, done: list[int] | None = None, refusal: Refusal | None = None
) -> Response:
    preview = await services_of(request).transitions.preview(actor)
    status = 409 if refusal is not None else 200
    return page(request, "units/change.html", actor, status, preview=preview, done=done, refusal=refusal)


def _told(report: ImportReport | SuccessionPlan) -> dict[str, object]:
    """The two kinds of report as the page shows them."""
    sizes = (report.new, report.changed)
    new, changed = (each if isinstance(each, int) else len(each) for each in sizes)
    return {
        "rows": report.rows,
        "new": new,
        "changed": changed,
        "unchanged": report.unchanged,
        "ended": report.ended if isinstance(report, ImportReport) else 0,
        "problems": report.problems[:SHOWN_PROBLEMS],
        "more": max(0, len(report.problems) - SHOWN_PROBLEMS),
        "written": report.written,
    }


async def _content(request: Request) -> bytes:
    """The file, or the text of one that was checked before."""
    form = await request.form()
    file, text = form.get("file"), form.get("content")
    if isinstance(file, UploadFile) and file.filename:
        return await file.read()
    return text.encode() if isinstance(text, str) else b""
