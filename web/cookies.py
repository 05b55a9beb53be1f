"""The two cookies that say who somebody is: a signed-in account, and an enrolled room. Both may be there at
once.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from itsdangerous import BadData, URLSafeSerializer
from starlette.requests import HTTPConnection
from starlette.responses import Response

from hub.people.ended import LONGEST_SIGN_IN
from hub.people.secrets import Keys

ACCOUNT_COOKIE: Final = "hub_account"
DEVICE_COOKIE: Final = "hub_device"
LANGUAGE_COOKIE: Final = "hub_language"
LONGEST_COOKIE: Final = 512
DEVICE_DAYS: Final = 400
"""As long as browsers keep a cookie: a room is enrolled once and comes back by itself for years."""

_SALT: Final = "web.cookies.account/1"


@dataclass(frozen=True, slots=True)
class AccountCookie:
    """Who signed in, under which epoch, and when; and when the cookie was last given anew."""

    account: str
    epoch: int
    signed_in_at: datetime
    renewed_at: datetime | None = None

    @property
    def counts_from(self) -> datetime:
        """What its life is counted from."""
        return self.renewed_at or self.signed_in_at


def write_account(keys: Keys, cookie: AccountCookie) -> str:
    """The signed text of an account cookie."""
    seconds = [int(at.timestamp()) for at in (cookie.signed_in_at, cookie.counts_from)]
    return str(_serializer(keys).dumps([cookie.account, cookie.epoch, *seconds]))


def read_account(keys: Keys, text: str | None, now: datetime, lasts: timedelta) -> AccountCookie | None:
    """Read an account cookie; None when it is missing, forged, expired or from the future.

    It lasts from the day it was given anew, and no longer than a sign-in may.
    """
    if not text or len(text) > LONGEST_COOKIE:
        return None
    try:
        account, epoch, signed_in, *renewed = _serializer(keys).loads(text)
        at = datetime.fromtimestamp(signed_in, UTC)
        since = datetime.fromtimestamp(renewed[0], UTC) if renewed else at
    except (BadData, ValueError, TypeError, OverflowError, OSError):
        return None
    if not isinstance(account, str) or not isinstance(epoch, int):
        return None
    ends = min(since + lasts, at + LONGEST_SIGN_IN)
    return AccountCookie(account, epoch, at, since) if at - timedelta(minutes=5) <= now < ends else None


def set_cookie(
    connection: HTTPConnection, response: Response, name: str, value: str, lasts: timedelta
) -> None:
    """Set a cookie that scripts cannot read; over HTTPS it never travels in the clear."""
    response.set_cookie(
        name,
        value,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        # Lax and not Strict: an enrolment link is opened from a message or a QR code.
        samesite="lax",
        secure=connection.url.scheme in {"https", "wss"},
    )


def _serializer(keys: Keys) -> URLSafeSerializer:
    return URLSafeSerializer(keys.get("cookies"), salt=_SALT)
