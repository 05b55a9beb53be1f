"""A real relay inside the test's event loop, on free ports, with a client connected to it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hub.relay.client import RelayClient, wait_up
from hub.relay.node import Node, RelaySettings, serving


def relay_settings(folder: Path) -> RelaySettings:
    """On a free UDP port of the loopback address; socket and certificate in `folder`."""
    return RelaySettings(folder / "relay.sock", "127.0.0.1", 0, ("127.0.0.1",), folder / "media.pem")


@dataclass(frozen=True, slots=True)
class RelayLab:
    """The relay, and a client of it whose link is up."""

    node: Node
    client: RelayClient


@contextlib.asynccontextmanager
async def relay_lab(folder: Path, **changes: Any) -> AsyncIterator[RelayLab]:
    """A relay with its client, both ended on leaving. `changes` to its settings."""
    settings = replace(relay_settings(folder), **changes)
    async with serving(settings) as node:
        client = RelayClient(settings.socket_path)
        task = asyncio.create_task(client.run())
        try:
            await wait_up(client, 5.0)
            yield RelayLab(node, client)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
