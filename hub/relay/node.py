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

from hub.relay import control
from hub.relay.core.forwarder import Forwarder
from hub.relay.core.plan import SourceChanged, Totals
from hub.relay.link import ControlServer
from hub.relay.media import Media
from hub.relay.wire.dtls import Certificate
from hub.relay.wire.udp import Driver, media_socket

log = logging.getLogger(__name__)

QUALITY_INTERVAL: Final = 2.0
"""Seconds between `Quality` events."""


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


async def run(settings: RelaySettings) -> None:
    """Run a relay until SIGTERM, SIGINT or cancellation.

    Raises OSError when a port or a file cannot be had.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, stop.set)
    async with serving(settings) as node:
        gc.freeze()  # what is loaded by now stays: collections need not walk it in the middle of a burst
        log.info("relay %s forwards on UDP port %d", node.media.boot, node.port)
        await stop.wait()


@dataclass(frozen=True, slots=True)
class Node:
    """A running relay. `port` is the UDP port it took."""

    media: Media
    port: int


@contextlib.asynccontextmanager
async def serving(settings: RelaySettings) -> AsyncIterator[Node]:
    """A relay that runs as long as the context is open, inside the running loop. Raises as `run`."""
    certificate = Certificate.load_or_make(settings.certificate_path)
    sock = media_socket(settings.media_host, settings.media_port)
    port = int(sock.getsockname()[1])
    totals = Totals()
    forwarder = Forwarder(seed=secrets.randbits(63), totals=totals)
    server: ControlServer

    def turned(changes: list[SourceChanged]) -> None:
        media.turned(changes)

    def tell(event: control.Event) -> None:
        server.broadcast(event)

    driver = Driver(sock, forwarder, totals, turned)
    media = Media(driver, forwarder, totals, certificate, addresses=offered(settings), port=port, tell=tell)
    server = ControlServer(settings.socket_path, media.handle)
    driver.start()
    reporter = asyncio.create_task(_report(media))
    try:
        await server.start()
        yield Node(media, port)
    finally:
        reporter.cancel()
        await asyncio.gather(reporter, return_exceptions=True)
        driver.close()
        await server.close()


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
