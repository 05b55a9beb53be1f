"""The inbox, its badge, and what could not be sent by mail."""

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from hub.cases.notices.inbox import MOST_ROWS, PAGE, SHOW, Entry
from hub.people.actor import Actor
from hub.people.roles import Role
from hub.units.local_day import local_day
from web import i18n
from web.auth import MaybeAccount, SomeAccount
from web.csrf import CheckedForm
from web.digest import headline
from web.pages.render import page
from web.pages.today import link_of
from web.services import services_of

router: Final = APIRouter()

Show = Annotated[str, Query(max_length=20)]
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
LATEST: Final = 10**16
"""Microseconds since 1970, in the year 2286."""
ERRORS: Final = frozenset(
    {"connect", "timeout", "disconnected", "tls", "tls_missing", "auth", "mail_bad", "broken_off"}
)


@router.get("/inbox")
async def inbox(
    request: Request,
    actor: SomeAccount,
    *,
    show: Show = "new",
    start: Annotated[int, Query(ge=0, le=MOST_ROWS)] = 0,
    marked: Annotated[int, Query(ge=0, le=MOST_ROWS)] = 0,
    at: Annotated[int, Query(ge=0, le=LATEST)] = 0,
) -> Response:
    """A page of notices by day, the unread first. `marked` and `at` say what was just marked, to be taken
    back.
    """
    services = services_of(request)
    show = show if show in SHOW else "new"
    found = await services.inbox.entries(actor, show, offset=start)
    return page(
        request,
        "inbox.html",
        actor,
        groups=_by_day(found.entries),
        total=found.total,
        fresh=found.fresh,
        show=show,
        shows=SHOW,
        start=start,
        size=PAGE,
        marked=marked,
        marked_at=at,
        reads=actor.reads_cases,
        says=lambda entry: headline(entry, i18n.locale_of(request)),
        link=link_of,
        today=local_day(services.clock.now()),
        keeps_post=_keeps_post(actor),
        mailing=services.mailing,
    )


@router.get("/inbox/count")
async def count(request: Request, actor: MaybeAccount) -> Response:
    """How many are unread, for the badge; at most 100, which means more than 99."""
    fresh = await services_of(request).inbox.fresh(actor) if actor is not None else 0
    return JSONResponse({"fresh": fresh}, headers={"Cache-Control": "no-store"})


@router.post("/inbox/mark")
async def mark(
    request: Request,
    actor: SomeAccount,
    _: CheckedForm,
    *,
    notice: Annotated[str, Form(max_length=26)],
    read: Annotated[bool, Form()] = True,
    show: Show = "new",
    start: Annotated[int, Query(ge=0, le=MOST_ROWS)] = 0,
) -> Response:
    """Mark one read, or unread again. What is not theirs is nothing to mark."""
    await services_of(request).inbox.mark(actor, [notice], read=read)
    back = show if show in SHOW else "new"
    return RedirectResponse(f"/inbox?show={back}&start={start}", 303)


@router.post("/inbox/mark-all")
async def mark_all(request: Request, actor: SomeAccount, _: CheckedForm) -> Response:
    """Mark all unread ones read."""
    n, at = await services_of(request).inbox.mark_all(actor)
    return RedirectResponse(f"/inbox?marked={n}&at={(at - EPOCH) // MICROSECOND}" if n else "/inbox", 303)


@router.post("/inbox/unmark")
async def unmark(
    request: Request, actor: SomeAccount, _: CheckedForm, at: Annotated[int, Form(ge=0, le=LATEST)]
) -> Response:
    """Take back what was marked at that moment."""
    await services_of(request).inbox.unmark(actor, EPOCH + at * MICROSECOND)
    return RedirectResponse("/inbox", 303)


@router.get("/inbox/mail")
async def mail(
    request: Request, actor: SomeAccount, retried: Annotated[int, Query(ge=0, le=10**6)] = 0
) -> Response:
    """Mail that failed, for administrators. It names no case."""
    _must_keep_post(actor)
    services = services_of(request)
    return page(
        request,
        "mail.html",
        actor,
        mails=await services.post.dead(),
        counts=await services.post.counts(),
        mailing=services.mailing,
        retried=retried,
        why=_why,
    )


@router.post("/inbox/mail/retry")
async def retry(
    request: Request, actor: SomeAccount, _: CheckedForm, mail: Annotated[str, Form(max_length=26)] = ""
) -> Response:
    """Let one that failed, or all of them, be tried anew."""
    _must_keep_post(actor)
    n = await services_of(request).post.retry(mail or None)
    return RedirectResponse(f"/inbox/mail?retried={n}", 303)


def _by_day(entries: tuple[Entry, ...]) -> list[tuple[bool, list[tuple[object, list[Entry]]]]]:
    """Unread ones and the others, each by day of Vietnam."""
    return [
        (fresh, [(day, list(of_day)) for day, of_day in groupby(some, key=lambda each: local_day(each.at))])
        for fresh, some in groupby(entries, key=lambda each: each.fresh)
    ]


def _keeps_post(actor: Actor) -> bool:
    return Role.ADMINISTRATOR in actor.roles or Role.TECHNICIAN in actor.roles


def _must_keep_post(actor: Actor) -> None:
    if not _keeps_post(actor):
        raise HTTPException(404)


def _why(code: str) -> str:
    """The end of the key under `post.error.`."""
    if code.startswith("smtp_"):
        return "smtp"
    return code if code in ERRORS else "other"
