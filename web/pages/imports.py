"""Bringing a register in from a spreadsheet: choose the file, say what its columns are, look, write, undo."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, File, Form, UploadFile
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.cases.errors import Refusal
from hub.cases.importing.rows import FIELDS, NEEDED
from hub.cases.importing.sheet import MOST_BYTES, MOST_ROWS
from hub.cases.importing.sorting import letter
from web.auth import SomeAccount
from web.csrf import CheckedForm
from web.errors import status_of
from web.pages.case_list import units_below
from web.pages.render import page
from web.services import services_of

router: Final = APIRouter()

LOOK_AGAIN_SECONDS: Final = 2


@router.get("/cases/import")
async def imports(request: Request, actor: SomeAccount) -> Response:
    """The form for a file, and the reader's own imports. Raises Refusal("not_allowed")."""
    return await _start_page(request, actor)


@router.post("/cases/import")
async def upload(
    request: Request,
    actor: SomeAccount,
    _: CheckedForm,
    unit: Annotated[str, Form(max_length=26)],
    file: Annotated[UploadFile, File()],
) -> Response:
    """Read a file; what is wrong with it as a whole is said beside the form."""
    try:
        content = await file.read(MOST_BYTES + 1)
        batch = await services_of(request).cases.imports().start(actor, unit, content)
    except Refusal as refusal:
        return await _start_page(request, actor, refusal)
    return RedirectResponse(f"/cases/import/{batch}", 303)


@router.get("/cases/import/{batch_id}")
async def one(request: Request, batch_id: str, actor: SomeAccount) -> Response:
    """One import: its columns and what would come of it, how far it is, or what came of it."""
    service = services_of(request).cases.imports()
    batch = await service.get(actor, batch_id)
    trial = await service.try_out(actor, batch_id) if batch.state == "read" else None
    answer = page(
        request,
        "import.html",
        actor,
        batch=batch,
        trial=trial,
        missing=[field for field in NEEDED if field not in batch.columns],
        letters=[letter(at) for at in range(len(batch.header))],
        chosen={at: field for field, at in batch.columns.items()},
        fields=FIELDS,
        needed=NEEDED,
    )
    if batch.state == "running" and not batch.stalled:
        answer.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return answer


@router.post("/cases/import/{batch_id}/columns")
async def remap(request: Request, batch_id: str, actor: SomeAccount, _: CheckedForm) -> Response:
    """Say what stands in which column."""
    form = await request.form()
    chosen: dict[str, int] = {}
    for name, field in form.multi_items():
        at = name.removeprefix("column.")
        if name.startswith("column.") and at.isascii() and at.isdigit() and field:
            if str(field) in chosen:
                raise Refusal("column_twice")
            chosen[str(field)] = int(at[:4])
    await services_of(request).cases.imports().remap(actor, batch_id, chosen)
    return RedirectResponse(f"/cases/import/{batch_id}", 303)


@router.post("/cases/import/{batch_id}/run")
async def run(request: Request, batch_id: str, actor: SomeAccount, _: CheckedForm) -> Response:
    """Begin to write, or go on; the page that follows shows how far it is."""
    service = services_of(request).cases.imports()
    await service.check(actor, batch_id)
    going_on = BackgroundTask(service.run, actor, batch_id)
    return RedirectResponse(f"/cases/import/{batch_id}", 303, background=going_on)


@router.post("/cases/import/{batch_id}/undo")
async def undo(request: Request, batch_id: str, actor: SomeAccount, _: CheckedForm) -> Response:
    """Strike the whole import out."""
    await services_of(request).cases.imports().undo(actor, batch_id)
    return RedirectResponse(f"/cases/import/{batch_id}", 303)


@router.post("/cases/import/{batch_id}/drop")
async def drop(request: Request, batch_id: str, actor: SomeAccount, _: CheckedForm) -> Response:
    """Forget a file that was only read."""
    await services_of(request).cases.imports().drop(actor, batch_id)
    return RedirectResponse("/cases/import", 303)


async def _start_page(request: Request, actor: Any, refused: Refusal | None = None) -> Response:
    if not actor.is_staff:
        raise Refusal("not_allowed")
    return page(
        request,
        "imports.html",
        actor,
        status_of(refused.code) if refused else 200,
        refused=refused,
        batches=await services_of(request).cases.imports().latest(actor),
        units=await units_below(request, actor),
        limit=MOST_ROWS,
        megabytes=MOST_BYTES // 1024 // 1024,
    )
