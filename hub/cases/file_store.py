"""Files kept under the digest of their bytes: the same file twice is kept once, and a changed one shows."""

import asyncio
import os
import re
import secrets
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class FileDamaged(Exception):
    """A file is missing, or its bytes are not those that were kept. The message holds its digest only."""


class FileStore:
    """A folder of files, `ab/cdef…`, readable by the hub's user only.

    A file is written before the record that names it is committed: a transaction that fails leaves at most
    a file that nothing names, for `hub.cases.chores` to remove when it is old.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, content: bytes) -> str:
        """Keep the bytes, durably; their digest in hex."""
        return await asyncio.to_thread(self._put, content)

    async def get(self, digest: str) -> bytes:
        """The bytes of a digest. Raises FileDamaged."""
        return await asyncio.to_thread(self._get, digest)

    async def remove(self, digest: str, *, before: datetime | None = None) -> None:
        """Forget a file, unless it was put again since `before`; one that is not there is forgotten
        already.
        """
        await asyncio.to_thread(self.remove_now, digest, before)

    def remove_now(self, digest: str, before: datetime | None = None) -> None:
        """The same, without waiting."""
        place = self._place(digest)
        if before is None or _is_older(place, before):
            place.unlink(missing_ok=True)

    async def older(self, before: datetime, most: int, *, first: int = 0) -> list[str]:
        """Digests of files that nobody put since, up to `most`, beginning with folder number `first`."""
        return await asyncio.to_thread(self._older, before, most, first)

    async def drop_drafts(self, before: datetime) -> None:
        """Remove what writers that died left half-written."""
        await asyncio.to_thread(self._drop_drafts, before)

    def _put(self, content: bytes) -> str:
        digest = sha256(content).hexdigest()
        place = self._place(digest)
        if place.exists():
            os.utime(place)  # it is wanted again: a sweep must not take it for one that nobody names
            return digest
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
        return digest

    def _get(self, digest: str) -> bytes:
        try:
            content = self._place(digest).read_bytes()
        except OSError as error:
            raise FileDamaged(digest) from error
        if sha256(content).hexdigest() != digest:
            raise FileDamaged(digest)
        return content

    def _older(self, before: datetime, most: int, first: int) -> list[str]:
        found = []
        for path in self._files(first):
            digest = path.parent.name + path.name
            if _DIGEST.fullmatch(digest) and _is_older(path, before):
                found.append(digest)
                if len(found) == most:
                    break
        return found

    def _drop_drafts(self, before: datetime) -> None:
        for path in self._files(0):
            if path.name.startswith(".") and _is_older(path, before):
                path.unlink(missing_ok=True)

    def _files(self, first: int) -> Iterator[Path]:
        for number in range(256):
            folder = self._folder / f"{(first + number) % 256:02x}"
            if folder.is_dir():
                yield from folder.iterdir()

    def _place(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise ValueError("not the digest of a file")
        return self._folder / digest[:2] / digest[2:]


def _is_older(path: Path, before: datetime) -> bool:
    try:
        return path.stat().st_mtime < before.timestamp()
    except FileNotFoundError:
        return False
