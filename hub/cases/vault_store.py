"""The vault's file store: originals that show who denounces (scans, handwriting), each encrypted with a key
of its own. File names are random; the real name, its type and the key stand sealed in the table.
"""

import asyncio
import json
import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.errors import Refusal
from hub.cases.vault import Vault, VaultDamaged
from hub.cases.vault_tables import VaultFile
from hub.store.ids import Ids

MOST_BYTES: Final = 25 * 1024 * 1024
LONGEST_NAME: Final = 200
KEY_BYTES: Final = 32
NONCE: Final = 12
"""Bytes. Random is safe: each key encrypts one file, once."""
ORPHANED: Final = timedelta(days=1)
"""A file this old that no row speaks of was left by a transaction that failed."""


@dataclass(frozen=True, slots=True)
class Original:
    """A file as it was brought in. Nothing of it shows in `repr`."""

    name: str = field(repr=False)
    media_type: str
    content: bytes = field(repr=False)


class VaultStore:
    """The sealed files in one folder (mode 0700), two levels deep."""

    def __init__(self, folder: Path, vault: Vault, ids: Ids) -> None:
        self._folder = folder
        self._vault = vault
        self._ids = ids

    async def put(self, session: AsyncSession, case_id: str, original: Original, at: datetime) -> str:
        """Seal a file in the caller's transaction; its id. Raises Refusal("data_bad") for one without a name
        or beyond 25 MB.
        """
        if not 0 < len(original.name) <= LONGEST_NAME or len(original.content) > MOST_BYTES:
            raise Refusal("data_bad", field="file")
        file_id, key = self._ids.new(), secrets.token_bytes(KEY_BYTES)
        await asyncio.to_thread(self._write, file_id, key, original.content)
        named = json.dumps({"name": original.name, "type": original.media_type}, ensure_ascii=False)
        session.add(
            VaultFile(
                id=file_id,
                case_id=case_id,
                at=at,
                size=len(original.content),
                sealed_key=self._vault.seal_bytes(key),
                sealed_name=self._vault.seal_text(named),
            )
        )
        await session.flush()
        return file_id

    async def read(self, session: AsyncSession, case_id: str, file_id: str) -> Original:
        """Open one. The right to it is the caller's business: see `hub.cases.vault_door`. Raises
        Refusal("file_unknown"), VaultDamaged.
        """
        row = await session.get(VaultFile, file_id)
        if row is None or row.case_id != case_id:
            raise Refusal("file_unknown")
        named = json.loads(self._vault.open_text(row.sealed_name))
        content = await asyncio.to_thread(self._read, file_id, self._vault.open_bytes(row.sealed_key))
        return Original(named["name"], named["type"], content)

    async def sweep(self, session: AsyncSession, now: datetime, *, dry: bool = False) -> int:
        """Remove files without a row that are older than a day; how many. With `dry` they stay."""
        known = set(await session.scalars(select(VaultFile.id)))
        return await asyncio.to_thread(self._sweep, known, (now - ORPHANED).timestamp(), dry)

    def _sweep(self, known: set[str], before: float, dry: bool) -> int:
        gone = 0
        for path in self._folder.glob("*/*"):
            if path.name not in known and path.stat().st_mtime < before:
                if not dry:
                    path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _write(self, file_id: str, key: bytes, content: bytes) -> None:
        path = self._path(file_id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        nonce = secrets.token_bytes(NONCE)
        sealed = nonce + AESGCM(key).encrypt(nonce, content, file_id.encode())
        draft = path.with_name(f".{path.name}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)

    def _read(self, file_id: str, key: bytes) -> bytes:
        try:
            sealed = self._path(file_id).read_bytes()
            return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], file_id.encode())
        except FileNotFoundError as error:
            raise VaultDamaged(
                "a sealed file is missing: restore the vault's folder from a backup"
            ) from error
        except (InvalidTag, ValueError) as error:
            raise VaultDamaged("a sealed file was changed since it was written") from error

    def _path(self, file_id: str) -> Path:
        """Ids begin with the time; their ends are random and spread evenly."""
        return self._folder / file_id[-2:] / file_id
