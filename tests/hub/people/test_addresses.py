"""Addresses for reminders: what is one, and that the trail says they changed and not what they are."""

import pytest

from hub.people.addresses import read_address
from hub.people.audit import entries_of
from hub.people.errors import AccountRefused
from hub.people.passwords import Passwords
from hub.people.service import People, desks
from tests.kit.factories import House


@pytest.mark.parametrize(
    ("text", "address"), [("", None), ("  ", None), (" an.le+1@xa-a.example ", "an.le+1@xa-a.example")]
)
def test_read(text: str, address: str | None) -> None:
    assert read_address(text) == address


@pytest.mark.parametrize(
    "text", ["@", "a@b", "a@b.c", "a b@c.vn", "a@b.vn,c@d.vn", "<a@b.vn>", "a@b.vn\nX: y"]
)
def test_none(text: str) -> None:
    with pytest.raises(AccountRefused, match="email_bad"):
        read_address(text)


async def test_kept_and_taken_away(house: House) -> None:
    people = People(house.db, house.clock, house.ids, Passwords(memory_kib=64, rounds=1))
    account = await people.create("an", "An", "mật khẩu dài", [])
    assert await people.address(account, "an@xa.example", by=house.clerk) == "an@xa.example"
    assert await people.address(account, "an@xa.example", by=house.clerk) == "an@xa.example"
    async with house.db.read() as session:
        assert [email for _, email in await desks(session)] == ["an@xa.example"]
    assert await people.address(account, "", by=house.clerk) is None
    async with house.db.read() as session:
        trail = await entries_of(session, f"account:{account}")
    told = [entry for entry in trail if entry.act == "account.addressed"]
    assert sorted(entry.data["given"] for entry in told) == [False, True]
    assert "an@xa" not in str([entry.data for entry in trail])
    with pytest.raises(AccountRefused, match="account_unknown"):
        await people.address("x", "an@xa.example", by=house.clerk)
    with pytest.raises(AccountRefused, match="unit_unknown"):
        await people.address_unit("x", "an@xa.example", by=house.clerk)
