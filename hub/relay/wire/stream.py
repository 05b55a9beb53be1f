"""One TCP connection of a peer: what comes and goes on it, without ever waiting for it."""

import contextlib
import socket
import struct
import time
from collections.abc import Callable
from typing import Final

from hub.relay.core.plan import Totals
from hub.relay.wire.framing import Deframer
from hub.relay.wire.mmsg import RawAddress
from hub.relay.wire.send_queue import SendQueue

READ: Final = 16 * 1024
"""Bytes read before others have their turn."""
FIRST_FRAME: Final = 600
"""Bytes of a frame before the other end has proved itself: a binding request has about 120."""
UNSENT: Final = 32 * 1024
"""Bytes the kernel takes beyond what is on its way: more would only grow old there."""
STUCK: Final = 10.0
"""Seconds a connection may take nothing while something waits."""
_TCP_NOTSENT_LOWAT: Final = 25
_RESET: Final = struct.pack("ii", 1, 0)


class Stream:
    """Owns its socket from the start to `close`. `admits` and `put` are the fan-out's (`Outlet`).

    `dirty` is called whenever something was queued: nothing leaves before `write`.
    """

    def __init__(
        self,
        sock: socket.socket,
        address: RawAddress,
        totals: Totals,
        dirty: Callable[["Stream"], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.address = address
        self.socket = sock
        self.number = sock.fileno()
        self.bound = False
        self.writing = False
        """Whether the loop watches for room to write; the owner's."""
        self.frames = 0
        self.opened_at = clock()
        self._moved_at = self.opened_at
        self._queue = SendQueue()
        self._deframer = Deframer(FIRST_FRAME)
        self._totals = totals
        self._dirty = dirty
        self._clock = clock
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError):  # without it the kernel's own bound holds
            sock.setsockopt(socket.IPPROTO_TCP, _TCP_NOTSENT_LOWAT, UNSENT)

    def bind(self) -> None:
        """A valid check came on it: longer frames may come too."""
        self.bound = True
        self._deframer.longest = 2048

    def admits(self, packet: bytes) -> bool:
        """Whether this RTP packet has a place; what has none is counted and must not be put."""
        return self._queue.admits(packet, self._clock())

    def put(self, protected: bytes) -> None:
        """An admitted packet, protected."""
        self._before()
        self._queue.put(protected, self._clock())

    def control(self, datagram: bytes) -> None:
        """STUN, DTLS or RTCP."""
        self._before()
        self._queue.control(datagram)

    def cut(self, ssrc: int) -> None:
        """What waits of that stream is not sent any more."""
        self._queue.cut(ssrc)

    def _before(self) -> None:
        self._dirty(self)
        if not self._queue.size:
            self._moved_at = self._clock()

    def read(self) -> list[bytes] | None:
        """The frames that came; None at the end. Raises OSError (broken), FramingBad."""
        try:
            data = self.socket.recv(READ)
        except (BlockingIOError, InterruptedError):
            return []
        if not data:
            return None
        return self._deframer.feed(data)

    def write(self) -> bool:
        """Send what is taken; True when something is left for later. Raises OSError when it is broken."""
        queue = self._queue
        while chunk := queue.chunk():
            try:
                sent = self.socket.send(chunk)
            except (BlockingIOError, InterruptedError):
                return True
            self._moved_at = self._clock()
            queue.sent(sent)
            if sent < len(chunk):
                return True
        return False

    @property
    def waiting(self) -> int:
        """Bytes that the connection has not taken yet."""
        return self._queue.size

    @property
    def holding(self) -> bool:
        """Whether pictures are being given up just now."""
        return self._queue.holding

    def relieved(self) -> set[int]:
        """SSRCs of pictures that flow again since the last call."""
        if not self._queue.relieved:
            return set()
        taken, self._queue.relieved = self._queue.relieved, set()
        return taken

    def stuck(self, now: float) -> bool:
        """Whether it took nothing for too long."""
        return bool(self._queue.size) and now - self._moved_at > STUCK

    def gather(self) -> None:
        """Bring what was given up into the totals."""
        for name, amount in self._queue.refused.items():
            self._totals.add(name, amount)
        self._queue.refused.clear()

    def close(self, *, hard: bool = False) -> None:
        """`hard`: what the kernel still holds is thrown away."""
        self.gather()
        if hard:
            with contextlib.suppress(OSError):  # it may be closed already on the other side
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.socket.close()
