"""Codes that people read from paper and type: 16 signs of Crockford's base 32, 80 random bits. Pure.

In the hub a code is in small letters; `shown` is for people.
"""

import hmac
from hashlib import sha256
from typing import Final

from hub.store.ids import ALPHABET

RANDOM_BYTES: Final = 10
LENGTH: Final = 16
_LONGEST: Final = LENGTH * 3
# What people write for what they read: Crockford's alphabet has no i, l, o.
_MISREAD: Final = str.maketrans({"i": "1", "l": "1", "o": "0", "-": None, " ": None})


def make(random_bytes: bytes) -> str:
    """A code. Raises ValueError for any other number of random bytes than ten."""
    if len(random_bytes) != RANDOM_BYTES:
        raise ValueError(f"a code needs {RANDOM_BYTES} random bytes, not {len(random_bytes)}")
    number = int.from_bytes(random_bytes)
    return "".join(ALPHABET[number >> shift & 31] for shift in range((LENGTH - 1) * 5, -1, -5))


def read(text: str) -> str | None:
    """The code as it was made, from what somebody typed; None when it cannot be one."""
    code = text[:_LONGEST].strip().lower().translate(_MISREAD)
    return code if len(code) == LENGTH and all(sign in ALPHABET for sign in code) else None


def shown(code: str) -> str:
    """A code for people: capitals in groups of four."""
    return "-".join(code[at : at + 4].upper() for at in range(0, LENGTH, 4))


def keyed(key: bytes, code: str) -> str:
    """What is stored of a code: nobody who reads the database can try codes without the key.

    Of its capitals: so do the codes that were handed out before codes were kept in small letters.
    """
    return hmac.new(key, code.upper().encode(), sha256).hexdigest()
