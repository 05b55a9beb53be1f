"""The denouncer vault: who denounces is kept encrypted, apart from everything else, with keys of its own.

What is sealed says which key sealed it (`hv1.<number>.<token>`), so keys can follow one another while the hub
runs: see `hub.cases.rotation`. What was sealed before there were numbers is a bare token of the first key.
"""

import base64
import json
from dataclasses import asdict, dataclass, field
from typing import Final, Protocol

from cryptography.fernet import Fernet, InvalidToken

from hub.people.keyring import FIRST, KeyMissing

MARK: Final = b"hv1."


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks. Never shown by `repr`, so that it cannot slip into a log or a traceback."""

    name: str = field(repr=False)
    address: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    persons: int = 1
    """How many ask together."""


class VaultDamaged(Exception):
    """What is sealed cannot be opened: its key is not there, or it was changed since."""


class Ring(Protocol):
    """Numbered keys, as `hub.people.keyring.KeyRing` keeps them."""

    def latest(self) -> int:
        """The number of the key that seals."""

    def get(self, number: int) -> bytes:
        """A key's 32 bytes. Raises KeyMissing."""


class Vault:
    """Seals with the latest key and opens with whichever sealed (Fernet)."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring

    def seal(self, person: Person) -> bytes:
        """Encrypt; the same person sealed twice looks different."""
        return self.seal_bytes(json.dumps(asdict(person), ensure_ascii=False).encode())

    def open(self, sealed: bytes) -> Person:
        """Decrypt. Raises VaultDamaged."""
        return Person(**json.loads(self.open_bytes(sealed)))

    def seal_text(self, text: str) -> bytes:
        """Encrypt a text that names somebody."""
        return self.seal_bytes(text.encode())

    def open_text(self, sealed: bytes) -> str:
        """Decrypt such a text. Raises VaultDamaged."""
        return self.open_bytes(sealed).decode()

    def seal_bytes(self, content: bytes) -> bytes:
        """Encrypt anything small, with the latest key."""
        number = self._ring.latest()
        return MARK + str(number).encode() + b"." + self._fernet(number).encrypt(content)

    def open_bytes(self, sealed: bytes) -> bytes:
        """Decrypt it. Raises VaultDamaged."""
        try:
            return self._fernet(key_of(sealed)).decrypt(_token(sealed))
        except KeyMissing as error:
            raise VaultDamaged(str(error)) from error
        except InvalidToken as error:
            raise VaultDamaged("this record cannot be opened with the vault's key") from error

    def is_current(self, sealed: bytes) -> bool:
        """Whether the latest key sealed it."""
        return sealed.startswith(MARK) and key_of(sealed) == self._ring.latest()

    def reseal(self, sealed: bytes) -> bytes:
        """The same content under the latest key. Raises VaultDamaged."""
        return self.seal_bytes(self.open_bytes(sealed))

    def _fernet(self, number: int) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._ring.get(number)))


def key_of(sealed: bytes) -> int:
    """The number of the key that sealed. Raises VaultDamaged for what is no sealed record."""
    if not sealed.startswith(MARK):
        return FIRST
    number = sealed[len(MARK) :].partition(b".")[0]
    if not number.isdigit():
        raise VaultDamaged("this is no record of the vault")
    return int(number)


def _token(sealed: bytes) -> bytes:
    return sealed[len(MARK) :].partition(b".")[2] if sealed.startswith(MARK) else sealed
