"""A test stand: a relay process of its own, a link to it, and a pool for real peers."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.bench.processes import BenchFailed, Meter, child, environment, free_port
from endpoints.peer import Pool
from hub.relay.client import RelayClient, RelayUnavailable, wait_up

START: Final = 15.0
"""Seconds a relay may take to answer."""
_TAIL: Final = 15


@dataclass(frozen=True, slots=True)
class Stand:
    """`relay` weighs the process, `client` talks to it at `socket`, `pool` serves peers in this process."""

    socket: Path

    client: RelayClient
    pool: Pool
    relay: Meter


@contextlib.asynccontextmanager
async def standing(**settings: str) -> AsyncIterator[Stand]:
    """A relay that lives as long as the block, with these settings besides.

    Raises BenchFailed with the end of its log.
    """
    folder = Path(tempfile.mkdtemp(prefix="hub-bench-"))
    log, socket = folder / "relay.log", folder / "run" / "relay.sock"
    given = {"media_host": "127.0.0.1", "media_addresses": "127.0.0.1", "media_port": str(free_port())}
    environ = environment(folder, **given | settings)
    try:
        async with (
            child("deploy", "relay", environ=environ, log=log) as process,
            _linked(socket) as client,
            Pool().running() as pool,
        ):
            yield Stand(socket, client, pool, Meter(process.pid))
    except (BenchFailed, RelayUnavailable) as problem:
        raise BenchFailed(f"{problem}\n{tail(log)}") from problem
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def _linked(path: Path) -> AsyncIterator[RelayClient]:
    client = RelayClient(path)
    linked = asyncio.create_task(client.run())
    try:
        await wait_up(client, START)
        yield client
    finally:
        linked.cancel()
        await asyncio.gather(linked, return_exceptions=True)


def tail(log: Path) -> str:
    """The last lines of a log, for a failure; empty when there is none."""
    with contextlib.suppress(OSError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-_TAIL:])
    return ""
