"""ICE-TCP (RFC 6544, passive): a listener on the media port's number, for offices that let no UDP out.

A connection says within seconds which peer it is for, by a binding request as over UDP, or is closed. From
then on it is one more address of that peer: `Port`, `IceLite` and `Transport` know no difference. Nobody is
waited for: the socket takes what it takes, the rest is queued within bounds (`send_queue`), and a connection
that takes nothing is closed.
"""

import asyncio
import resource
import socket
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from hub.relay.core.plan import Totals
from hub.relay.core.specs import SLOT_SSRC
from hub.relay.wire.framing import FramingBad
from hub.relay.wire.mmsg import RawAddress, stream_address
from hub.relay.wire.port import Port
from hub.relay.wire.stream import Stream

MOST: Final = 1_024
"""Connections in all."""
MOST_OF_ONE: Final = 512
"""Connections from one address: a whole district may come through one gateway."""
MOST_UNBOUND: Final = 128
MOST_UNBOUND_OF_ONE: Final = 32
"""Connections that have not proved anything, in all and from one address; the oldest makes room."""
PATIENCE: Final = 5.0
"""Seconds until the first frame must have been a good one."""
TRIES: Final = 4
"""Frames that may come before one was a valid check."""
SWEEP: Final = 0.5
_BACKLOG: Final = 256
_ACCEPTS: Final = 16
"""Connections accepted before others have their turn."""

Received = Callable[[list[bytes], RawAddress], None]


def raise_descriptor_limit(wanted: int = 4 * MOST) -> None:
    """Many systems begin with 1,024 descriptors for a process, and allow more to one that asks."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def listening_socket(host: str, port: int) -> socket.socket:
    """A non-blocking TCP listener. `::` takes IPv4 as well. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(host != "::"))
        sock.bind((host, port))
        sock.listen(_BACKLOG)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock


