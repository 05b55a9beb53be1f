"""Ways to send a batch: `sendmmsg`, or one `sendto` after the other; the faster one is found by trying, at start."""

import errno
import select
import socket
import time
from collections.abc import Callable
from typing import Final, Protocol

from hub.relay.core.plan import Totals
from hub.relay.wire.mmsg import Batch, RawAddress, available, ffi, host_and_port, libc, raw_address

PATIENCE: Final = 0.004
"""Seconds a batch may wait for a full socket buffer to drain, before the rest of it is dropped and counted."""
_TRIAL: Final = 64


class Sender(Protocol):
    """Sends slots 0 to count-1 of a batch and returns how many went out. Never raises, never waits over `PATIENCE`."""

    name: str

    def send(self, batch: Batch, count: int) -> int: ...


class _Waiter:
    """Waits a little for room in a socket's send buffer."""

    def __init__(self, sock: socket.socket, totals: Totals) -> None:
        self._poll = select.poll()
        self._poll.register(sock.fileno(), select.POLLOUT)
        self._totals = totals
        self._left = PATIENCE

    def begin(self) -> None:
        self._left = PATIENCE

    def again(self) -> bool:
        """True when there is room again, within what is left of this batch's patience."""
        self._totals.add("send_waited")
        started = time.monotonic()
        if self._left <= 0 or not self._poll.poll(self._left * 1000):
            return False
        self._left -= max(time.monotonic() - started, 0.0002)  # a poll that lies must not spin for ever
        return True


class MmsgSender:
    """One system call for the whole batch (Linux)."""

    name = "sendmmsg"

    def __init__(self, sock: socket.socket, totals: Totals) -> None:
        self._fd = sock.fileno()
        self._waiter = _Waiter(sock, totals)
        self._totals = totals

    def send(self, batch: Batch, count: int) -> int:
        """A destination that cannot be reached is skipped and counted (`send_failed`)."""
        assert libc is not None
        at = sent = 0
        self._waiter.begin()
        while at < count:
            got = libc.sendmmsg(self._fd, batch.headers + at, count - at, socket.MSG_DONTWAIT)
            if got > 0:
                at += got
                sent += got
            elif ffi.errno in (errno.EAGAIN, errno.ENOBUFS):
                if not self._waiter.again():
                    break
            elif ffi.errno != errno.EINTR:
                self._totals.add("send_failed")
                at += 1
        return sent


class SendtoSender:
    """One system call per packet: for systems without `sendmmsg`, or where it is no gain."""

    name = "sendto"

    def __init__(self, sock: socket.socket, totals: Totals) -> None:
        self._socket = sock
        self._waiter = _Waiter(sock, totals)
        self._totals = totals
        self._names: dict[RawAddress, tuple[str, int]] = {}

    def send(self, batch: Batch, count: int) -> int:
        """As `MmsgSender.send`."""
        self._waiter.begin()
        sent = 0
        for i in range(count):
            start = i * batch.slot
            outcome = self._one(batch.view[start : start + batch.lengths[i][0]], self._name(batch, i))
            if outcome is None:
                break
            sent += outcome
        return sent

    def _one(self, packet: bytes, name: tuple[str, int]) -> bool | None:
        while True:
            try:
                self._socket.sendto(packet, socket.MSG_DONTWAIT, name)
                return True
            except BlockingIOError:
                if not self._waiter.again():
                    return None
            except OSError:
                self._totals.add("send_failed")
                return False

    def _name(self, batch: Batch, i: int) -> tuple[str, int]:
        message = batch.messages[i]
        raw = bytes(ffi.buffer(message.msg_name, message.msg_namelen))
        if raw not in self._names:
            if len(self._names) > 4096:
                self._names.clear()
            self._names[raw] = host_and_port(raw)
        return self._names[raw]


def fastest(sock: socket.socket, totals: Totals, clock: Callable[[], float] = time.perf_counter) -> Sender:
    """The sender that took less time for a few bursts to a socket of our own (a few milliseconds in all)."""
    if not available():
        return SendtoSender(sock, totals)
    candidates: list[Sender] = [MmsgSender(sock, totals), SendtoSender(sock, totals)]
    family = sock.family
    with socket.socket(family, socket.SOCK_DGRAM) as sink:
        sink.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        sink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        address = sink.getsockname()
        times = [_trial(sender, raw_address(address[0], address[1]), clock) for sender in candidates]
    return candidates[times.index(min(times))]


def _trial(sender: Sender, address: RawAddress, clock: Callable[[], float]) -> float:
    batch = Batch(_TRIAL, 2048)
    name = ffi.new("char[]", address)
    for i in range(_TRIAL):
        batch.lengths[i][0] = 1200
        batch.messages[i].msg_name = name
        batch.messages[i].msg_namelen = len(address)
    best = float("inf")
    for _ in range(5):
        started = clock()
        sender.send(batch, _TRIAL)
        best = min(best, clock() - started)
    return best
