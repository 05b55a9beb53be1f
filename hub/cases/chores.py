"""What documents need done without anybody asking: files that no record names are removed, and originals that
were left outside the vault when their case became a denunciation go into it. And the database learns anew
how its tables are filled.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func

from hub.cases.document_tables import Document
from hub.cases.documents import Documents, left_outside, named_by_any
from hub.cases.vault_store import VaultStore
from hub.store.clock import Clock
from hub.store.database import Database

OLD: Final = timedelta(days=1)
"""A file is written before the record that names it is committed; no transaction takes a day."""
MOST_FILES: Final = 50_000
"""Looked at in one round; rounds begin in different folders."""
MOST_CASES: Final = 100
ASKED_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Done:
    """What a round did, or would do."""

    files: int
    """Files of documents and templates that nothing named."""
    sealed: int
    """Originals that went into the vault."""
    vault_files: int
    """Sealed files that nothing named."""


class Chores:
    """One round is bounded; the next one goes on."""

    def __init__(self, db: Database, documents: Documents, vault: VaultStore, clock: Clock) -> None:
        self._db = db
        self._documents = documents
        self._files = documents.files
        self._vault = vault
        self._clock = clock

    async def do(self, *, dry: bool = False) -> Done:
        """One round; with `dry` nothing is changed. Raises FileDamaged, VaultDamaged."""
        now = self._clock.now()
        sealed = await self._seal(dry=dry)
        unnamed = await self._unnamed(now)
        if not dry:
            for digest in unnamed:
                await self._files.remove(digest, before=now - OLD)
            await self._files.drop_drafts(now - OLD)
            await self._db.learn()
        async with self._db.read() as session:
            vault_files = await self._vault.sweep(session, now, dry=dry)
        return Done(len(unnamed), sealed, vault_files)

    async def _seal(self, *, dry: bool) -> int:
        left = left_outside()
        async with self._db.read() as session:
            if dry:
                return await session.scalar(left.with_only_columns(func.count())) or 0
            cases = left.with_only_columns(Document.case_id).distinct().limit(MOST_CASES)
            found = list(await session.scalars(cases))
        return sum([await self._documents.seal_left(case_id) for case_id in found])

    async def _unnamed(self, now: datetime) -> list[str]:
        old = await self._files.older(now - OLD, MOST_FILES, first=int(now.timestamp()))
        found: list[str] = []
        async with self._db.read() as session:
            for at in range(0, len(old), ASKED_AT_ONCE):
                some = old[at : at + ASKED_AT_ONCE]
                named = await named_by_any(session, some)
                found += [digest for digest in some if digest not in named]
        return found
