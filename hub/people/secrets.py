"""The hub's own keys: one file each, readable by the hub's user only, made when first needed
(all of them at the hub's first start: `deploy.keys`).

One file per purpose, so that each can be kept and replaced by itself: the vault's key is not the cookies'.
"""

import base64
import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path

KEY_BYTES = 32
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}")


class KeyUnusable(Exception):
    """A key file is exposed or damaged; the sentence names the file and what to do."""


class Keys:
    """The keys in one directory (mode 0700). Values are kept in memory once read."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._values: dict[str, bytes] = {}

    @property
    def directory(self) -> Path:
        """Where the keys are: `hub.people.keyring` keeps those there that follow one another."""
        return self._directory

    def get(self, name: str) -> bytes:
        """The 32 bytes of a key such as `cookies`, made when missing. Raises KeyUnusable, ValueError."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"not a name of a key: {name!r}")
        if name not in self._values:
            self._values[name] = load_or_make(self._directory / f"{name}.key")
        return self._values[name]

    def fernet(self, name: str) -> bytes:
        """The same key in the text form `cryptography.fernet.Fernet` takes."""
        return base64.urlsafe_b64encode(self.get(name))

    def __repr__(self) -> str:
        return f"Keys({str(self._directory)!r})"


def load_or_make(path: Path) -> bytes:
    """Read a key file, or make it. Two processes that do so at once get the same key. Raises KeyUnusable."""
    if not path.exists():
        _make(path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise KeyUnusable(f"{path} can be read by others (mode {mode:03o}): chmod 600 it, or replace it")
    try:
        value = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError as error:
        raise KeyUnusable(f"{path} is damaged: restore it from a backup") from error
    if len(value) != KEY_BYTES:
        raise KeyUnusable(f"{path} is damaged: {len(value)} bytes and not {KEY_BYTES}")
    return value


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was first: its key counts
            os.link(draft, path)
    finally:
        draft.unlink()
