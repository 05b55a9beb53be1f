"""Keys that follow one another for one purpose: `vault.key`, then `vault-2.key`, `vault-3.key` and so on,
each in a file of its own.

The highest number seals; every key whose file is still there opens. Processes that run meanwhile notice a new
key by themselves: a look at the folder's time of change comes before every sealing.
"""

import re
import time
from pathlib import Path
from typing import Final

from hub.people.secrets import KeyUnusable, load_or_make

FIRST: Final = 1


class KeyMissing(Exception):
    """What is to be opened was sealed with a key whose file is not there. The sentence names the file."""


class KeyRing:
    """The keys of one name in a directory; the first is made when there is none."""

    def __init__(self, directory: Path, name: str) -> None:
        self._directory = directory
        self._name = name
        self._values: dict[int, bytes] = {}
        self._seen: int | None = None
        """The folder's time of change, in nanoseconds, when its keys were listed."""

    def latest(self) -> int:
        """The number of the key that seals. Raises KeyUnusable."""
        self._look()
        return max(self._values)

    def get(self, number: int) -> bytes:
        """The 32 bytes of a key. Raises KeyMissing, KeyUnusable."""
        if number not in self._values:
            self._look()
        try:
            return self._values[number]
        except KeyError as error:
            raise KeyMissing(f"{self.path(number)} is missing: restore it from a backup") from error

    def numbers(self) -> list[int]:
        """The numbers of the keys that are there, the oldest first."""
        self._look()
        return sorted(self._values)

    def there(self) -> list[int]:
        """The numbers of the files that are there, the oldest first; nothing is read and nothing is made."""
        return sorted(self._listed())

    def add(self) -> int:
        """Make the next key; its number. From now on it seals."""
        number = self.latest() + 1
        load_or_make(self.path(number))
        self._seen = None
        return self.latest()

    def drop(self, number: int) -> None:
        """Delete a key for good. Raises ValueError for the one that seals."""
        if number >= self.latest():
            raise ValueError("the key that seals cannot be dropped")
        self.path(number).unlink(missing_ok=True)
        self._seen = None

    def age_seconds(self, number: int) -> float:
        """How long ago a key was made, by its file."""
        return time.time() - self.path(number).stat().st_mtime

    def path(self, number: int) -> Path:
        """The file of a key."""
        return self._directory / f"{self._name}{f'-{number}' if number != FIRST else ''}.key"

    def _look(self) -> None:
        # The time is read before the list: a key that comes between is found at the next look.
        changed = self._directory.stat().st_mtime_ns if self._directory.exists() else None
        if changed is not None and changed == self._seen:
            return
        found = self._listed()
        if not found and self._values:
            raise KeyUnusable(f"{self.path(max(self._values))} is gone: put it back from a backup")
        if not found:
            load_or_make(self.path(FIRST))
            found = self._listed()
        self._values = {number: self._values.get(number) or load(path) for number, path in found.items()}
        self._seen = changed

    def _listed(self) -> dict[int, Path]:
        named = re.compile(rf"{re.escape(self._name)}(?:-([1-9][0-9]{{0,5}}))?\.key")
        found = {}
        for path in self._directory.glob(f"{self._name}*.key"):
            match = named.fullmatch(path.name)
            if match is not None:
                found[int(match[1] or FIRST)] = path
        return found

    def __repr__(self) -> str:
        return f"KeyRing({str(self._directory)!r}, {self._name!r})"


def load(path: Path) -> bytes:
    """Read a key that is there. Raises KeyUnusable."""
    if not path.exists():
        raise KeyUnusable(f"{path} went away while it was read: try again")
    return load_or_make(path)
