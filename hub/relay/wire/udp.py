"""The socket driver: reads batches, feeds the port, executes what the core wants sent.

One reader, one timer, no tasks.
"""

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from typing import Final, Protocol

from hub.relay.core.forwarder import Forwarder
from hub.relay.core.plan import Feedback, Plan, SourceChanged, Totals
from hub.relay.wire.fanout import Fanout
from hub.relay.wire.metrics import DelayHistogram
from hub.relay.wire.mmsg import RawAddress, Receiver, available, host_and_port, raw_address
from hub.relay.wire.port import Port
from hub.relay.wire.senders import fastest

log = logging.getLogger(__name__)

_BUFFER: Final = 8 * 1024 * 1024
"""Octets asked of the kernel for each direction: 190 viewers' share of a keyframe."""
_TURNS: Final = 4
"""Batches read before everything else gets its turn."""
_SO_SNDBUFFORCE, _SO_RCVBUFFORCE = 32, 33


class _Reader(Protocol):
    def receive(self) -> list[tuple[bytes, RawAddress]]: ...


class _PlainReader:
    """`recvfrom` in a loop, where there is no `recvmmsg`."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def receive(self) -> list[tuple[bytes, RawAddress]]:
        got = []
        try:
            for _ in range(64):
                datagram, address = self._socket.recvfrom(2048)
                got.append((datagram, raw_address(address[0], address[1])))
        except OSError:
            pass
        return got


def media_socket(host: str, port: int) -> socket.socket:
    """A non-blocking UDP socket with large buffers (beyond the system's limit when we may).

    Raises OSError.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if family == socket.AF_INET6 and host == "::":
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        for force, plain in ((_SO_SNDBUFFORCE, socket.SO_SNDBUF), (_SO_RCVBUFFORCE, socket.SO_RCVBUF)):
            _enlarge(sock, force, plain)
        sock.bind((host, port))
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock


def _enlarge(sock: socket.socket, force: int, plain: int) -> None:
    try:
        sock.setsockopt(socket.SOL_SOCKET, force, _BUFFER)
    except OSError:
        sock.setsockopt(socket.SOL_SOCKET, plain, _BUFFER)


class Driver:
    """Owns the socket from `start` to `close`. `turned` is called after every turn: there may be events."""

    def __init__(
        self,
        sock: socket.socket,
        forwarder: Forwarder,
        totals: Totals,
        turned: Callable[[list[SourceChanged]], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.delays = DelayHistogram()
        self.port = Port(forwarder, totals, self._send, self._forget)
        self._socket = sock
        self._forwarder = forwarder
        self._totals = totals
        self._turned = turned
        self._clock = clock
        self._reader: _Reader = Receiver(sock) if available() else _PlainReader(sock)
        sender = fastest(sock, totals)
        totals.add(f"send_by_{sender.name}")
        self._fanout = Fanout(
            self.port.targets,
            sender,
            totals=totals,
            delays=self.delays,
            skipped=forwarder.skipped,
            clock=clock,
        )
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._soon: asyncio.Handle | None = None

    def start(self) -> None:
        """Begin reading, on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket.fileno(), self._readable)
        self.turn()

    def close(self) -> None:
        """Say goodbye to every peer, and let the socket go."""
        now = self._clock()
        for transport in list(self.port.peers.values()):
            self.port.remove(transport, "closed", now)
        self._loop.remove_reader(self._socket.fileno())
        for handle in (self._timer, self._soon):
            if handle is not None:
                handle.cancel()
        self._socket.close()

    def turn(self) -> None:
        """Do what is due, send what the core wants sent, and set the timer.

        Called after every change from outside too.
        """
        now = self._clock()
        more = self._guarded(self.port.work, now)
        self._guarded(self.port.tick, now)
        deadline = self._forwarder.deadline()
        if deadline is not None and deadline <= now:
            self._guarded(self._forwarder.tick, now)
        self._flush()
        if more and self._soon is None:
            self._soon = self._loop.call_soon(self._again)
        self._arm()

    def _readable(self) -> None:
        port, clock = self.port, self._clock
        for _ in range(_TURNS):
            batch = self._reader.receive()
            now = clock()
            for datagram, address in batch:
                try:
                    port.receive(datagram, address, now)
                except Exception:
                    self._failed("a datagram")
            self._flush()
            if len(batch) < 64:
                break
        self.turn()

    def _again(self) -> None:
        self._soon = None
        self.turn()

    def _expired(self) -> None:
        self._timer = None
        self.turn()

    def _arm(self) -> None:
        due = self.port.deadline()
        wanted = self._forwarder.deadline()
        if wanted is not None and wanted < due:
            due = wanted
        if self._timer is not None:
            if self._due == due:
                return
            self._timer.cancel()
        self._due = due
        self._timer = self._loop.call_later(max(0.0, due - self._clock()), self._expired)

    def _flush(self) -> None:
        outputs = self._forwarder.drain()
        changes: list[SourceChanged] = []
        if outputs:
            try:
                self._fanout.execute(output for output in outputs if isinstance(output, Plan))
                for output in outputs:
                    if isinstance(output, Feedback):
                        self._feedback(output)
                    elif isinstance(output, SourceChanged):
                        changes.append(output)
            except Exception:
                self._failed("a burst")
        if changes or self.port.events:
            self._turned(changes)

    def _feedback(self, feedback: Feedback) -> None:
        target = self.port.targets.get(feedback.peer)
        if target is None:
            self._totals.add("feedback_no_target")
            return
        try:
            self._send(target.outbound.rtcp(feedback.packet), target.raw)
        except ValueError:
            self._totals.add("protect_failed")

    def _send(self, datagram: bytes, address: RawAddress) -> None:
        try:
            self._socket.sendto(datagram, host_and_port(address))
        except OSError:
            self._totals.add("send_failed")

    def _forget(self) -> None:
        self._fanout.forget()

    def _guarded(self, step: Callable[[float], bool | None], now: float) -> bool:
        try:
            return bool(step(now))
        except Exception:
            self._failed(getattr(step, "__name__", "a step"))
            return False

    def _failed(self, what: str) -> None:
        """A bug of ours, met by somebody's input: counted, told ten times, and the relay goes on."""
        self._totals.add("internal_error")
        if self._totals.values["internal_error"] <= 10:
            log.exception("the relay failed on %s", what)
