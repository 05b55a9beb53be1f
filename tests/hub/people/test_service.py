"""Accounts and signing in, on both databases."""

import asyncio

import pytest

from hub.people.actor import HUB, Actor
from hub.people.audit import entries_of
from hub.people.errors import AccountRefused, SignInRefused
from hub.people.models import Account
from hub.people.passwords import Passwords
from hub.people.roles import Role
from hub.people.service import People
from hub.people.tries import FREE_TRIES
from hub.store.database import Database
from hub.units.service import Units
from tests.kit.clock import HandClock

PASSWORD = "an example of one"
LIST = "code,name,level,parent_code,valid_from\n90,Tỉnh Mẫu,province,,\n901,Huyện Đông,district,90,\n"


@pytest.fixture
def people(db: Database, clock: HandClock) -> People:
    return People(db, clock, passwords=Passwords(memory_kib=64, rounds=1))


@pytest.fixture
async def codes(db: Database, clock: HandClock) -> dict[str, str]:
    units = Units(db, clock)
    await units.import_list(LIST.encode(), write=True)
    return {unit.code: unit.id for unit in await units.valid_on()}


async def refusal(people: People, login: str, password: str) -> tuple[str, int]:
    with pytest.raises(SignInRefused) as caught:
        await people.sign_in(login, password)
    return caught.value.code, caught.value.wait_seconds


async def acts_on(db: Database, account: str) -> list[str]:
    async with db.read() as session:
        return [entry.act for entry in await entries_of(session, f"account:{account}")][::-1]


async def test_sign_in(people: People, codes: dict[str, str], db: Database) -> None:
    made = await people.create("Thuky", " Nguyễn  Văn Mẫu ", PASSWORD, [(Role.CLERK, codes["90"])])
    found = await people.sign_in("  THUKY ", PASSWORD)
    assert (found.account, found.epoch) == (made, 1)
    assert found.actor == Actor(f"account:{made}", "Nguyễn Văn Mẫu", frozenset({Role.CLERK}), codes["90"])
    assert await people.actor_of(made, 1) == found.actor
    assert await acts_on(db, made) == ["account.created", "account.signed_in"]


async def test_the_password_is_stored_nowhere(people: People, db: Database) -> None:
    await people.create("thuky", "A", PASSWORD)
    await people.sign_in("thuky", PASSWORD)
    account = await people.by_login("thuky")
    assert account is not None
    assert PASSWORD not in account.password_hash


async def test_unknown_and_known_logins_are_refused_alike(people: People, clock: HandClock) -> None:
    await people.create("known", "A", PASSWORD)
    answers = {
        login: [await refusal(people, login, "wrong") for _ in range(FREE_TRIES + 2)]
        for login in ("known", "unknown")
    }
    assert answers["known"] == answers["unknown"]
    assert answers["known"][0] == ("sign_in_wrong", 0)
    assert answers["known"][-1] == ("sign_in_wait", 3)


class Slow(Passwords):
    """Counts what is looked at, and takes its time."""

    looked = 0

    async def matches(self, stored: str | None, password: str) -> bool:
        self.looked += 1
        await asyncio.sleep(0.01)
        return await super().matches(stored, password)


@pytest.mark.parametrize("login", ["known", "unknown"])
async def test_tries_at_once_do_not_pass_the_wait(db: Database, clock: HandClock, login: str) -> None:
    slow = Slow(memory_kib=64, rounds=1)
    people = People(db, clock, passwords=slow)
    await people.create("known", "A", PASSWORD)
    refused = await asyncio.gather(*(refusal(people, login, "wrong") for _ in range(50)))
    assert slow.looked == FREE_TRIES
    assert sum(code == "sign_in_wrong" for code, _ in refused) == FREE_TRIES
    assert {code for code, _ in refused} == {"sign_in_wrong", "sign_in_wait"}
    assert all(seconds > 0 for code, seconds in refused if code == "sign_in_wait")
    assert len(people._turns) == 0


async def test_waiting_lets_the_right_password_in_and_forgets(people: People, clock: HandClock) -> None:
    await people.create("thuky", "A", PASSWORD)
    for _ in range(FREE_TRIES):
        await refusal(people, "thuky", "wrong")
    assert (await refusal(people, "thuky", PASSWORD))[0] == "sign_in_wait"
    clock.advance(3)
    await people.sign_in("thuky", PASSWORD)
    assert await refusal(people, "thuky", "wrong") == ("sign_in_wrong", 0)


async def test_tries_survive_a_restart(people: People, db: Database, clock: HandClock) -> None:
    await people.create("thuky", "A", PASSWORD)
    for _ in range(FREE_TRIES):
        await refusal(people, "thuky", "wrong")
    restarted = People(db, clock, passwords=Passwords(memory_kib=64, rounds=1))
    assert (await refusal(restarted, "thuky", PASSWORD))[0] == "sign_in_wait"


async def test_a_new_password_voids_old_cookies(people: People) -> None:
    made = await people.create("thuky", "A", PASSWORD)
    await people.change_password(made, "another example", by=HUB)
    assert await people.actor_of(made, 1) is None
    assert await people.actor_of(made, 2) is not None
    assert await refusal(people, "thuky", PASSWORD) == ("sign_in_wrong", 0)
    assert (await people.sign_in("thuky", "another example")).epoch == 2


