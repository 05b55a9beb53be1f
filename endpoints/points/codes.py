"""The secrets of enrolment: codes people can type, device cookies, and their digests. Pure: randomness is
an argument.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from hub.store.ids import ALPHABET, looks_like_id

CODE_BYTES: Final = 10
"""80 random bits: more than the 60 a look-up code needs, in 16 characters."""
CODE_LENGTH: Final = 16
SECRET_BYTES: Final = 24
LONGEST_COOKIE: Final = 100

# What people write for what they read: Crockford's alphabet has no i, l, o.
_MISREAD: Final = str.maketrans({"i": "1", "l": "1", "o": "0", "-": None, " ": None})


@dataclass(frozen=True, slots=True)
class DeviceCookie:
    """What the cookie of a room says."""

    device: str
    secret: str

    def __str__(self) -> str:
        return f"{self.device}.{self.secret}"


def make_code(random_bytes: bytes) -> str:
    """A code of 16 characters. Raises ValueError for any other number of random bytes than ten."""
    if len(random_bytes) != CODE_BYTES:
        raise ValueError(f"a code needs {CODE_BYTES} random bytes, not {len(random_bytes)}")
    number = int.from_bytes(random_bytes)
    return "".join(ALPHABET[number >> shift & 31] for shift in range((CODE_LENGTH - 1) * 5, -1, -5))


def read_code(text: str) -> str | None:
    """The code as it was made, from what somebody typed; None when it cannot be one."""
    code = text[: CODE_LENGTH * 3].strip().lower().translate(_MISREAD)
    return code if len(code) == CODE_LENGTH and all(sign in ALPHABET for sign in code) else None


def read_cookie(text: str) -> DeviceCookie | None:
    """The parts of a device cookie; None when it cannot be one."""
    device, dot, secret = text[:LONGEST_COOKIE].partition(".")
    return DeviceCookie(device, secret) if dot and secret.isascii() and looks_like_id(device) else None


def digest(secret: str) -> str:
    """What is stored of a secret."""
    return sha256(secret.encode()).hexdigest()


def matches(secret: str, stored: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(digest(secret), stored)
