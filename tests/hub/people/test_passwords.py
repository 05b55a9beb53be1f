"""Passwords are hashed, never kept."""

import pytest

from hub.people.passwords import LONGEST, Passwords


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(memory_kib=64, rounds=1)


async def test_matches_only_itself(passwords: Passwords) -> None:
    stored = await passwords.hash("mật khẩu của tôi")
    assert stored.startswith("$argon2id$")
    assert "mật" not in stored
    assert await passwords.matches(stored, "mật khẩu của tôi")
    assert not await passwords.matches(stored, "mat khau cua toi")


@pytest.mark.parametrize("password", ["", "nobody's", "x" * LONGEST * 1000])
async def test_nobody_matches_nothing(passwords: Passwords, password: str) -> None:
    assert not await passwords.matches(None, password)


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$v=19$m=64"])
async def test_a_damaged_hash_matches_nothing(passwords: Passwords, stored: str) -> None:
    assert not await passwords.matches(stored, "plain")


async def test_older_settings_are_noticed(passwords: Passwords) -> None:
    stored = await passwords.hash("password")
    assert not passwords.outdated(stored)
    assert Passwords(memory_kib=128, rounds=1).outdated(stored)
