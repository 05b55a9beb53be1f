"""What a monitoring system is told of a relay."""

import time
from math import inf
from typing import Literal

import psutil

from hub.relay import control
from hub.relay.core.forwarder import Forwarder
from hub.relay.core.peer import Peer
from hub.relay.core.plan import Totals
from hub.relay.core.specs import PICTURE_SLOTS, Rung, SlotCount, SlotName
from hub.relay.wire.metrics import BOUNDS
from hub.relay.wire.mmsg import is_stream
from hub.relay.wire.transport import Transport
from hub.relay.wire.udp import Driver

Line = tuple[float, float | None]
"""Fraction lost (0–1) and round trip in ms, of a peer's latest reports."""


def figures(
    driver: Driver, forwarder: Forwarder, totals: Totals, lines: dict[str, Line], *, peers: bool
) -> control.Figures:
    """All of it; `lines` are the peers' latest reports."""
    driver.port.gather()
    driver.streams.gather()
    return control.Figures(
        dict(totals.values),
        _gauges(driver, forwarder),
        time.process_time(),
        _delays(driver),
        tuple(_peers(driver, forwarder, lines)) if peers else (),
    )


def _delays(driver: Driver) -> control.Histogram:
    counts, total = driver.delays.since_start()
    return control.Histogram(tuple(bound / 1e6 for bound in BOUNDS), counts, total)


def _gauges(driver: Driver, forwarder: Forwarder) -> dict[str, float]:
    port = driver.port
    sources = [source for peer in forwarder.peers.values() for source in peer.sources.values()]
    return {
        "peers_up": len(port.targets),
        "peers_opening": len(port.peers) - len(port.targets),
        "handshakes": port.handshakes,
        "tcp_connections": len(driver.streams.by_address),
        "sources": sum(source.live for source in sources),
        "stages": len(forwarder.stages),
        "resident_bytes": psutil.Process().memory_info().rss,
    }


def _peers(driver: Driver, forwarder: Forwarder, lines: dict[str, Line]) -> list[control.PeerFigures]:
    sent: dict[str, list[SlotCount]] = {}
    for count in forwarder.counts(None):
        sent.setdefault(count.peer, []).append(count)
    return [
        _peer(driver, transport, forwarder.peers.get(name), sent.get(name, []), lines.get(name))
        for name, transport in driver.port.peers.items()
    ]


def _peer(
    driver: Driver, transport: Transport, peer: Peer | None, sent: list[SlotCount], line: Line | None
) -> control.PeerFigures:
    selected = transport.ice.selected
    stream = driver.streams.by_address.get(selected) if selected else None
    loss, round_trip = line if line is not None else (None, None)
    path: Literal["udp", "tcp"] | None = None if not selected else "tcp" if is_stream(selected) else "udp"
    return control.PeerFigures(
        transport.identity.peer,
        transport.up,
        path,
        loss,
        round_trip,
        _estimate(peer),
        {count.slot: (count.packets, count.octets) for count in sent},
        _rungs(peer),
        stream.waiting if stream is not None else 0,
    )


def _rungs(peer: Peer | None) -> dict[SlotName, Rung]:
    """What it is sent of each picture slot at this moment."""
    if peer is None:
        return {}
    homes = {slot: view.home for slot, view in peer.views.items() if slot in PICTURE_SLOTS}
    return {slot: Rung.NONE if home is None else home.rung for slot, home in homes.items()}


def _estimate(peer: Peer | None) -> float | None:
    if peer is None:
        return None
    estimate = peer.line.downlink.estimate
    return estimate if estimate < inf else None
