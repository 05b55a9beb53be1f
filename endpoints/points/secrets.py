"""The secrets of enrolled devices: cookies, and digests of them and of enrolment codes. Pure."""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from hub.store.ids import looks_like_id

SECRET_BYTES: Final = 24
LONGEST_COOKIE: Final = 100


@dataclass(frozen=True, slots=True)
class DeviceCookie:
    """What the cookie of a room says."""

    device: str
    secret: str

    def __str__(self) -> str:
        return f"{self.device}.{self.secret}"


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
