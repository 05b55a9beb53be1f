"""An office firewall on the loopback: TCP goes through to the hub, UDP is swallowed."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

HOST = "127.0.0.1"


class Firewall:
    """`port` is what the office reaches the hub at; `swallowed` counts its datagrams, `passed` its
    connections.
    """

    def __init__(self) -> None:
        self.swallowed = 0
        self.passed = 0
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._udp.bind((HOST, 0))
        self._udp.setblocking(False)
        self.port = int(self._udp.getsockname()[1])
        self._tcp.bind((HOST, self.port))

    @asynccontextmanager
    async def before(self, hub_port: int) -> AsyncIterator[None]:
        """Stand before a hub's media port while the block lasts."""
        loop = asyncio.get_running_loop()
        pipes: set[asyncio.Task[None]] = set()

        async def through(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.passed += 1
            ours, theirs = await asyncio.open_connection(HOST, hub_port)
            for source, sink in ((reader, theirs), (ours, writer)):
                task = asyncio.create_task(_pump(source, sink))
                pipes.add(task)
                task.add_done_callback(pipes.discard)

        server = await asyncio.start_server(through, sock=self._tcp)
        loop.add_reader(self._udp.fileno(), self._swallow)
        try:
            yield
        finally:
            loop.remove_reader(self._udp.fileno())
            server.close()
            for task in list(pipes):
                task.cancel()
            await asyncio.gather(*pipes, return_exceptions=True)

    def _swallow(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                self._udp.recv(2048)
                self.swallowed += 1

    def close(self) -> None:
        """Let the ports go."""
        self._udp.close()
        self._tcp.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    except ConnectionError:
        pass  # one side hung up: so does the other
    finally:
        sink.close()
