"""Passwords: Argon2id, off the event loop, two at a time."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 8
LONGEST = 200
# OWASP's setting for little memory: 19 MiB a hash. Two at once stay below 40 MiB of the web process.
MEMORY_KIB = 19_456
AT_ONCE = 2


class Passwords:
    """Hashes and checks passwords. One per process, so that its limit is the process's limit."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, rounds: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=1)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """The text to store for a password."""
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password is the stored one. Without a stored one it takes the same time and says no."""
        if stored is None and self._nobodys is None:
            self._nobodys = await self.hash("nobody's")
        async with self._room:
            right = await asyncio.to_thread(self._verify, stored or str(self._nobodys), password[:LONGEST])
        return right and stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether the stored text was made with other settings than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
