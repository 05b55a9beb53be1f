"""Keys of the vault follow one another and nothing is lost, whenever it is broken off."""

import contextlib
import os
import time
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import LargeBinary, select

from deploy.migrations.models import metadata
from hub.cases import rotation
from hub.cases.arrivals import Newcomer
from hub.cases.desk import NewCase
from hub.cases.models import SealedPetitioner
from hub.cases.rules import CaseField, CaseKind
from hub.cases.vault import Person, key_of
from hub.cases.vault_store import Original
from hub.people.keyring import KeyRing
from hub.people.secrets import Keys
from tests.kit.factories import House

PERSON = Person("Bùi Văn Lặng", "Ngõ Khuất", "0909090909")


def test_every_sealed_column_is_known_to_the_rotation() -> None:
    known = {(table.__tablename__, name) for table, names in rotation.SEALED.items() for name in names}
    found = {
        (table.name, column.name)
        for table in metadata().sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and "seal" in column.name
    }
    # The head of a session's timeline is sealed with a key of its own, and holds no person.
    assert known == {each for each in found if not each[0].startswith("reception")}


async def filled(house: House, number: int = 3) -> str:
    """A vault with something of everything; the id of a case."""
    case_id = ""
    for _ in range(number):
        new = NewCase(CaseKind.DENUNCIATION, CaseField.LAND, house.unit["C11"].id, "Đơn", "", (PERSON,))
        case_id = (await house.cases.register(new)).id
    async with house.db.begin() as work:
        await house.vault.seal_file(work.session, case_id, Original("đơn.pdf", "application/pdf", b"%PDF-1"))
        newcomer = Newcomer(PERSON, "Việc kín", house.unit["C11"].id)
        await house.cases.desk(work).arrivals.keep(house.ids.new(), newcomer)
    await house.vault.make_box(house.clerk, case_id)
    await house.vault.write(house.clerk, case_id, "Đã nhận đơn.")
    return case_id


async def people(house: House) -> list[Person]:
    async with house.db.read() as session:
        rows = list(await session.scalars(select(SealedPetitioner)))
    return [house.vault.vault.open(row.sealed) for row in rows]


async def test_rotating_loses_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    case_id = await filled(house)
    vault, ring = house.vault.vault, house.vault.ring
    before = await rotation.look_through(house.db, vault)
    assert (before.records, before.outdated, before.bad) == (8, 0, ())
    count = await rotation.rotate(house.db, ring, vault)
    assert (count.records, count.resealed, count.bad) == (8, 8, ())
    after = await rotation.look_through(house.db, vault)
    assert (after.records, after.outdated, after.bad) == (8, 0, ())
    assert (await rotation.reseal(house.db, vault)).resealed == 0
    with pytest.raises(rotation.StillNeeded, match="younger"):
        await rotation.drop_old(house.db, ring, vault)
    hours_ago = time.time() - 2 * rotation.SETTLED_SECONDS
    os.utime(ring.path(2), (hours_ago, hours_ago))
    assert await rotation.drop_old(house.db, ring, vault) == [1]
    assert await people(house) == [PERSON] * 3
    async with house.db.read() as session:
        files = [
            row.id
            for row in await session.scalars(
                select(next(table for table in rotation.SEALED if table.__tablename__ == "vault_files"))
            )
        ]
        original = await house.vault.store.read(session, case_id, files[0])
    assert (original.name, original.content) == ("đơn.pdf", b"%PDF-1")


async def test_a_key_that_is_still_needed_stays(sqlite_house: House) -> None:
    house = sqlite_house
    await filled(house)
    ring = house.vault.ring
    ring.add()  # and then the power went
    hours_ago = time.time() - 2 * rotation.SETTLED_SECONDS
    os.utime(ring.path(2), (hours_ago, hours_ago))
    with pytest.raises(rotation.StillNeeded, match="8 records"):
        await rotation.drop_old(house.db, ring, house.vault.vault)
    await filled(house, 1)  # goes under the new key
    count = await rotation.reseal(house.db, house.vault.vault)
    assert (count.records, count.resealed) == (14, 8)
    assert await rotation.drop_old(house.db, ring, house.vault.vault) == [1]


async def test_broken_off_anywhere_it_goes_on(sqlite_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house = sqlite_house
    await filled(house)
    vault, real = house.vault.vault, house.vault.vault.reseal
    house.vault.ring.add()
    monkeypatch.setattr(rotation, "BATCH", 1)
    for fails_at in range(8):
        done = 0

        def broken(sealed: bytes, fails_at: int = fails_at) -> bytes:
            nonlocal done
            done += 1
            if done > fails_at:
                raise KeyboardInterrupt
            return real(sealed)

        monkeypatch.setattr(vault, "reseal", broken)
        with contextlib.suppress(KeyboardInterrupt):
            await rotation.reseal(house.db, vault)
        assert (await rotation.look_through(house.db, vault)).bad == ()
    monkeypatch.setattr(vault, "reseal", real)
    await rotation.reseal(house.db, vault)
    assert (await rotation.look_through(house.db, vault)).outdated == 0
    assert await people(house) == [PERSON] * 3


async def test_records_of_before_numbers_are_sealed_anew(sqlite_house: House, tmp_path: Path) -> None:
    house = sqlite_house
    await filled(house, 1)
    async with house.db.begin() as work:
        [row] = await work.session.scalars(select(SealedPetitioner))
        plain = house.vault.vault.open_bytes(row.sealed)
        row.sealed = Fernet(Keys(tmp_path / "secrets").fernet("vault")).encrypt(plain)
    count = await rotation.rotate(house.db, house.vault.ring, house.vault.vault)
    assert count.bad == ()
    async with house.db.read() as session:
        [row] = await session.scalars(select(SealedPetitioner))
    assert key_of(row.sealed) == 2
    assert await people(house) == [PERSON]


async def test_a_damaged_record_is_named_and_left_alone(sqlite_house: House) -> None:
    house = sqlite_house
    await filled(house, 1)
    async with house.db.begin() as work:
        [row] = await work.session.scalars(select(SealedPetitioner))
        row.sealed = row.sealed[:-8] + b"AAAAAAA="
    count = await rotation.rotate(house.db, house.vault.ring, house.vault.vault)
    assert count.bad == (f"sealed_petitioners:{row.id}:sealed",)
    hours_ago = time.time() - 2 * rotation.SETTLED_SECONDS
    os.utime(house.vault.ring.path(2), (hours_ago, hours_ago))
    with pytest.raises(rotation.StillNeeded, match="1 do not open"):
        await rotation.drop_old(house.db, house.vault.ring, house.vault.vault)


def test_two_that_rotate_at_once_share_the_keys(tmp_path: Path) -> None:
    one, other = KeyRing(tmp_path, "vault"), KeyRing(tmp_path, "vault")
    assert (one.latest(), other.latest()) == (1, 1)
    one.add()
    other.add()
    assert one.numbers() == other.numbers()
    assert one.get(2) == other.get(2)
