from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from hub.relay.control import Figures, Histogram, PeerFigures
from hub.relay.core.specs import Rung
from web.figures import RelayFigures, is_drop

DELAY = Histogram((0.001, 0.005), (6, 3, 1), 0.25)
TOTALS = {
    "packets_sent": 90,
    "rtp_received": 7,
    "octets_sent": 9000,
    "switches": 2,
    "rung_switches_down": 3,
    "srtp_forged": 4,
    "tracks_begun": 1,
    "send_by_sendmmsg": 1,
    "fill_by_python": 1,
}
GAUGES = {"peers_up": 3, "peers_opening": 1, "handshakes": 1, "resident_bytes": 2**26}


def peer(name: str, **more: object) -> PeerFigures:
    values = {
        "up": True,
        "transport": "udp",
        "loss": 0.02,
        "round_trip_ms": 40.0,
        "estimate_bits": None,
        "slots": {"main": (50, 5000)},
        "rungs": {"main": Rung.LOW},
        "queued_octets": 0,
    }
    return PeerFigures(name, **{**values, **more})  # type: ignore[arg-type]


def samples(
    *peers: PeerFigures, up: dict[int, bool] | None = None
) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """By name and labels, through Prometheus' own parser."""
    registry = CollectorRegistry()
    registry.register(RelayFigures(up or {0: True}, [(0, Figures(TOTALS, GAUGES, 12.5, DELAY, peers))]))
    families = text_string_to_metric_families(generate_latest(registry).decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def of(name: str, **labels: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    return name, tuple(sorted({"relay": "0", **labels}.items()))


def test_a_relay_tells_its_counters_by_relay() -> None:
    seen = samples()
    assert seen[of("hub_relay_packets_total", direction="sent")] == 90
    assert seen[of("hub_relay_packets_total", direction="received")] == 7
    assert seen[of("hub_relay_octets_total", direction="sent")] == 9000
    assert seen[of("hub_relay_switches_total", direction="down")] == 3
    assert seen[of("hub_relay_switches_total", direction="up")] == 0
    assert seen[of("hub_relay_events_total", event="tracks_begun")] == 1
    assert seen[of("hub_relay_cpu_seconds_total")] == 12.5
    assert seen[of("hub_relay_resident_bytes")] == 2**26
    assert seen[of("hub_relay_peers", state="up")] == 3
    assert seen[of("hub_relay_send_method", method="sendmmsg")] == 1
    assert seen[of("hub_relay_fill_method", method="python")] == 1


def test_refusals_are_drops_by_reason_and_other_counters_are_none() -> None:
    seen = samples()
    assert seen[of("hub_relay_drops_total", reason="srtp_forged")] == 4
    assert of("hub_relay_drops_total", reason="tracks_begun") not in seen
    refused = "send_dropped pacer_dropped stranger_stun rtp_off_stage tcp_stuck dtls_queue_full"
    for name in (*refused.split(), "rtp_malformed_short", "resends_over_cap"):
        assert is_drop(name), name
    for name in ("packets_sent", "rtp_received", "joins_replayed", "ice_moved", "tcp_bound", "resends"):
        assert not is_drop(name), name


def test_delays_are_a_cumulative_histogram() -> None:
    seen = samples()
    assert seen[of("hub_relay_forward_delay_seconds_bucket", le="0.001")] == 6
    assert seen[of("hub_relay_forward_delay_seconds_bucket", le="0.005")] == 9
    assert seen[of("hub_relay_forward_delay_seconds_bucket", le="+Inf")] == 10
    assert seen[of("hub_relay_forward_delay_seconds_count")] == 10
    assert seen[of("hub_relay_forward_delay_seconds_sum")] == 0.25


def test_a_relay_that_does_not_answer_is_down_and_says_nothing_else() -> None:
    seen = samples(up={0: True, 1: False})
    assert seen[("hub_relay_up", (("relay", "1"),))] == 0
    assert not [labels for name, labels in seen if ("relay", "1") in labels and name != "hub_relay_up"]


def test_peers_are_told_only_when_asked_and_what_is_unknown_is_left_out() -> None:
    assert not [name for name, _ in samples() if name.startswith("hub_peer")]
    seen = samples(peer("p1"), peer("p2", transport=None, loss=None, round_trip_ms=None, up=False))
    assert seen[of("hub_peer_up", peer="p1", transport="udp")] == 1
    assert seen[of("hub_peer_up", peer="p2", transport="none")] == 0
    assert seen[of("hub_peer_loss_ratio", peer="p1")] == 0.02
    assert seen[of("hub_peer_round_trip_seconds", peer="p1")] == 0.04
    assert of("hub_peer_loss_ratio", peer="p2") not in seen
    assert seen[of("hub_peer_packets_total", peer="p1", slot="main")] == 50
    assert seen[of("hub_peer_rung", peer="p1", slot="main")] == 2
