"""Where mail is handed in, and in whose name, as settings say it. Light: the relay reads settings too."""

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

PORTS: Final = {"smtp": 25, "starttls": 587, "smtps": 465}
_ADDRESS: Final = r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9.\-]{1,190}"
_SENDER: Final = re.compile(rf"{_ADDRESS}|[^<>\",;:@\\]{{1,100}} <{_ADDRESS}>")


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed in. `way`: `smtp` in the clear, `starttls`, or `smtps`."""

    way: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)


def read_server(url: str) -> Server:
    """Read `smtp://user:password@host:port`, `starttls://…` or `smtps://…`. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS:
        raise ValueError("must begin with smtp://, starttls:// or smtps://")
    if not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("must be like starttls://user:password@mail.example.vn:587")
    return Server(
        parts.scheme,
        parts.hostname,
        parts.port or PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


def read_sender(text: str) -> str:
    """A sender's address, with or without a name before it. Raises ValueError."""
    if not _SENDER.fullmatch(text.strip()) or not text.isprintable():
        raise ValueError("must be like: Ban Tiếp công dân <tiepdan@example.vn>")
    return text.strip()
