"""One light peer of a pool and its way to the hub: a UDP socket, or TCP connections."""

import contextlib
import socket
import time
from collections.abc import Callable
from typing import Final

from endpoints.peer.description import Address
from endpoints.peer.light import Event, LightPeer
from hub.relay.wire.framing import Deframer, frame

RECEIVE_BUFFER: Final = 4 * 1024 * 1024
_READ: Final = 64 * 1024
_MOST_WAITING: Final = 256 * 1024
_STUN: Final = 3
"""The last first byte of what is STUN (RFC 7983)."""


class Datagrams:
    """A UDP socket of the family the hub is reached by."""

    def __init__(self, hub: tuple[Address, ...]) -> None:
        self.ipv6 = bool(hub) and all(":" in host for host, _ in hub)
        self.socket = socket.socket(socket.AF_INET6 if self.ipv6 else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self.socket.bind(("", 0))
        self.number = self.socket.fileno()

    @property
    def port(self) -> int:
        """Of the local socket."""
        return int(self.socket.getsockname()[1])

    def send(self, datagram: bytes, address: Address) -> None:
        """What the network refuses is lost."""
        with contextlib.suppress(OSError):
            self.socket.sendto(datagram, address)

    def close(self) -> None:
        """Let the socket go."""
        self.socket.close()


class Streams:
    """One TCP connection to each address of the hub that is sent to; RFC 4571 framing both ways.

    A connection that broke is made anew by the next check to its address: nothing else may be the first word.
    """

    def __init__(self, receive_buffer: int | None = None) -> None:
        self._receive_buffer = receive_buffer
        self._open: dict[Address, _Connection] = {}

    @property
    def port(self) -> int:
        """Of the first connection's local end; 0 without one."""
        return next((connection.port for connection in self._open.values()), 0)

    def send(self, datagram: bytes, address: Address) -> None:
        """Queued while the connection is being made; lost when it cannot be, or far too much waits."""
        connection = self._open.get(address)
        if connection is None or connection.over:
            if datagram[0] > _STUN:
                return
            connection = self._open[address] = _Connection(address, self._receive_buffer)
        connection.send(datagram)

    def read(self, peer: LightPeer, now: float) -> bool:
        """Hand on what came; True when it may need an answer."""
        talk = False
        for address, connection in list(self._open.items()):
            for packet in connection.read():
                peer.receive(packet, address, now)
                talk = talk or not 128 <= packet[0] <= 191
            if connection.over:
                del self._open[address]
                connection.close()
                peer.broken(now)
                talk = True
        return talk

    def close(self) -> None:
        """Let all connections go."""
        for connection in self._open.values():
            connection.close()


class _Connection:
    def __init__(self, address: Address, receive_buffer: int | None) -> None:
        self.over = False
        self._deframer = Deframer()
        self._waiting = b""
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer is not None:  # before connecting: the window is agreed then
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.connect_ex(address)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def send(self, datagram: bytes) -> None:
        if len(self._waiting) < _MOST_WAITING:
            self._waiting += frame(datagram)
        self._write()

    def _write(self) -> None:
        try:
            while self._waiting and not self.over:
                self._waiting = self._waiting[self._socket.send(self._waiting) :]
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            self.over = True

    def read(self) -> list[bytes]:
        self._write()
        try:
            data = self._socket.recv(_READ) if not self.over else b""
        except (BlockingIOError, InterruptedError):
            return []
        except OSError:
            self.over = True
            return []
        if not data:
            self.over = True
        return self._deframer.feed(data)

    def close(self) -> None:
        self._write()
        self._socket.close()


class Member:
    """One peer of a pool. `events` are handed to `on_event` as they happen.

    For tests and benches: `hung` reads nothing any more, `silent` says nothing any more.
    """

    def __init__(
        self, peer: LightPeer, on_event: Callable[[Event], None] | None, receive_buffer: int | None = None
    ) -> None:
        self.peer = peer
        self.left = False
        self.hung = False
        self.silent = False
        self._on_event = on_event
        self._receive_buffer = receive_buffer
        self.way = self._way()

    def _way(self) -> Datagrams | Streams:
        return Streams(self._receive_buffer) if self.peer.tcp else Datagrams(self.peer.hub)

    @property
    def port(self) -> int:
        """Of the local socket."""
        return self.way.port

    def roam(self, *, tcp: bool | None = None) -> None:
        """Go on from a new socket, as after a change of network; `tcp` changes the transport too."""
        old = self.way
        self.peer.roam(time.monotonic(), tcp=tcp)
        self.way = self._way()
        old.close()
        self.flush()

    def flush(self) -> None:
        """Send what the peer has to send, and pass on its events. What the network refuses is lost."""
        for datagram, address in self.peer.drain():
            if not self.silent:
                self.way.send(datagram, address)
        for event in self.peer.events():
            if self._on_event is not None:
                self._on_event(event)

    def send(self, packet: bytes) -> None:
        """Publish one plaintext RTP packet now."""
        self.peer.send_rtp(packet, time.monotonic())
        self.flush()
