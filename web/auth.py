"""Who is asking: the account that signed in, or the enrolled room. Routes depend on the functions here.

A browser may hold both cookies (a demonstration on one computer does), so pages ask for the one they mean:
`account` for people's pages, `room` for the room page, `actor` where either will do.
"""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection
from starlette.responses import Response

from hub.people.actor import Actor
from hub.people.service import SignedIn
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
    services = services_of(connection)
    lasts = timedelta(hours=settings_of(connection).cookie_hours)
    text = connection.cookies.get(ACCOUNT_COOKIE)
    cookie = read_account(services.keys, text, services.clock.now(), lasts)
    if cookie is None:
        return None
    return await services.people.actor_of(cookie.account, cookie.epoch)


async def room(connection: HTTPConnection) -> Actor | None:
    """The enrolled room, or None."""
    text = connection.cookies.get(DEVICE_COOKIE)
    return await services_of(connection).points.actor_for_device(text) if text else None


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
    services, hours = services_of(connection), settings_of(connection).cookie_hours
    cookie = AccountCookie(who.account, who.epoch, services.clock.now())
    text = write_account(services.keys, cookie)
    set_cookie(connection, response, ACCOUNT_COOKIE, text, timedelta(hours=hours))


def sign_out(response: Response) -> None:
    """Take the account's cookie away; an enrolled room stays enrolled."""
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
