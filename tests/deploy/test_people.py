"""Accounts at a terminal: who is shut out, and that the sessions of before end with it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from deploy import people as module
from deploy.errors import CommandError
from deploy.people import add_account
from deploy.settings import Settings, read_settings
from deploy.wiring import open_services, upgrade
from hub.people.passwords import Passwords
from hub.people.service import People
from web.app import create_app
from web.cookies import ACCOUNT_COOKIE, AccountCookie, write_account
from web.services import Services

PASSWORD = "mật khẩu dài"
LIST = "code,name,level,parent_code,valid_from\n90,Tỉnh Mẫu,province,,\n"


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    made = read_settings(data_dir=tmp_path)
    await upgrade(made.database)
    return made


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    async with open_services(settings) as opened:
        await opened.units.import_list(LIST.encode(), write=True)
        quick = Passwords(memory_kib=64, rounds=1)
        yield replace(opened, people=People(opened.db, opened.clock, opened.ids, quick))


@pytest.fixture
async def clerk(settings: Settings, services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of a signed-in clerk of the province."""
    account = await add_account(settings, "thuky", "Người Thử", PASSWORD, roles=["clerk"], unit="90")
    cookie = write_account(services.keys, AccountCookie(account, 1, services.clock.now()))
    transport = httpx.ASGITransport(create_app(services))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://hub", cookies={ACCOUNT_COOKIE: cookie}
    ) as http:
        assert (await http.get("/cases")).status_code == 200
        yield http


async def is_out(clerk: httpx.AsyncClient) -> bool:
    answer = await clerk.get("/cases")
    return answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")


async def test_who_is_shut_is_out(settings: Settings, clerk: httpx.AsyncClient) -> None:
    assert await module.shut_account(settings, "Thuky") == "thuky is shut and signed out everywhere."
    assert await is_out(clerk)
    assert await module.list_accounts(settings) == ["thuky  Người Thử  shut  clerk 90"]


async def test_who_knew_the_old_password_is_out(
    settings: Settings, clerk: httpx.AsyncClient, services: Services
) -> None:
    await module.set_password(settings, "thuky", "một mật khẩu khác")
    assert await is_out(clerk)
    assert (await services.people.sign_in("thuky", "một mật khẩu khác")).epoch == 2


async def test_a_role_is_given_and_taken_away(settings: Settings, clerk: httpx.AsyncClient) -> None:
    await module.grant_role(settings, "thuky", "administrator", None)
    listed = "thuky  Người Thử  administrator the whole hub, clerk 90"
    assert await module.list_accounts(settings) == [listed]
    assert not await is_out(clerk)
    await module.revoke_role(settings, "thuky", "clerk", "90")
    assert await is_out(clerk)
    assert await module.list_accounts(settings) == ["thuky  Người Thử  administrator the whole hub"]


async def test_what_cannot_be_is_said(settings: Settings, clerk: httpx.AsyncClient) -> None:
    with pytest.raises(CommandError, match="thuky is not chair for 90"):
        await module.revoke_role(settings, "thuky", "chair", "90")
    with pytest.raises(CommandError, match="there is no account ai"):
        await module.shut_account(settings, "ai")
    with pytest.raises(CommandError, match="there is no unit 91 today"):
        await module.grant_role(settings, "thuky", "chair", "91")
    with pytest.raises(CommandError, match="there is no role king; roles are chair"):
        await module.grant_role(settings, "thuky", "king", None)
    assert not await is_out(clerk)
