"""A weak line on the loopback: what the hub sends passes no faster than it carries, and waits a little."""

import contextlib
import multiprocessing
import select
import signal
import socket
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

HOST = "127.0.0.1"
_FORK = multiprocessing.get_context("fork")
TURN = 0.002
"""Seconds between two looks at a queue that waits."""
IDLE = 0.05
LONGEST_WAIT = 0.3
"""Seconds of queue: what does not fit is lost, as in a cheap router."""


class NarrowLine:
    """One viewer's way to the hub. `port` is where it finds it; `bits` is what the line carries each second,
    None for all. A process of its own, so that nothing else the test does delays a packet.
    """

    def __init__(self, bits: float | None = None) -> None:
        self._bits = _FORK.Value("d", bits or 0.0)
        self._office = _socket()
        self._hub = _socket()
        self._viewer: tuple[str, int] | None = None
        self._queue: deque[bytes] = deque()
        self._waiting = 0
        self._credit = 0.0
        self.port = int(self._office.getsockname()[1])

    @property
    def bits(self) -> float | None:
        """What it carries each second; may be changed at any time."""
        return self._bits.value or None

    @bits.setter
    def bits(self, bits: float | None) -> None:
        self._bits.value = bits or 0.0

    @contextmanager
    def before(self, hub_port: int) -> Iterator[None]:
        """Stand before a hub's media port while the block lasts."""
        self._hub.connect((HOST, hub_port))
        process = _FORK.Process(target=self._run, daemon=True)
        process.start()
        try:
            yield
        finally:
            process.terminate()
            process.join()
            self._office.close()
            self._hub.close()

    def _run(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a forked web server's handler would only take note
        looked = time.monotonic()
        while True:
            ready, _, _ = select.select([self._office, self._hub], [], [], TURN if self._queue else IDLE)
            if self._office in ready:
                self._up()
            if self._hub in ready:
                self._down()
            now = time.monotonic()
            self._pass(now - looked)
            looked = now

    def _up(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
            while True:
                datagram, self._viewer = self._office.recvfrom(2048)
                self._hub.send(datagram)

    def _down(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
            while True:
                datagram = self._hub.recv(2048)
                bits = self.bits
                if bits is not None and self._waiting * 8 > bits * LONGEST_WAIT:
                    continue
                self._queue.append(datagram)
                self._waiting += len(datagram)

    def _pass(self, elapsed: float) -> None:
        bits = self.bits
        self._credit += 0 if bits is None else bits * elapsed / 8
        while self._queue and (bits is None or self._credit >= len(self._queue[0])):
            datagram = self._queue.popleft()
            self._waiting -= len(datagram)
            self._credit -= len(datagram)
            if self._viewer is not None:
                with contextlib.suppress(OSError):
                    self._office.sendto(datagram, self._viewer)
        if not self._queue or bits is None:
            self._credit = 0.0  # an idle line saves nothing up


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((HOST, 0))
    made.setblocking(False)
    return made
