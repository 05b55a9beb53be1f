"""Drives light peers: one UDP socket each, read in turns with `recvmmsg`.

Polling beats waking: 190 viewers of one 1.5 Mbit/s picture get 45,000 packets a second, and a wake-up for
each would cost more than the packets. An idle socket costs half a microsecond a turn.
"""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Callable
from struct import Struct
from typing import Any, Final

from endpoints.peer.light import Closed, Event, LightPeer
from hub.relay.wire import mmsg
from hub.relay.wire.dtls import Certificate

TURN: Final = 0.01
"""Seconds between two looks at every socket."""
RECEIVE_BUFFER: Final = 4 * 1024 * 1024
BATCH: Final = 64
SLOT: Final = 2048
_ADDRESS: Final = 16
_HEADER: Final = Struct("!BBHII")


class Member:
    """One peer of a pool with its socket. `events` are handed to `on_event` as they happen."""

    def __init__(self, peer: LightPeer, on_event: Callable[[Event], None] | None) -> None:
        self.peer = peer
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self.socket.bind(("", 0))
        self.number = self.socket.fileno()
        self.left = False
        self._on_event = on_event

    @property
    def port(self) -> int:
        """Of the local socket."""
        return int(self.socket.getsockname()[1])

    def flush(self) -> None:
        """Send what the peer has to send, and pass on its events. What the network refuses is lost."""
        for datagram, address in self.peer.drain():
            with contextlib.suppress(OSError):
                self.socket.sendto(datagram, address)
        for event in self.peer.events():
            if self._on_event is not None:
                self._on_event(event)

    def send(self, packet: bytes) -> None:
        """Publish one plaintext RTP packet now."""
        self.peer.send_rtp(packet, time.monotonic())
        self.flush()


class Pool:
    """Owns its members' sockets and the task that serves them; leaving the context closes all."""

    def __init__(self, certificate: Certificate | None = None, turn: float = TURN) -> None:
        if not mmsg.available():
            raise OSError("light peers need recvmmsg (Linux, 64 bits)")
        self.certificate = certificate or Certificate.make()
        self._turn = turn
        self._members: list[Member] = []
        self._batch = mmsg.Batch(BATCH, SLOT)
        self._memory = memoryview(self._batch.view)
        self._names = mmsg.ffi.new("char[]", BATCH * _ADDRESS)
        self._names_view = mmsg.ffi.buffer(self._names)
        self._receive: Any = mmsg.libc.recvmmsg if mmsg.libc is not None else None
        for i, message in enumerate(self._batch.messages):
            message.msg_name = self._names + i * _ADDRESS
            message.msg_namelen = _ADDRESS
            self._batch.lengths[i][0] = SLOT

    def add(self, peer: LightPeer, on_event: Callable[[Event], None] | None = None) -> Member:
        """Give a peer a socket and serve it from now on."""
        member = Member(peer, on_event)
        self._members.append(member)
        member.flush()
        return member

    def remove(self, member: Member) -> None:
        """Say goodbye and close the socket. Harmless a second time."""
        if member.left:
            return
        member.left = True
        member.peer.close()
        member.flush()
        member.socket.close()
        self._members = [other for other in self._members if other is not member]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Pool"]:
        """Serve the members until the block ends."""
        task = asyncio.create_task(self._run(), name="light-peers")
        try:
            yield self
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            for member in list(self._members):
                self.remove(member)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._turn)
            self.turn(time.monotonic())

    def turn(self, now: float) -> None:
        """Read every socket once and do what is due."""
        for member in self._members:
            if not member.left and (self._read(member, now) or now >= member.peer.wake):
                member.peer.tick(now)
                member.flush()

    def _read(self, member: Member, now: float) -> bool:
        """Everything that waits on one socket. True when something came that may need an answer."""
        talk = False
        while True:
            got = self._receive(member.number, self._batch.headers, BATCH, socket.MSG_DONTWAIT, mmsg.ffi.NULL)
            if got <= 0:
                return talk
            talk = self._deal(member.peer, got, now) or talk
            if got < BATCH:
                return talk

    def _deal(self, peer: LightPeer, got: int, now: float) -> bool:
        """Media is counted from its header in place; everything else goes the long way."""
        headers, memory, unpack, media = self._batch.headers, self._memory, _HEADER.unpack_from, peer.media
        talk = False
        for i in range(got):
            start, length = i * SLOT, headers[i].msg_len
            first, second, sequence, _, ssrc = unpack(memory, start)
            if 128 <= first <= 191 and not 192 <= second <= 223 and length >= 12:
                if media(second, sequence, ssrc, length, now):
                    peer.check(bytes(memory[start : start + length]))
            elif length:
                name = bytes(self._names_view[i * _ADDRESS : (i + 1) * _ADDRESS])
                peer.receive(bytes(memory[start : start + length]), mmsg.host_and_port(name), now)
                talk = True
        return talk


def over(events: list[Event]) -> str | None:
    """The reason when one of these events ends a peer."""
    return next((event.reason for event in events if isinstance(event, Closed)), None)
