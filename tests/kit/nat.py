"""A router between a browser and the hub, on the loopback: UDP through other ports, which may change."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

HOST = "127.0.0.1"
Address = tuple[str, int]


class Nat:
    """`port` is where the hub is found. `rebind` is what a phone does that goes to another network: from
    then on everything comes from another port, and nothing sent to the old one arrives.
    """

    def __init__(self) -> None:
        self._inside = _socket()
        self._outside: dict[Address, socket.socket] = {}
        self._hub: Address | None = None
        self.port = int(self._inside.getsockname()[1])

    @asynccontextmanager
    async def before(self, hub_port: int) -> AsyncIterator[None]:
        """Stand before a hub's media port while the block lasts."""
        self._hub = HOST, hub_port
        loop = asyncio.get_running_loop()
        loop.add_reader(self._inside.fileno(), self._out)
        try:
            yield
        finally:
            loop.remove_reader(self._inside.fileno())
            self.rebind()
            self._inside.close()

    def rebind(self) -> None:
        """Forget every port in use."""
        for sock in self._outside.values():
            asyncio.get_running_loop().remove_reader(sock.fileno())
            sock.close()
        self._outside.clear()

    def _out(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
            while True:
                datagram, client = self._inside.recvfrom(2048)
                if client not in self._outside:
                    self._outside[client] = self._mapped(client)
                self._outside[client].send(datagram)

    def _mapped(self, client: Address) -> socket.socket:
        assert self._hub is not None
        made = _socket()
        made.connect(self._hub)
        asyncio.get_running_loop().add_reader(made.fileno(), self._in, made, client)
        return made

    def _in(self, sock: socket.socket, client: Address) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
            while True:
                self._inside.sendto(sock.recv(2048), client)


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((HOST, 0))
    made.setblocking(False)
    return made
