"""Drives light peers: one UDP socket each, read in turns with `recvmmsg`, or TCP connections.

Polling beats waking: 190 viewers of one 1.5 Mbit/s picture get 45,000 packets a second, and a wake-up for
each would cost more than the packets. An idle socket costs half a microsecond a turn.
"""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable
from struct import Struct
from typing import Any, Final

from endpoints.peer.light import Closed, Event, LightPeer
from endpoints.peer.member import Datagrams, Member, Streams
from hub.relay.wire import mmsg
from hub.relay.wire.dtls import Certificate

TURN: Final = 0.01
"""Seconds between two looks at every socket."""
_SLICE: Final = 24
"""Sockets read before others in this process get their turn."""
BATCH: Final = 64
SLOT: Final = 2048
_ADDRESS: Final = mmsg.LONGEST_NAME
_HEADER: Final = Struct("!BBHII")


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

    def add(
        self,
        peer: LightPeer,
        on_event: Callable[[Event], None] | None = None,
        *,
        receive_buffer: int | None = None,
    ) -> Member:
        """Give a peer a socket and serve it from now on. `receive_buffer`: bytes, of TCP connections."""
        member = Member(peer, on_event, receive_buffer)
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
        member.way.close()
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
            members = list(self._members)
            for start in range(0, len(members), _SLICE):
                self._serve(members[start : start + _SLICE], time.monotonic())
                await asyncio.sleep(0)  # publishers in this process have a pace to keep

    def turn(self, now: float) -> None:
        """Read every socket once and do what is due."""
        self._serve(self._members, now)

    def _serve(self, members: Iterable[Member], now: float) -> None:
        for member in members:
            if not member.left and (self._read(member, now) or now >= member.peer.wake):
                if not member.silent:
                    member.peer.tick(now)
                member.flush()

    def _read(self, member: Member, now: float) -> bool:
        """Everything that waits for one peer. True when something came that may need an answer."""
        if member.hung:
            return False
        if isinstance(member.way, Streams):
            return member.way.read(member.peer, now)
        return self._read_datagrams(member.way, member.peer, now)

    def _read_datagrams(self, way: Datagrams, peer: LightPeer, now: float) -> bool:
        talk = False
        for message in self._batch.messages if way.ipv6 else ():
            message.msg_namelen = _ADDRESS
        while True:
            got = self._receive(way.number, self._batch.headers, BATCH, socket.MSG_DONTWAIT, mmsg.ffi.NULL)
            if got <= 0:
                return talk
            talk = self._deal(peer, got, now) or talk
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
                at = i * _ADDRESS
                name = bytes(self._names_view[at : at + headers[i].msg_hdr.msg_namelen])
                peer.receive(bytes(memory[start : start + length]), mmsg.host_and_port(name), now)
                talk = True
        return talk


def over(events: list[Event]) -> str | None:
    """The reason when one of these events ends a peer."""
    return next((event.reason for event in events if isinstance(event, Closed)), None)
