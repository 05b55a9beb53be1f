"""A test stand: relay processes of its own, links to them, and a pool for real peers."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.bench.processes import BenchFailed, Meters, child, environment, free_ports
from deploy.bench.running import background, bench_folder
from endpoints.peer import Pool
from hub.relay.client import RelayUnavailable
from hub.relay.names import relay_name
from hub.relay.pool import RelayPool, wait_all_up

START: Final = 15.0
"""Seconds a relay may take to answer."""
_TAIL: Final = 15


@dataclass(frozen=True, slots=True)
class Stand:
    """`relay` weighs the processes, `client` talks to them, to the first at `socket`; `pool` serves peers
    in this process."""

    socket: Path

    client: RelayPool
    pool: Pool
    relay: Meters


@contextlib.asynccontextmanager
async def standing(relays: int = 1, **settings: str) -> AsyncIterator[Stand]:
    """A relay, or several, that live as long as the block, with these settings besides.

    Raises BenchFailed with the end of its log.
    """
    given = {"media_host": "127.0.0.1", "media_addresses": "127.0.0.1", "media_port": str(free_ports(relays))}
    with bench_folder() as folder:
        log = folder / "relay.log"
        sockets = [folder / "run" / f"{relay_name(index)}.sock" for index in range(relays)]
        environ = environment(folder, relays=str(relays), **given | settings)
        try:
            async with contextlib.AsyncExitStack() as stack:
                pids = []
                for index in range(relays):
                    one = child("deploy", "relay", "--index", str(index), environ=environ, log=log)
                    pids.append((await stack.enter_async_context(one)).pid)
                client = await stack.enter_async_context(_linked(sockets))
                pool = await stack.enter_async_context(Pool().running())
                yield Stand(sockets[0], client, pool, Meters(pids))
        except (BenchFailed, RelayUnavailable) as problem:
            raise BenchFailed(f"{problem}\n{tail(log)}") from problem


@contextlib.asynccontextmanager
async def _linked(sockets: list[Path]) -> AsyncIterator[RelayPool]:
    client = RelayPool(sockets)
    async with background(client.run()):
        await wait_all_up(client, START)
        yield client


def tail(log: Path) -> str:
    """The last lines of a log, for a failure; empty when there is none."""
    with contextlib.suppress(OSError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-_TAIL:])
    return ""
