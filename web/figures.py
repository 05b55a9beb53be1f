"""The relays' figures as Prometheus takes them. Pure: figures in, metric families out."""

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import Metric

from hub.relay.control import Figures, PeerFigures
from hub.relay.core.specs import Rung

Known = list[tuple[int, Figures]]
"""Figures by relay, of those that answered."""

_GAUGES: Final = {
    "handshakes": "DTLS handshakes under way",
    "tcp_connections": "TCP connections of the media port",
    "sources": "Tracks that arrive",
    "stages": "Sessions the relay knows",
    "resident_bytes": "Resident memory of the process",
}
_COUNTERS: Final = {
    "packets": ("Media packets over the network", {"sent": "packets_sent", "received": "rtp_received"}),
    "octets": ("Octets of media over the network", {"sent": "octets_sent", "received": "octets_received"}),
    "nacks": ("Requests to send packets again", {"sent": "nacks_sent", "received": "nacks_received"}),
    "switches": (
        "Changes of what a slot or a viewer is sent: another source, a smaller rung, a larger one",
        {"source": "switches", "down": "rung_switches_down", "up": "rung_switches_up"},
    ),
}
_SINGLE: Final = {
    "keyframes_asked": ("Keyframes asked of publishers", "keyframes_asked"),
    "resends": ("Packets sent to viewers again", "resends"),
}
_DROP: Final = re.compile(
    r"(^|_)(dropped|refused|malformed|failed|full|broken|oversized|unexpected|contested|stuck|crowded|many|fast)(_|$)"
    r"|^(stranger|srtp|stun|fanout)_|^rtp_(off_stage|before_|unknown|unwanted)|_over_cap$|_bad$|^plans_skipped$"
)
"""Names among the relay's counters that say that something was not forwarded, not taken or not answered."""
_RUNGS: Final = {Rung.NONE: 0, Rung.FEW: 1, Rung.LOW: 2, Rung.HIGH: 3}


class RelayFigures:
    """A collector for a registry. `up` says for every relay whether it can be asked."""

    def __init__(self, up: dict[int, bool], known: Known) -> None:
        self._up = up
        self._known = known

    def collect(self) -> Iterator[Metric]:
        """Every family; those of peers only when peers were asked for."""
        up = GaugeMetricFamily("hub_relay_up", "Whether the control link is up", labels=["relay"])
        for relay, is_up in self._up.items():
            up.add_metric([str(relay)], is_up)
        yield up
        yield from _process(self._known)
        yield from _counters(self._known)
        yield _delays(self._known)
        peers = [(str(relay), peer) for relay, figures in self._known for peer in figures.peers]
        if peers:
            yield from _peers(peers)


def _process(known: Known) -> Iterator[Metric]:
    cpu = CounterMetricFamily("hub_relay_cpu_seconds", "Processor time of the relay", labels=["relay"])
    peers = GaugeMetricFamily(
        "hub_relay_peers", "Media peers, by whether they are up", labels=["relay", "state"]
    )
    send = GaugeMetricFamily(
        "hub_relay_send_method", "How packets leave: 1 for it", labels=["relay", "method"]
    )
    fill = GaugeMetricFamily(
        "hub_relay_fill_method", "How packets are protected: 1 for it", labels=["relay", "method"]
    )
    for relay, figures in known:
        cpu.add_metric([str(relay)], figures.cpu_seconds)
        for state in ("up", "opening"):
            peers.add_metric([str(relay), state], figures.gauges.get(f"peers_{state}", 0))
        for name in figures.totals:
            for begins, family in (("send_by_", send), ("fill_by_", fill)):
                if name.startswith(begins):
                    family.add_metric([str(relay), name.removeprefix(begins)], 1)
    yield from (cpu, peers, send, fill)
    for name, what in _GAUGES.items():
        gauge = GaugeMetricFamily(f"hub_relay_{name}", what, labels=["relay"])
        for relay, figures in known:
            gauge.add_metric([str(relay)], figures.gauges.get(name, 0))
        yield gauge