class Streams:
    """The connections. `by_address` is what the fan-out looks into.

    `received` is handed the frames of one read (the driver's way into the port).
    """

    def __init__(
        self,
        listener: socket.socket | None,
        port: Port,
        totals: Totals,
        received: Received,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.by_address: dict[RawAddress, Stream] = {}
        self._listener = listener
        self._port = port
        self._totals = totals
        self._received = received
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._number = 0
        self._from: Counter[str] = Counter()
        self._unbound: dict[Stream, str] = {}
        """Oldest first."""
        self._hosts: dict[Stream, str] = {}
        self._dirty: dict[Stream, None] = {}
        self._swept_at = float("-inf")
        self._listening = False

    @property
    def offered(self) -> bool:
        """Whether there is a listener that descriptions may speak of."""
        return self._listener is not None

    # The listener ---------------------------------------------------------------------------------

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to accept."""
        self._loop = loop
        self._listen()

    def _listen(self) -> None:
        if self._listener is not None and self._loop is not None and not self._listening:
            self._loop.add_reader(self._listener.fileno(), self._accept)
            self._listening = True

    def _rest(self) -> None:
        """Out of descriptors: try again at the next sweep, not at once and for ever."""
        self._totals.add("tcp_accept_failed")
        if self._listener is not None and self._loop is not None:
            self._loop.remove_reader(self._listener.fileno())
            self._listening = False

    def close(self) -> None:
        """Let go of the listener and every connection; what waits for them is tried once more."""
        self.flush()
        for stream in list(self._hosts):
            self._close(stream, "")
        if self._listener is not None:
            if self._loop is not None and self._listening:
                self._loop.remove_reader(self._listener.fileno())
            self._listener.close()

    def _accept(self) -> None:
        assert self._listener is not None
        for _ in range(_ACCEPTS):
            try:
                sock, name = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:
                self._rest()
                return
            self._take(sock, name[0].partition("%")[0], name[1])

    def _take(self, sock: socket.socket, host: str, port: int) -> None:
        """Admit a connection, or not."""
        self._totals.add("tcp_accepted")
        if self._from[host] >= MOST_OF_ONE or len(self._hosts) >= MOST:
            self._totals.add("tcp_too_many")
            sock.close()
            return
        self._make_room(host)
        self._number += 1
        try:
            address = stream_address(host, port, self._number)
            stream = Stream(sock, address, self._totals, self._touched, self._clock)
        except OSError:
            self._totals.add("tcp_broken")
            sock.close()
            return
        self.by_address[stream.address] = stream
        self._hosts[stream] = self._unbound[stream] = host
        self._from[host] += 1
        assert self._loop is not None
        self._loop.add_reader(stream.number, self._readable, stream)

    def _make_room(self, host: str) -> None:
        own = [stream for stream, of in self._unbound.items() if of == host]
        if len(own) >= MOST_UNBOUND_OF_ONE:
            self._close(own[0], "tcp_crowded_out")
        elif len(self._unbound) >= MOST_UNBOUND:
            self._close(next(iter(self._unbound)), "tcp_crowded_out")

    # In -------------------------------------------------------------------------------------------

    def _readable(self, stream: Stream) -> None:
        try:
            frames = stream.read()
        except FramingBad:
            self._close(stream, "tcp_framing_bad", hard=True)
            return
        except OSError:
            self._close(stream, "tcp_broken")
            return
        if frames is None:
            self._close(stream, "")
        elif frames:
            self._deal(stream, frames)

    def _deal(self, stream: Stream, frames: list[bytes]) -> None:
        """Until it is bound, one frame at a time, each of which must be a check for a peer of ours."""
        while frames and not stream.bound and stream in self._hosts:
            first = frames.pop(0)
            stream.frames += 1
            if not self._port.expects(first) or stream.frames > TRIES:
                self._close(stream, "tcp_stranger", hard=True)
                return
            self._received([first], stream.address)
            if self._port.owner(stream.address) is not None:
                stream.bind()
                self._unbound.pop(stream, None)
                self._totals.add("tcp_bound")
        if frames and stream in self._hosts:
            self._received(frames, stream.address)

    # Out ------------------------------------------------------------------------------------------

    def send(self, datagram: bytes, address: RawAddress) -> bool:
        """STUN, DTLS or RTCP for one connection; False when it is gone."""
        stream = self.by_address.get(address)
        if stream is None:
            return False
        stream.control(datagram)
        return True

    def get(self, address: RawAddress) -> Stream | None:
        """The connection of that address, for the fan-out; what is put on it leaves with the next `flush`."""
        return self.by_address.get(address)

    def cut(self, address: RawAddress, ssrc: int) -> None:
        """Whoever has that connection may no longer receive that stream: what waits of it is not sent."""
        stream = self.by_address.get(address)
        if stream is not None:
            stream.cut(ssrc)

    def close_unowned(self) -> None:
        """Peers were removed: say goodbye, and hang up; no media that waits is sent any more."""
        for stream in list(self._hosts):
            if stream.bound and self._port.owner(stream.address) is None:
                for ssrc in SLOT_SSRC.values():
                    stream.cut(ssrc)
                self._write(stream)
                self._close(stream, "tcp_unowned")

    def _touched(self, stream: Stream) -> None:
        self._dirty[stream] = None

    def flush(self) -> list[tuple[str, int]]:
        """Hand over what was put since the last time: one system call or two for each connection.

        Returns the viewers (by peer) and SSRCs whose pictures begin to flow again and need a keyframe.
        """
        if not self._dirty:
            return []
        dirty, self._dirty = self._dirty, {}
        relieved = []
        for stream in dirty:
            if stream in self._hosts:
                peer = self._port.owner(stream.address)
                relieved += [(peer, ssrc) for ssrc in stream.relieved() if peer is not None]
                if not stream.writing:
                    self._write(stream)
        return relieved

    def _write(self, stream: Stream) -> None:
        try:
            more = stream.write()
        except OSError:
            self._close(stream, "tcp_broken")
            return
        if more and not stream.writing and self._loop is not None:
            self._loop.add_writer(stream.number, self._write, stream)
            stream.writing = True
        elif stream.writing and not more and self._loop is not None:
            self._loop.remove_writer(stream.number)
            stream.writing = False

    # Time -----------------------------------------------------------------------------------------

    def deadline(self) -> float:
        """When `tick` is wanted next."""
        resting = self.offered and not self._listening
        return self._swept_at + SWEEP if self._hosts or resting else float("inf")

    def tick(self, now: float) -> None:
        """Close who said nothing in time, takes nothing, or belongs to nobody any more."""
        if now < self.deadline():
            return
        self._swept_at = now
        self._listen()
        for stream in list(self._hosts):
            if not stream.bound:
                if now - stream.opened_at > PATIENCE:
                    self._close(stream, "tcp_silent", hard=True)
            elif stream.stuck(now):
                self._close(stream, "tcp_stuck", hard=True)
        self.close_unowned()

    def holding(self) -> list[str]:
        """Viewers whose pictures are being given up because their connection does not take them."""
        held = (self._port.owner(stream.address) for stream in self._hosts if stream.holding)
        return [peer for peer in held if peer is not None]

    def gather(self) -> None:
        """Bring the connections' own counters into the totals, before these are shown."""
        for stream in self._hosts:
            stream.gather()

    def _close(self, stream: Stream, reason: str, *, hard: bool = False) -> None:
        host = self._hosts.pop(stream, None)
        if host is None:
            return
        if reason:
            self._totals.add(reason)
        self._from[host] -= 1
        if not self._from[host]:
            del self._from[host]
        self._unbound.pop(stream, None)
        self._dirty.pop(stream, None)
        del self.by_address[stream.address]
        if self._loop is not None:
            self._loop.remove_reader(stream.number)
            if stream.writing:
                self._loop.remove_writer(stream.number)
        self._port.lost(stream.address)
        stream.close(hard=hard)
