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
from hub.relay.core.plan import Cut, Feedback, Plan, SourceChanged, Totals
from hub.relay.core.specs import SLOT_SSRC
from hub.relay.wire.fanout import Fanout
from hub.relay.wire.fill import best
from hub.relay.wire.metrics import DelayHistogram
from hub.relay.wire.mmsg import RawAddress, Receiver, available, is_stream, raw_address, socket_name
from hub.relay.wire.pacer import Pacer
from hub.relay.wire.port import Port
from hub.relay.wire.senders import fastest
from hub.relay.wire.tcp import Streams, listening_socket

log = logging.getLogger(__name__)

_BUFFER: Final = 8 * 1024 * 1024
"""Octets asked of the kernel for each direction: 190 viewers' share of a keyframe."""
_TURNS: Final = 4
"""Batches read before everything else gets its turn."""
_PAIRS: Final = 32
"""Numbers tried until one is free for UDP and TCP alike."""
_GRAIN: Final = 0.0002
"""Seconds to which arrivals are told apart (the earlier counts): what came together is measured as one."""
_SO_SNDBUFFORCE, _SO_RCVBUFFORCE = 32, 33


class _Reader(Protocol):
    def receive(self) -> list[tuple[bytes, RawAddress, float]]: ...


class _PlainReader:
    """`recvfrom` in a loop, where there is no `recvmmsg`."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def receive(self) -> list[tuple[bytes, RawAddress, float]]:
        got = []
        try:
            for _ in range(64):
                datagram, address = self._socket.recvfrom(2048)
                got.append((datagram, raw_address(address[0], address[1]), 0.0))
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


def media_sockets(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    """The UDP socket and the TCP listener of one port number; 0: any that is free for both. Raises
    OSError.
    """
    for left in reversed(range(_PAIRS if port == 0 else 1)):
        sock = media_socket(host, port)
        try:
            return sock, listening_socket(host, int(sock.getsockname()[1]))
        except OSError:
            sock.close()
            if not left:
                raise
    raise AssertionError("unreachable")


def _enlarge(sock: socket.socket, force: int, plain: int) -> None:
    try:
        sock.setsockopt(socket.SOL_SOCKET, force, _BUFFER)
    except OSError:
        sock.setsockopt(socket.SOL_SOCKET, plain, _BUFFER)


class Driver:
    """Owns the sockets from `start` to `close`: UDP, and a TCP listener of the same port if there is one.

    `turned` is called after every turn: there may be events. `uplink`: bits per second that all that is sent
    may take together; 0: as much as there is."""

    def __init__(
        self,
        sock: socket.socket,
        forwarder: Forwarder,
        totals: Totals,
        turned: Callable[[list[SourceChanged]], None],
        clock: Callable[[], float] = time.monotonic,
        *,
        listener: socket.socket | None = None,
        uplink: int = 0,
    ) -> None:
        self.delays = DelayHistogram()
        self.port = Port(forwarder, totals, self._send, self._forget)
        self.streams = Streams(listener, self.port, totals, self._framed, clock)
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
            streams=self.streams,
            filled_by=best,
            clock=clock,
        )
        totals.add(f"fill_by_{self._fanout.fills_by}")
        self._pacer = Pacer(uplink, totals, forwarder.skipped) if uplink else None
        self._plans: list[Plan] = []
        self._others: list[Feedback | SourceChanged | Cut] = []
        self.read_beside: Callable[[], None] = _nothing
        """Reads what else may come in during a long burst (pipes); the core's answers are gathered after
        it."""
        self._timer: asyncio.TimerHandle | None = None
        self._timed = 0.0
        self._soon: asyncio.Handle | None = None

    def start(self) -> None:
        """Begin reading, on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket.fileno(), self._readable)
        self.streams.start(self._loop)
        self.turn()

    def close(self) -> None:
        """Say goodbye to every peer, and let the socket go."""
        now = self._clock()
        for transport in list(self.port.peers.values()):
            self.port.remove(transport, "closed", now)
        self.streams.close()
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
        self._guarded(self.streams.tick, now)
        deadline = self._forwarder.deadline()
        if deadline is not None and deadline <= now:
            self._guarded(self._forwarder.tick, now)
        self._flush()
        if more and self._soon is None:
            self._soon = self._loop.call_soon(self._again)
        self._arm()

    def _readable(self) -> None:
        for _ in range(_TURNS):
            if not self._read():
                break
        sent = self._flush()
        if self.port.has_work or self._clock() >= self._timed:
            self.turn()
        else:
            if sent:
                self._early()
            self._arm()

    def _early(self) -> None:
        """Some of what timers will ask for. Publishers have just sent, so that it stands before nobody's
        packets now; where more came in meanwhile, that goes first."""
        if not self._read():
            now = self._clock()
            self._guarded(self.port.tick, now)
            self._guarded(self._forwarder.tick_early, now)
        self._flush()

    def _read(self) -> bool:
        """Read one batch and let the core have it. False when there was nothing.

        Called until then before anything is sent: a sender's packets come a few microseconds apart, and those
        that are read together leave together, at half the cost.
        """
        port = self.port
        batch = self._reader.receive()
        now = self._clock()
        if batch:
            self._totals.add("datagrams_received", len(batch))
            self._totals.add("octets_received", sum(len(datagram) for datagram, _, _ in batch))
        for datagram, address, waited in batch:
            self._forwarder.waited = waited
            try:
                port.receive(datagram, address, now)
            except Exception:
                self._failed("a datagram")
            self._gather(now - waited // _GRAIN * _GRAIN - _GRAIN)
        return bool(batch)

    def _gather(self, came_at: float | None = None) -> None:
        """Take what the core wants sent; what is forwarded came in at that time."""
        for output in self._forwarder.drain():
            if isinstance(output, Plan):
                if came_at is not None and output.received_at is not None:
                    output.received_at = came_at
                self._plans.append(output)
            else:
                self._others.append(output)

    def _meanwhile(self) -> list[Plan]:
        """In the middle of a long burst: what has come in since."""
        self._read()
        self.read_beside()
        self._gather()
        return self._due()

    def _due(self) -> list[Plan]:
        """The plans to execute now."""
        plans, self._plans = self._plans, []
        return plans if self._pacer is None else self._pacer.admit(plans, self._clock())

    def _framed(self, frames: list[bytes], address: RawAddress) -> None:
        """What one read of a TCP connection brought."""
        now = self._clock()
        self._totals.add("octets_received", sum(map(len, frames)))
        self._forwarder.waited = 0.0
        for datagram in frames:
            try:
                self.port.receive(datagram, address, now)
            except Exception:
                self._failed("a frame")
        self.turn()

    def _again(self) -> None:
        self._soon = None
        self.turn()

    def _expired(self) -> None:
        self._timer = None
        self.turn()

    def _arm(self) -> None:
        due = min(self.port.deadline(), self.streams.deadline())
        wanted = self._forwarder.deadline()
        if wanted is not None and wanted < due:
            due = wanted
        paced = self._pacer.deadline() if self._pacer is not None else None
        if paced is not None and paced < due:
            due = paced
        if self._timer is not None:
            if self._timed == due:
                return
            self._timer.cancel()
        self._timed = due
        self._timer = self._loop.call_later(max(0.0, due - self._clock()), self._expired)

    def _flush(self) -> bool:
        """Send what the core wants sent. Returns whether there was media to send."""
        self._gather()
        plans = self._due()
        if plans:
            try:
                self._fanout.execute(plans, self._meanwhile)
            except Exception:
                self._failed("a burst")
        others, self._others = self._others, []
        changes: list[SourceChanged] = []
        for output in others:
            match output:
                case Feedback():
                    self._feedback(output)
                case Cut():
                    self._cut(output)
                case SourceChanged():
                    changes.append(output)
        self._guarded(self._flush_streams, self._clock())
        if changes or self.port.events:
            self._turned(changes)
        return bool(plans)

    def _flush_streams(self, now: float) -> None:
        for peer, ssrc in self.streams.flush():
            self._forwarder.relieved(peer, ssrc, now)

    def _cut(self, cut: Cut) -> None:
        """Over TCP packets wait for a slow line: not for somebody who was put outside meanwhile."""
        if not self.streams.by_address:
            return
        targets = [self.port.targets.get(peer) for peer in cut.peers]
        if None in targets:
            self.streams.close_unowned()
        for target in targets:
            if target is not None and is_stream(target.raw):
                self.streams.cut(target.raw, SLOT_SSRC[cut.slot])

    def _feedback(self, feedback: Feedback) -> None:
        target = self.port.targets.get(feedback.peer)
        if target is None or not target.open:  # over TCP: between two connections
            self._totals.add("feedback_no_target")
            return
        try:
            self._send(target.outbound.rtcp(feedback.packet), target.raw)
        except ValueError:
            self._totals.add("protect_failed")
        except Exception:
            self._failed("a report")  # the others' reports, and the timer, do not wait for it

    def _send(self, datagram: bytes, address: RawAddress) -> None:
        if is_stream(address):
            if not self.streams.send(datagram, address):
                self._totals.add("tcp_gone")
            return
        try:
            self._socket.sendto(datagram, socket_name(address))
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


def _nothing() -> None:
    return