def _counters(known: Known) -> Iterator[Metric]:
    for family, (what, parts) in _COUNTERS.items():
        counter = CounterMetricFamily(f"hub_relay_{family}", what, labels=["relay", "direction"])
        for relay, figures in known:
            for direction, name in parts.items():
                counter.add_metric([str(relay), direction], figures.totals.get(name, 0))
        yield counter
    for family, (what, name) in _SINGLE.items():
        counter = CounterMetricFamily(f"hub_relay_{family}", what, labels=["relay"])
        for relay, figures in known:
            counter.add_metric([str(relay)], figures.totals.get(name, 0))
        yield counter
    drops = CounterMetricFamily(
        "hub_relay_drops", "What was not forwarded, taken or answered, by reason", labels=["relay", "reason"]
    )
    events = CounterMetricFamily(
        "hub_relay_events", "Every counter of the relay by name", labels=["relay", "event"]
    )
    for relay, figures in known:
        for name, value in sorted(figures.totals.items()):
            if is_drop(name):
                drops.add_metric([str(relay), name], value)
            events.add_metric([str(relay), name], value)
    yield from (drops, events)


def is_drop(name: str) -> bool:
    """Whether a counter of that name says that something was lost or refused."""
    return _DROP.search(name) is not None


def _delays(known: Known) -> Metric:
    family = HistogramMetricFamily(
        "hub_relay_forward_delay_seconds", "How long packets stay in the relay", labels=["relay"]
    )
    for relay, figures in known:
        delay = figures.delay
        steps = [*(str(bound) for bound in delay.bounds), "+Inf"]
        family.add_metric([str(relay)], list(zip(steps, accumulate(delay.counts), strict=True)), delay.sum)
    return family


def _peers(peers: list[tuple[str, PeerFigures]]) -> Iterator[Metric]:
    yield _up(peers)
    yield _of_peers(
        "loss_ratio", "Worst share of packets lost, in its latest reports", ((r, p, p.loss) for r, p in peers)
    )
    seconds = ((r, p, None if p.round_trip_ms is None else p.round_trip_ms / 1000) for r, p in peers)
    yield _of_peers("round_trip_seconds", "Round trip, in its latest reports", seconds)
    yield _of_peers(
        "estimate_bits_per_second",
        "What its line is thought to carry",
        ((r, p, p.estimate_bits) for r, p in peers),
    )
    yield _of_peers(
        "queued_octets",
        "What its TCP connection has not taken yet",
        ((r, p, p.queued_octets) for r, p in peers),
    )
    yield from _slots(peers)


def _up(peers: list[tuple[str, PeerFigures]]) -> Metric:
    family = GaugeMetricFamily("hub_peer_up", "Whether it is up", labels=["relay", "peer", "transport"])
    for relay, peer in peers:
        family.add_metric([relay, peer.peer, peer.transport or "none"], peer.up)
    return family


def _of_peers(name: str, what: str, values: Iterable[tuple[str, PeerFigures, float | None]]) -> Metric:
    family = GaugeMetricFamily(f"hub_peer_{name}", what, labels=["relay", "peer"])
    for relay, peer, value in values:
        if value is not None:
            family.add_metric([relay, peer.peer], value)
    return family


def _slots(peers: list[tuple[str, PeerFigures]]) -> Iterator[Metric]:
    labels = ["relay", "peer", "slot"]
    packets = CounterMetricFamily("hub_peer_packets", "Packets sent to it", labels=labels)
    octets = CounterMetricFamily("hub_peer_octets", "Octets sent to it", labels=labels)
    rungs = GaugeMetricFamily(
        "hub_peer_rung", "What it is sent: 0 nothing, 1 few frames, 2 low, 3 high", labels=labels
    )
    for relay, peer in peers:
        for slot, (sent, size) in peer.slots.items():
            packets.add_metric([relay, peer.peer, slot], sent)
            octets.add_metric([relay, peer.peer, slot], size)
        for slot, rung in peer.rungs.items():
            rungs.add_metric([relay, peer.peer, slot], _RUNGS[rung])
    yield from (packets, octets, rungs)
