"""Who is asking: the account that signed in, or the enrolled room. Routes depend on the functions here.

A browser may hold both cookies (a demonstration on one computer does), so pages ask for the one they mean:
`account` for people's pages, `room` for the room page, `actor` where either will do.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection
from starlette.responses import Response

from hub.people.actor import Actor
from hub.people.service import SignedIn
from hub.store.database import Busy
from web.agents import agent_words
from web.cookies import (
    ACCOUNT_COOKIE,
    DEVICE_COOKIE,
    DEVICE_DAYS,
    AccountCookie,
    read_account,
    set_cookie,
    write_account,
)
from web.services import services_of, settings_of


class SignInNeeded(Exception):
    """Nobody is signed in. A page goes to `/sign-in`, the API answers 401."""


async def account(connection: HTTPConnection) -> Actor | None:
    """The signed-in account as it is now (roles changed since count), or None."""
    cookie = _cookie(connection)
    if cookie is None:
        return None
    people = services_of(connection).people
    return await people.actor_of(cookie.account, cookie.epoch, cookie.signed_in_at)


def _cookie(connection: HTTPConnection) -> AccountCookie | None:
    services, text = services_of(connection), connection.cookies.get(ACCOUNT_COOKIE)
    return read_account(services.keys, text, services.clock.now(), _lasts(connection))


def _lasts(connection: HTTPConnection) -> timedelta:
    return timedelta(hours=settings_of(connection).cookie_hours)


async def room(connection: HTTPConnection) -> Actor | None:
    """The enrolled room, or None."""
    text = connection.cookies.get(DEVICE_COOKIE)
    return await services_of(connection).points.actor_for_device(text) if text else None


async def here(connection: HTTPConnection) -> None:
    """Note that an enrolled room is here. A database that is busy is no reason to keep it waiting."""
    agent = agent_words(connection.headers.get("user-agent", ""))
    with suppress(Busy):
        await services_of(connection).devices.seen(connection.cookies.get(DEVICE_COOKIE), agent)


async def actor(connection: HTTPConnection) -> Actor | None:
    """The account when one is signed in, else the room, else None."""
    return await account(connection) or await room(connection)


async def require_account(connection: HTTPConnection) -> Actor:
    """The signed-in account. Raises SignInNeeded."""
    return _present(await account(connection))


async def require_room(connection: HTTPConnection) -> Actor:
    """The enrolled room. Raises SignInNeeded."""
    return _present(await room(connection))


async def require_actor(connection: HTTPConnection) -> Actor:
    """The account or the room. Raises SignInNeeded."""
    return _present(await actor(connection))


def sign_in(connection: HTTPConnection, response: Response, who: SignedIn) -> None:
    """Give the response the cookie of an account that has just proved itself."""
    _give(connection, response, AccountCookie(who.account, who.epoch, services_of(connection).clock.now()))


def renew(connection: HTTPConnection, response: Response) -> None:
    """Give an account's cookie anew with a page, once a twelfth of its life is over: whoever prepares a
    session in the evening is not put out in the middle of it."""
    cookie, now, lasts = _cookie(connection), services_of(connection).clock.now(), _lasts(connection)
    if cookie is not None and now - cookie.counts_from >= lasts / 12:
        _give(connection, response, replace(cookie, renewed_at=now))


def _give(connection: HTTPConnection, response: Response, cookie: AccountCookie) -> None:
    text = write_account(services_of(connection).keys, cookie)
    set_cookie(connection, response, ACCOUNT_COOKIE, text, _lasts(connection))


async def sign_out(connection: HTTPConnection, response: Response) -> None:
    """End this sign-in here and wherever its cookie went, open pages included; an enrolled room stays
    enrolled."""
    cookie, who = _cookie(connection), await account(connection)
    if cookie is not None and who is not None:
        await services_of(connection).people.sign_out(who, cookie.account, cookie.signed_in_at)
    response.delete_cookie(ACCOUNT_COOKIE, httponly=True, samesite="lax")


def keep_device(connection: HTTPConnection, response: Response, value: str) -> None:
    """Give the response the cookie of an enrolled room."""
    set_cookie(connection, response, DEVICE_COOKIE, value, timedelta(days=DEVICE_DAYS))


def _present(found: Actor | None) -> Actor:
    if found is None:
        raise SignInNeeded
    return found


MaybeActor = Annotated[Actor | None, Depends(actor)]
MaybeAccount = Annotated[Actor | None, Depends(account)]
MaybeRoom = Annotated[Actor | None, Depends(room)]
SomeActor = Annotated[Actor, Depends(require_actor)]
SomeAccount = Annotated[Actor, Depends(require_account)]
SomeRoom = Annotated[Actor, Depends(require_room)]
