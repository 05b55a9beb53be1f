"""`hub dump`: what every relay is doing, for a bug report that may be sent to strangers."""

import asyncio
import json
import os
import platform
import secrets
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, get_origin

import psutil

from deploy.errors import CommandError
from deploy.settings import Settings
from hub.relay.client import RelayClient, RelayRefused, RelayUnavailable, wait_up
from hub.relay.control import Figures
from hub.relay.dump import SALT
from hub.relay.look import Look

FORMAT: Final = 1
PATIENCE: Final = 3.0
"""Seconds a relay may take to be reached."""
MOST_PAGES: Final = 1_000


async def make_dump(settings: Settings) -> dict[str, Any]:
    """Everything, without an address, a name, a key or a token. Raises CommandError when no relay can be
    reached.

    Ids become pseudonyms that hold within this dump; what makes them is forgotten with it.
    """
    salt = secrets.token_bytes(SALT)
    relays = [await _relay(settings.relay_socket_of(index), index, salt) for index in range(settings.relays)]
    if not any(relay["up"] for relay in relays):
        raise CommandError("no relay can be reached; does the hub run, as this user, on this data folder?")
    return {
        "format": FORMAT,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "hub": _hub_version(),
        "machine": _machine(),
        "settings": plain_settings(settings),
        "relays": relays,
    }


def write_dump(dump: dict[str, Any], out: Path | None) -> None:
    """As JSON, to a file (of this user only) or to standard output."""
    text = json.dumps(dump, indent=1, ensure_ascii=False) + "\n"
    if out is None:
        sys.stdout.write(text)
        return
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    print(
        f"Written: {out} ({len(text.encode()):,} bytes). It holds no address, name, key or token.",
        file=sys.stderr,
    )


def plain_settings(settings: Settings) -> dict[str, Any]:
    """Numbers, switches and choices as they are; of every text only whether it is set."""
    shown: dict[str, Any] = {}
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        is_choice = str(get_origin(field.annotation)).endswith("Literal")
        shown[name] = value if is_choice or isinstance(value, bool | int | float) else bool(value)
    shown["database"] = settings.database.partition(":")[0]
    return shown


async def _relay(path: Path, index: int, salt: bytes) -> dict[str, Any]:
    client = RelayClient(path, index)
    link = asyncio.create_task(client.run())
    try:
        await wait_up(client, PATIENCE)
        figures = await client.figures()
        state = await client.state()
        return {
            "relay": index,
            "up": True,
            "boot": Look(salt).alias(state.boot),
            **_plain(figures),
            **await _pages(client, salt),
        }
    except (RelayUnavailable, RelayRefused) as problem:
        return {"relay": index, "up": False, "problem": type(problem).__name__}
    finally:
        link.cancel()
        await asyncio.gather(link, return_exceptions=True)


async def _pages(client: RelayClient, salt: bytes) -> dict[str, Any]:
    """All pages; media has its turn between two."""
    page = await client.dump(salt.hex())
    inside, peers = page.relay, list(page.peers)
    for _ in range(MOST_PAGES):
        if page.following is None:
            break
        page = await client.dump(salt.hex(), page.following)
        peers += page.peers
    return {"inside": inside, "peers": peers}


def _plain(figures: Figures) -> dict[str, Any]:
    return {
        "totals": dict(sorted(figures.totals.items())),
        "gauges": figures.gauges,
        "cpu_seconds": round(figures.cpu_seconds, 2),
        "delay": {"below_s": figures.delay.bounds, "packets": figures.delay.counts},
    }


def _machine() -> dict[str, Any]:
    memory = psutil.virtual_memory()
    return {
        "kernel": platform.release(),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "load": [round(each, 2) for each in os.getloadavg()],
        "memory_mb": memory.total // 2**20,
        "free_mb": memory.available // 2**20,
    }


def _hub_version() -> str:
    try:
        return version("reception-hub")
    except PackageNotFoundError:
        return ""
