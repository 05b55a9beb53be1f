"""Rounds over a whole hub: said once, mailed once, in office hours; and by hand at a terminal."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from deploy import reminders as module
from deploy.errors import CommandError
from deploy.people import add_account, set_address, set_office_address
from deploy.reminders import go_round, keep_reminding, run_notices
from deploy.settings import Settings, read_settings
from deploy.wiring import build_services, office
from hub.cases.models import Case
from hub.cases.notices.office import Office
from hub.cases.notices.reminding import Reminders
from hub.people.errors import AccountRefused
from hub.people.roles import Role
from hub.store.database import Busy, Database
from hub.units.local_day import local_day
from tests.kit.clock import HandClock
from tests.kit.factories import House
from tests.kit.smtp import mail_server
from web.mail import Mailer
from web.mail_server import Server
from web.postman import Postman
from web.services import Services

SENDER = "tiepdan@hub.example"


@pytest.fixture
async def services(house: House, tmp_path: Path) -> Services:
    built = build_services(read_settings(data_dir=tmp_path), house.db)
    return replace(built, clock=house.clock, ids=house.ids, cases=house.cases, units=house.units)


async def one_due(house: House, services: Services) -> None:
    """A case of C11 that ends today, a reader with an address, an office with a mailbox."""
    unit = house.unit["C11"].id
    account = await services.people.create("an", "An", "mật khẩu dài", [(Role.RECEPTION, unit)])
    await services.people.address(account, "an@xa.example", by=house.clerk)
    await services.people.address_unit(unit, "vanphong@xa.example", by=house.clerk)
    case = await house.case("C11")
    async with house.db.begin() as work:
        row = await work.session.get_one(Case, case.id)
        row.due_on, row.due_rule = local_day(house.clock.now()), "complaint_first"


async def test_a_round_says_once_and_mails_once(house: House, services: Services) -> None:
    await one_due(house, services)
    reminders = Reminders(house.db, house.clock, house.ids)
    async with mail_server() as server:
        postman = Postman(Mailer(Server("smtp", "127.0.0.1", server.port), timeout=2.0), SENDER, "https://h")
        first = await go_round(services, reminders, postman)
        again = await go_round(services, reminders, postman)
    assert (first.said.codes, first.mails) == ({"term_due": 1}, {"sent": 2})
    assert (again.said.total, again.mails) == (0, {})
    assert sorted(str(mail["To"]) for mail in server.mails) == ["an@xa.example", "vanphong@xa.example"]
    texts = [mail.get_content() for mail in server.mails]
    assert sum("Kính gửi Hòa An," in text for text in texts) == 1
    assert all("2026/0001, Hòa An" in text for text in texts)
    assert not any("Đền bù" in text or "Lê Thị Mơ" in text for text in texts)


async def test_two_hubs_at_once_mail_once(house: House, services: Services) -> None:
    await one_due(house, services)
    async with mail_server() as server:
        postman = Postman(Mailer(Server("smtp", "127.0.0.1", server.port), timeout=2.0), SENDER, "https://h")
        hubs = [Reminders(house.db, house.clock, house.ids) for _ in range(2)]
        await asyncio.gather(*(go_round(services, each, postman) for each in hubs))
        await go_round(services, hubs[0], postman)
    assert len(server.mails) == 2


async def test_a_server_that_is_gone_loses_nothing(house: House, services: Services) -> None:
    await one_due(house, services)
    reminders = Reminders(house.db, house.clock, house.ids)
    async with mail_server() as server:
        port = server.port
    gone = Postman(Mailer(Server("smtp", "127.0.0.1", port), timeout=2.0), SENDER, "https://h")
    assert (await go_round(services, reminders, gone)).mails == {"connect": 2}
    assert (await go_round(services, reminders, gone)).mails == {}  # not before its time
    house.clock.advance(minutes=2)
    async with mail_server(refuse={"an@": "550 unknown"}) as server:
        back = Postman(Mailer(Server("smtp", "127.0.0.1", server.port), timeout=2.0), SENDER, "https://h")
        assert (await go_round(services, reminders, back)).mails == {"sent": 1, "smtp_550": 1}
    assert [(each.to, each.error) for each in await services.post.dead()] == [("an", "smtp_550")]


async def test_the_task_survives_a_bad_round_and_keeps_office_hours(
    sqlite_db: Database, clock: HandClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Virtual time: a wait moves the hub's clock and nothing else."""
    settings = read_settings(data_dir=tmp_path)
    services = replace(build_services(settings, sqlite_db), clock=clock)
    rounds: list[str] = []

    async def go(*_: object) -> None:
        rounds.append(f"{clock.now() + timedelta(hours=7):%d %H:%M}")
        if len(rounds) == 1:
            raise Busy("locked")
        if len(rounds) == 2:
            raise RuntimeError("a bug")
        raise asyncio.CancelledError

    async def sleep(seconds: float) -> None:
        assert 0 < seconds <= 300
        clock.advance(seconds)

    clock.advance(hours=8, minutes=57)  # Wednesday 16:57
    monkeypatch.setattr(module, "go_round", go)
    monkeypatch.setattr(module.asyncio, "sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        await keep_reminding(services, settings)
    assert rounds == ["15 16:57", "16 07:30", "16 07:35"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings(data_dir=tmp_path)


async def test_by_hand(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = await run_notices(settings, dry=True, on=date(2026, 11, 23))
    assert list(lines) == ["On 23/11/2026 would be said:", "  nothing new"]
    with pytest.raises(CommandError, match="--dry-run"):
        await run_notices(settings, dry=False, on=date(2020, 1, 2))
    monkeypatch.setattr(Office, "next_moment", lambda _, now: now)
    assert list(await run_notices(settings, dry=False, on=None)) == ["Said:", "  nothing new"]
    monkeypatch.setattr(Office, "next_moment", lambda _, now: now + timedelta(hours=2))
    with pytest.raises(CommandError, match="office hours"):
        await run_notices(settings, dry=False, on=None)


async def test_addresses_by_hand(settings: Settings) -> None:
    await add_account(settings, "an", "An", "mật khẩu dài", roles=["clerk"], unit=None)
    assert await set_address(settings, "an", "an@xa.example") == "an: an@xa.example"
    assert await set_address(settings, "an", "") == "an gets no mail."
    with pytest.raises(AccountRefused, match="email_bad"):
        await set_address(settings, "an", "x")
    with pytest.raises(CommandError, match="no account"):
        await set_address(settings, "binh", "b@xa.example")
    with pytest.raises(CommandError, match="no unit"):
        await set_office_address(settings, "90", "b@xa.example")
    async with office(settings) as services:
        account = await services.people.by_login("an")
    assert account is not None
    assert account.email is None
