"""The vault's keys follow one another: what is sealed is sealed anew under the latest, while the hub runs.

Nothing is lost when this ends half-way: each record says which key sealed it, and an old key stays until
`drop_old` has opened every record without it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.import_tables import ImportBatch
from hub.cases.models import Arrival, SealedPetitioner, SealedText
from hub.cases.vault import Vault, VaultDamaged
from hub.cases.vault_tables import SealedMessage, VaultFile
from hub.people.keyring import KeyRing
from hub.store.database import Database

SEALED: Final[dict[type[Any], tuple[str, ...]]] = {
    SealedPetitioner: ("sealed",),
    SealedText: ("sealed",),
    Arrival: ("sealed", "sealed_matter"),
    VaultFile: ("sealed_key", "sealed_name"),
    SealedMessage: ("sealed",),
    ImportBatch: ("sealed",),
}
"""Every column that the vault seals. A test finds those that are forgotten here."""

BATCH: Final = 200
"""Rows in one transaction: writers of the hub wait for no more than these."""
SETTLED_SECONDS: Final = 3600.0
"""How long a key must have sealed before older ones may go: longer than any transaction, so nothing is still
on its way under the old one.
"""


@dataclass(slots=True)
class Count:
    """What was found in the vault. `bad`: `table:id` of records that no key opens."""

    records: int = 0
    resealed: int = 0
    outdated: int = 0
    bad: tuple[str, ...] = ()


class StillNeeded(Exception):
    """Old keys cannot go yet; the sentence says why."""


async def rotate(db: Database, ring: KeyRing, vault: Vault) -> Count:
    """Make a new key and seal everything under it."""
    ring.add()
    return await reseal(db, vault)


async def reseal(db: Database, vault: Vault) -> Count:
    """Seal under the latest key whatever another one sealed; also goes on with what was broken off. A record
    that cannot be opened stays as it is, and is named.
    """
    count = Count()
    for table in SEALED:
        after = ""
        while True:
            async with db.begin() as work:
                rows = await _batch(work.session, table, after, lock=True)
                for row in rows:
                    _reseal(vault, table, row, count)
            if not rows:
                break
            after = rows[-1].id
    return count


async def look_through(db: Database, vault: Vault) -> Count:
    """Open every record: how many there are, how many wait under older keys, and which do not open."""
    count = Count()
    for table in SEALED:
        after = ""
        while True:
            async with db.read() as session:
                rows = await _batch(session, table, after)
            for row in rows:
                for name, sealed in _columns(table, row):
                    count.records += 1
                    try:
                        vault.open_bytes(sealed)
                        count.outdated += not vault.is_current(sealed)
                    except VaultDamaged:
                        count.bad += (f"{table.__tablename__}:{row.id}:{name}",)
            if not rows:
                break
            after = rows[-1].id
    return count


async def drop_old(db: Database, ring: KeyRing, vault: Vault) -> list[int]:
    """Delete the keys before the latest; their numbers. Raises StillNeeded when one of them is needed, or
    might be.
    """
    latest = ring.latest()
    old = [number for number in ring.numbers() if number < latest]
    if old and ring.age_seconds(latest) < SETTLED_SECONDS:
        raise StillNeeded(f"key {latest} is younger than {SETTLED_SECONDS / 3600:.0f} h: try again later")
    count = await look_through(db, vault)
    if count.outdated or count.bad:
        raise StillNeeded(
            f"{count.outdated} records are still under older keys and {len(count.bad)} do not open: "
            "run `hub vault rotate` again, or restore what is missing"
        )
    for number in old:
        ring.drop(number)
    return old


async def _batch(session: AsyncSession, table: type[Any], after: str, *, lock: bool = False) -> list[Any]:
    wanted = select(table).where(table.id > after).order_by(table.id).limit(BATCH)
    return list(await session.scalars(wanted.with_for_update() if lock else wanted))


def _reseal(vault: Vault, table: type[Any], row: Any, count: Count) -> None:
    for name, sealed in _columns(table, row):
        count.records += 1
        if vault.is_current(sealed):
            continue
        try:
            setattr(row, name, vault.reseal(sealed))
            count.resealed += 1
        except VaultDamaged:
            count.bad += (f"{table.__tablename__}:{row.id}:{name}",)


def _columns(table: type[Any], row: Any) -> Iterator[tuple[str, bytes]]:
    """What is sealed in the row; a column may be empty."""
    found = ((name, getattr(row, name)) for name in SEALED[table])
    return ((name, bytes(sealed)) for name, sealed in found if sealed is not None)
