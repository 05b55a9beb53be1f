"""The relay process: one UDP port for media, one Unix socket for control, nothing else.

It keeps forwarding whatever becomes of the web process, and takes a new control connection at any time.
"""

import asyncio
import contextlib
import gc
import logging
import secrets
import signal
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from hub.relay import control, priority
from hub.relay.alive import alive, lock_path
from hub.relay.core.forwarder import Forwarder
from hub.relay.core.ledger import NO_LEDGER
from hub.relay.core.limits import Limits
from hub.relay.core.plan import SourceChanged, Totals
from hub.relay.core.specs import Codec
from hub.relay.held import Held
from hub.relay.link import ControlServer
from hub.relay.media import Media
from hub.relay.pipe.forwarder import PipedForwarder
from hub.relay.pipe.pipes import Pipes, Siblings
from hub.relay.wire.dtls import Certificate
from hub.relay.wire.ledger import Ledger
from hub.relay.wire.negotiate import preferring
from hub.relay.wire.tcp import raise_descriptor_limit
from hub.relay.wire.udp import Driver, media_sockets

log = logging.getLogger(__name__)

QUALITY_INTERVAL: Final = 2.0
"""Seconds between `Quality` events."""
HEALTHY: Final = 5.0
"""Seconds after which a relay that went on with another's state is past what that could do to it."""


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """`media_port` 0 takes a free one.

    `addresses` go into offers, best first; empty or `("auto",)` finds them.
    """

    socket_path: Path
    media_host: str
    media_port: int
    addresses: tuple[str, ...]
    certificate_path: Path
    index: int = 0
    relays: int = 1
    """Relays of this machine, this one included: they share publishers by pipes beside the control socket."""
    held: Held | None = None
    """Sockets and ledger of a supervisor: used instead of binding, and gone on with."""
    uplink: int = 0
    """Bits per second that all that is sent may take together; 0: as much as there is."""
    nice: int | None = None
    """Scheduling priority to ask for; None: as it is."""
    codec: Codec = Codec.VP8
    """The picture codec that is asked for first."""


async def run(settings: RelaySettings) -> None:
    """Run a relay until SIGTERM, SIGINT or cancellation.

    Raises OSError when a port or a file cannot be had.
    """
    raise_descriptor_limit()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, stop.set)
    if settings.nice is not None:
        priority.ask(settings.nice)
    async with serving(settings) as node:
        gc.freeze()  # what is loaded by now stays: collections need not walk it in the middle of a burst
        gc.set_threshold(2_000, 20, 100)  # a whole collection takes 12 ms with 190 viewers, and finds little
        log.info("relay %s forwards on UDP port %d", node.media.boot, node.port)
        await stop.wait()


@dataclass(frozen=True, slots=True)
class Node:
    """A running relay. `port` is the number it took, for UDP and TCP."""

    media: Media
    port: int


@contextlib.asynccontextmanager
async def serving(settings: RelaySettings) -> AsyncIterator[Node]:
    """A relay that runs as long as the context is open, inside the running loop. Raises as `run`."""
    with alive(lock_path(settings.socket_path)):
        async with _serving(settings) as node:
            yield node


@contextlib.asynccontextmanager
async def _serving(settings: RelaySettings) -> AsyncIterator[Node]:
    certificate = Certificate.load_or_make(settings.certificate_path)
    held = settings.held
    sock, listener = held.sockets() if held else media_sockets(settings.media_host, settings.media_port)
    port = int(sock.getsockname()[1])
    totals = Totals()
    ledger = Ledger(held.ledger, totals) if held else None
    kind = PipedForwarder if settings.relays > 1 else Forwarder
    limits = Limits(uplink=settings.uplink)
    forwarder = kind(seed=secrets.randbits(63), totals=totals, limits=limits, ledger=ledger or NO_LEDGER)
    server: ControlServer

    def turned(changes: list[SourceChanged]) -> None:
        media.turned(changes)

    def tell(event: control.Event) -> None:
        server.broadcast(event)

    driver = Driver(sock, forwarder, totals, turned, listener=listener, uplink=settings.uplink)
    media = Media(
        driver,
        forwarder,
        totals,
        certificate,
        addresses=offered(settings),
        port=port,
        tell=tell,
        ledger=ledger,
        codecs=preferring(settings.codec),
    )
    server = ControlServer(settings.socket_path, media.handle)
    media.revive()
    driver.start()
    pipes = _pipes(settings, forwarder, totals, driver)
    if pipes is not None:
        media.delays_beside["pipe"] = pipes.delays
        driver.read_beside = pipes.read
    reporter = asyncio.create_task(_report(media))
    healthy = asyncio.get_running_loop().call_later(HEALTHY, ledger.healthy) if ledger else None
    try:
        await server.start()
        yield Node(media, port)
    finally:
        reporter.cancel()
        await asyncio.gather(reporter, return_exceptions=True)
        if pipes is not None:
            pipes.close()
        driver.close()
        await server.close()
        if ledger is not None and healthy is not None:
            healthy.cancel()
            ledger.close(clean=True)


def _pipes(settings: RelaySettings, forwarder: Forwarder, totals: Totals, driver: Driver) -> Pipes | None:
    if not isinstance(forwarder, PipedForwarder):
        return None
    siblings = Siblings(settings.socket_path.parent, settings.index, settings.relays)
    pipes = Pipes(siblings, forwarder, totals, driver.turn)
    pipes.start()
    return pipes


async def _report(media: Media) -> None:
    while True:
        await asyncio.sleep(QUALITY_INTERVAL)
        media.report_quality()


def offered(settings: RelaySettings) -> tuple[str, ...]:
    """The addresses for offers: those that were set, or the one bound to, or every IPv4 address of this
    machine.
    """
    if settings.addresses not in ((), ("auto",)):
        return settings.addresses
    if settings.media_host not in ("", "0.0.0.0", "::"):
        return (settings.media_host,)
    found = {
        address.address
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
        if address.family == socket.AF_INET
    }
    return tuple(sorted(found, key=lambda address: (address.startswith("127."), address)))
