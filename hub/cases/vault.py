"""The denouncer vault: who denounces is kept encrypted, apart from everything else, and leaves it only by
`open`.
"""

import json
from dataclasses import asdict, dataclass, field

from cryptography.fernet import Fernet, InvalidToken


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks. Never shown by `repr`, so that it cannot slip into a log or a traceback."""

    name: str = field(repr=False)
    address: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    persons: int = 1
    """How many ask together."""


class VaultDamaged(Exception):
    """What is sealed was not sealed with this key, or was changed since."""


class Vault:
    """Seals and opens with one Fernet key (url-safe base 64 of 32 bytes)."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    def seal(self, person: Person) -> bytes:
        """Encrypt; the same person sealed twice looks different."""
        return self._fernet.encrypt(json.dumps(asdict(person), ensure_ascii=False).encode())

    def open(self, sealed: bytes) -> Person:
        """Decrypt. Raises VaultDamaged."""
        try:
            return Person(**json.loads(self._fernet.decrypt(sealed)))
        except InvalidToken as error:
            raise VaultDamaged("this record cannot be opened with the vault's key") from error

    def seal_text(self, text: str) -> bytes:
        """Encrypt a text that names somebody."""
        return self._fernet.encrypt(text.encode())

    def open_text(self, sealed: bytes) -> str:
        """Decrypt such a text. Raises VaultDamaged."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise VaultDamaged("this record cannot be opened with the vault's key") from error
