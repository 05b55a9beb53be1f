"""TURN servers for browsers in offices that let neither UDP nor our TCP port out, with short-lived
credentials.

coturn's REST scheme (`use-auth-secret`): the user's name is an expiry time and an opaque id, the password its
HMAC under a secret shared with the TURN server. The two servers never talk to each other.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

TTL_SECONDS: Final = 8 * 3600
"""A day's hearing; a connection that begins anew is given fresh ones."""
_URL: Final = re.compile(
    r"turns?:(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:[1-9][0-9]{0,4})?(\?transport=(udp|tcp))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class IceServer:
    """What a browser's RTCPeerConnection takes (`RTCIceServer`)."""

    urls: tuple[str, ...]
    username: str
    credential: str


def turn_url(text: str) -> str:
    """A TURN server's address (RFC 7065). Raises ValueError with a sentence for whoever wrote the setting."""
    found = _URL.fullmatch(text)
    if found is None or (found[2] and int(found[2][1:]) > 65_535):
        raise ValueError(f"{text!r} is no TURN address, such as turn:turn.example.vn:3478?transport=udp")
    return text


class Turn:
    """Makes credentials. Without URLs there are no servers."""

    def __init__(self, urls: Iterable[str] = (), secret: str = "", ttl: int = TTL_SECONDS) -> None:
        """`ttl` in seconds. Raises ValueError for an address that is none, and for URLs without a secret."""
        self._urls = tuple(turn_url(url) for url in urls)
        self._secret = secret.encode()
        self._ttl = ttl
        if self._urls and not secret:
            raise ValueError("TURN addresses need the secret that the TURN server knows")

    def servers(self, label: str, now: datetime) -> list[IceServer]:
        """For one media peer; `label` is its opaque id, which the TURN server may log."""
        if not self._urls:
            return []
        username = f"{int(now.timestamp()) + self._ttl}:{label}"
        digest = hmac.digest(self._secret, username.encode(), "sha1")  # RFC 8489 clients know no better key
        return [IceServer(self._urls, username, b64encode(digest).decode())]


NO_TURN: Final = Turn()


def link_headers(servers: Iterable[IceServer]) -> list[str]:
    """`Link` headers for WHIP and WHEP (RFC 9725 §4.6), one for each address."""
    return [
        f'<{url}>; rel="ice-server"; username="{one.username}"; credential="{one.credential}"; '
        'credential-type="password"'
        for one in servers
        for url in one.urls
    ]
