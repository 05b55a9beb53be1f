"""Ways to send a batch: `sendmmsg` with segments cut by the kernel (UDP GSO), plain `sendmmsg`, or one
`sendto` after the other. The fastest is found by trying, at start: on some kernels the clever ones are no
gain.
"""

import errno
import logging
import select
import socket
import time
from collections.abc import Callable, Iterator
from math import inf
from typing import Any, Final, Protocol

from hub.relay.core.plan import Totals
from hub.relay.wire.mmsg import Batch, SegmentSizes, available, ffi, libc, raw_address, socket_name

log = logging.getLogger(__name__)

PATIENCE: Final = 0.004
"""Seconds a batch may wait for a full socket buffer to drain, before the rest of it is dropped and counted.
"""
_TRIAL_PACKETS, _TRIAL_ROW, _TRIAL_SIZE = 64, 8, 1200


class Messages(Protocol):
    """Message headers as the kernel takes them, and the packets each is pointed at."""

    headers: Any

    def packets(self, message: int) -> Iterator[memoryview]: ...


class Sender(Protocol):
    """Sends messages 0 to count-1 and returns how many packets did not go out.

    Never raises, and never waits over `PATIENCE`. `segments`: whether a message may be a row of packets.
    `one_by_one` does so with a call for each packet and leaves out empty ones.
    """

    name: str
    segments: bool

    def send(self, batch: Messages, count: int) -> int: ...

    def one_by_one(self, batch: Messages, count: int) -> int: ...


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


class SendtoSender:
    """One system call per packet: for systems without `sendmmsg`, or where it is no gain."""

    name = "sendto"
    segments = False

    def __init__(self, sock: socket.socket, totals: Totals) -> None:
        self._socket = sock
        self._waiter = _Waiter(sock, totals)
        self._totals = totals

    def send(self, batch: Messages, count: int) -> int:
        """As `Sender.send`."""
        self.begin()
        return sum(self.one(batch, message) for message in range(count))

    one_by_one = send

    def begin(self) -> None:
        """A new batch: patience is whole again."""
        self._waiter.begin()

    def one(self, batch: Messages, message: int) -> int:
        """The packets of one message, one by one; returns how many did not go out."""
        header = batch.headers[message].msg_hdr
        name = socket_name(bytes(ffi.buffer(header.msg_name, header.msg_namelen)))
        return sum(not self._packet(packet, name) for packet in batch.packets(message) if len(packet))

    def _packet(self, packet: memoryview, name: tuple[str, int] | tuple[str, int, int, int]) -> bool:
        while True:
            try:
                self._socket.sendto(packet, socket.MSG_DONTWAIT, name)
                return True
            except BlockingIOError:
                if not self._waiter.again():
                    return False
            except OSError:
                self._totals.add("send_failed")
                return False


class MmsgSender:
    """One system call for the whole batch (Linux)."""

    name = "sendmmsg"
    segments = False

    def __init__(self, sock: socket.socket, totals: Totals) -> None:
        self._fd = sock.fileno()
        self._waiter = _Waiter(sock, totals)
        self._totals = totals
        self._singly = SendtoSender(sock, totals)

    def send(self, batch: Messages, count: int) -> int:
        """As `Sender.send`. A destination that cannot be reached is skipped and counted (`send_failed`)."""
        assert libc is not None
        at = dropped = 0
        self._waiter.begin()
        while at < count:
            got = libc.sendmmsg(self._fd, batch.headers + at, count - at, socket.MSG_DONTWAIT)
            if got > 0:
                at += got
            elif ffi.errno in (errno.EAGAIN, errno.ENOBUFS):
                if not self._waiter.again():
                    return dropped + sum(int(batch.headers[i].msg_hdr.msg_iovlen) for i in range(at, count))
            elif ffi.errno != errno.EINTR:
                dropped += self._refused(batch, at, ffi.errno)
                at += 1
        return dropped

    def one_by_one(self, batch: Messages, count: int) -> int:
        """As `Sender.one_by_one`."""
        return self._singly.send(batch, count)

    def _refused(self, batch: Messages, message: int, problem: int) -> int:
        if batch.headers[message].msg_hdr.msg_iovlen == 1:
            self._totals.add("send_failed")
            return 1
        self._totals.add("send_segments_refused")
        if problem == errno.EIO:  # this network device cannot: never ask again
            self.segments = False
        self._singly.begin()
        return self._singly.one(batch, message)


class SegmentSender(MmsgSender):
    """As `MmsgSender`, and a message may be a row of packets.

    A row that is refused goes out packet by packet.
    """

    name = "sendmmsg+segments"
    segments = True


def fastest(sock: socket.socket, totals: Totals, clock: Callable[[], float] = time.perf_counter) -> Sender:
    """The sender that took least time for a few bursts to a socket of our own (a few milliseconds in all).

    The log tells which, and what each took.
    """
    if not available():
        return SendtoSender(sock, totals)
    trying = Totals()
    candidates: list[Sender] = [kind(sock, trying) for kind in (SegmentSender, MmsgSender, SendtoSender)]
    try:
        with _sink(sock.family) as sink:
            address = sink.getsockname()
            batches = [_trial_batch(raw_address(address[0], address[1]), s.segments) for s in candidates]
            times = [_trial(s, b, clock) for s, b in zip(candidates, batches, strict=True)]
    except OSError as problem:  # a trial is no reason not to start
        log.warning("sends by %s, untried: %s", SegmentSender.name, problem)
        return SegmentSender(sock, totals)
    kind = type(candidates[times.index(min(times))])
    tried = ", ".join(
        f"{each.name} {took / _TRIAL_PACKETS * 1e6:.1f}"
        for each, took in zip(candidates, times, strict=True)
        if took < inf
    )
    log.info("sends by %s (µs a packet when tried: %s)", kind.name, tried)
    return kind(sock, totals)  # type: ignore[call-arg]


def _sink(family: int) -> socket.socket:
    """A socket of ours to send to; on a machine without IPv6's loopback IPv4's, in IPv6's clothes."""
    if family != socket.AF_INET6:
        return _bound(family, "127.0.0.1")
    try:
        return _bound(family, "::1")
    except OSError:
        return _bound(family, "::ffff:127.0.0.1")


def _bound(family: int, host: str) -> socket.socket:
    sink = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if family == socket.AF_INET6:
            sink.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sink.bind((host, 0))
    except OSError:
        sink.close()
        raise
    return sink


def _trial_batch(address: bytes, segments: bool) -> tuple[Batch, int, object]:
    batch = Batch(_TRIAL_PACKETS, 2048)
    row = _TRIAL_ROW if segments else 1
    keep = ffi.new("char[]", address), SegmentSizes()
    for i in range(_TRIAL_PACKETS):
        batch.lengths[i][0] = _TRIAL_SIZE
    for i in range(_TRIAL_PACKETS // row):
        message = batch.messages[i]
        message.msg_name, message.msg_namelen = keep[0], len(address)
        message.msg_iov, message.msg_iovlen = batch.iovecs[i * row], row
        batch.firsts[i] = i * row
        if segments:
            message.msg_control, message.msg_controllen = keep[1].get(_TRIAL_SIZE), SegmentSizes.length
    return batch, _TRIAL_PACKETS // row, keep


def _trial(sender: Sender, trial: tuple[Batch, int, object], clock: Callable[[], float]) -> float:
    batch, count, _ = trial
    times = []
    for _ in range(5):
        started = clock()
        dropped = sender.send(batch, count)
        times.append(clock() - started if not dropped else inf)
    return min(times) if sender.segments or not isinstance(sender, SegmentSender) else inf