async def test_a_shut_account_is_as_if_unknown(people: People, db: Database) -> None:
    made = await people.create("thuky", "A", PASSWORD)
    await people.shut(made, by=HUB)
    assert await people.actor_of(made, 2) is None
    assert await refusal(people, "thuky", PASSWORD) == ("sign_in_wrong", 0)
    assert await acts_on(db, made) == ["account.created", "account.shut"]


async def test_a_role_below_does_not_grow_to_the_unit_above(people: People, codes: dict[str, str]) -> None:
    grants = [(Role.POINT_LEADER, codes["901"]), (Role.SUPERVISOR, codes["90"]), (Role.ADVISER, codes["90"])]
    made = await people.create("hai-vai", "A", PASSWORD, grants)
    actor = await people.actor_of(made, 1)
    assert actor is not None
    assert (actor.unit, actor.roles) == (codes["90"], frozenset({Role.SUPERVISOR, Role.ADVISER}))


async def test_a_grant_without_unit_is_for_the_whole_hub(people: People, codes: dict[str, str]) -> None:
    grants = [(Role.CLERK, codes["90"]), (Role.ADMINISTRATOR, None)]
    made = await people.create("quantri", "A", PASSWORD, grants)
    actor = await people.actor_of(made, 1)
    assert actor is not None
    assert (actor.unit, actor.roles) == (None, frozenset({Role.ADMINISTRATOR}))


async def test_granting(people: People, codes: dict[str, str], db: Database) -> None:
    made = await people.create("thuky", "A", PASSWORD)
    for _ in range(2):
        await people.grant(made, Role.CHAIR, codes["90"], by=HUB)
    actor = await people.actor_of(made, 1)
    assert actor is not None
    assert actor.is_staff
    assert await acts_on(db, made) == ["account.created", "account.granted"]


async def test_a_role_taken_away_is_gone_and_so_are_the_cookies(
    people: People, codes: dict[str, str], db: Database
) -> None:
    made = await people.create("thuky", "A", PASSWORD, [(Role.CHAIR, codes["90"]), (Role.ADVISER, None)])
    await people.revoke(made, Role.ADVISER, None, by=HUB)
    assert await people.actor_of(made, 1) is None
    actor = await people.actor_of(made, 2)
    assert actor is not None
    assert (actor.unit, actor.roles) == (codes["90"], frozenset({Role.CHAIR}))
    with pytest.raises(AccountRefused, match="role_not_held"):
        await people.revoke(made, Role.CHAIR, codes["901"], by=HUB)
    assert await acts_on(db, made) == ["account.created", "account.revoked"]


@pytest.mark.parametrize(
    ("login", "name", "password", "code"),
    [
        ("x", "A", PASSWORD, "login_bad"),
        ("có dấu", "A", PASSWORD, "login_bad"),
        ("a" * 65, "A", PASSWORD, "login_bad"),
        ("thuky", " ", PASSWORD, "name_bad"),
        ("thuky", "A\x00B", PASSWORD, "name_bad"),
        ("thuky", "A" * 121, PASSWORD, "name_bad"),
        ("thuky", "A", "short", "password_short"),
        ("thuky", "A", "x" * 201, "password_long"),
    ],
)
async def test_bad_accounts(people: People, login: str, name: str, password: str, code: str) -> None:
    with pytest.raises(AccountRefused, match=code):
        await people.create(login, name, password)


async def test_a_login_is_taken_once(people: People) -> None:
    await people.create("thuky", "A", PASSWORD)
    with pytest.raises(AccountRefused, match="login_taken"):
        await people.create("THUKY", "B", PASSWORD)


async def test_racing_for_a_login_leaves_one(people: People) -> None:
    made = await asyncio.gather(
        *(people.create("thuky", "A", PASSWORD) for _ in range(6)), return_exceptions=True
    )
    assert sum(isinstance(one, str) for one in made) == 1
    assert {one.code for one in made if isinstance(one, AccountRefused)} == {"login_taken"}


async def test_strangers_are_refused(people: People) -> None:
    with pytest.raises(AccountRefused, match="account_unknown"):
        await people.shut("0" * 26, by=HUB)
    assert await people.actor_of("0" * 26, 1) is None
    assert await people.by_login("nobody") is None


@pytest.mark.parametrize("login", ["", "'; DROP TABLE accounts; --", "x" * 100_000, "\x00", "đ"])
async def test_odd_logins_are_just_wrong(people: People, login: str) -> None:
    assert await refusal(people, login, "x") == ("sign_in_wrong", 0)


async def test_outdated_hashes_are_renewed(people: People, db: Database, clock: HandClock) -> None:
    await people.create("thuky", "A", PASSWORD)
    stronger = People(db, clock, passwords=Passwords(memory_kib=128, rounds=1))
    await stronger.sign_in("thuky", PASSWORD)
    account = await stronger.by_login("thuky")
    assert isinstance(account, Account)
    assert "m=128" in account.password_hash
