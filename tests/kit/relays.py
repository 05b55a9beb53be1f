"""Several relays of one machine in the test's event loop, a pool over them, and light peers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from endpoints.peer import Pool
from hub.relay.names import relay_name
from hub.relay.node import Node, RelaySettings, serving
from hub.relay.pool import RelayPool, wait_all_up
from tests.kit.lab import Lab


def settings_of(folder: Path, index: int, relays: int) -> RelaySettings:
    """Relay `index` on a free loopback port; sockets and the one certificate in `folder`."""
    socket_path = folder / f"{relay_name(index)}.sock"
    pem = folder / "media.pem"
    return RelaySettings(socket_path, "127.0.0.1", 0, ("127.0.0.1",), pem, index=index, relays=relays)


class Machine:
    """`lab` asks through the pool. A relay may be ended, and started again."""

    lab: Lab

    def __init__(self, folder: Path, relays: int, peers: Pool) -> None:
        self.nodes: dict[int, Node] = {}
        self.pool = RelayPool([settings_of(folder, index, relays).socket_path for index in range(relays)])
        self.peers = peers
        self._folder = folder
        self._relays = relays
        self._ends: dict[int, contextlib.AsyncExitStack] = {}

    async def start(self, index: int) -> None:
        """A new process of that relay, as it were."""
        self._ends[index] = contextlib.AsyncExitStack()
        node = serving(settings_of(self._folder, index, self._relays))
        self.nodes[index] = await self._ends[index].enter_async_context(node)

    async def end(self, index: int) -> None:
        """It is gone, with everything it had."""
        await self._ends.pop(index).aclose()
        del self.nodes[index]

    async def close(self) -> None:
        """End all."""
        for index in list(self._ends):
            await self.end(index)


@contextlib.asynccontextmanager
async def machine(folder: Path, relays: int = 2) -> AsyncIterator[Machine]:
    """Relays that know each other, with the pool's links up."""
    async with Pool().running() as peers:
        made = Machine(folder, relays, peers)
        linked = asyncio.create_task(made.pool.run())
        try:
            for index in range(relays):
                await made.start(index)
            await wait_all_up(made.pool, 5)
            made.lab = Lab(made.pool, peers, made.nodes[0])
            yield made
        finally:
            linked.cancel()
            await asyncio.gather(linked, return_exceptions=True)
            await made.close()
