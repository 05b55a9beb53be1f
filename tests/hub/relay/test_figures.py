"""What monitoring and a bug report are told, by a real relay with real peers."""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from hub.relay.client import RelayRefused
from hub.relay.dump import PAGE
from tests.kit.lab import Lab, relay_lab, until

SALT = "00" * 16


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    async with relay_lab(tmp_path) as made:
        yield made


async def test_a_relay_tells_monitoring_of_itself_and_of_every_peer(lab: Lab) -> None:
    camera = await lab.publisher("hall")
    viewer = await lab.viewer("room", {"all"})
    await lab.stage({"all"}, main="hall", voice1="hall")
    camera.frame(key=True)
    await until(lambda: len(viewer.packets) >= 2)

    figures = await lab.relay.figures()
    assert figures.peers == ()
    assert figures.gauges["peers_up"] == 2
    assert figures.gauges["peers_opening"] == figures.gauges["handshakes"] == 0
    assert figures.gauges["sources"] == 2
    assert figures.gauges["stages"] == 1
    assert figures.gauges["resident_bytes"] > 10_000_000
    assert figures.cpu_seconds > 0
    assert sum(figures.delay.counts) == figures.totals["packets_sent"] >= 2
    assert len(figures.delay.counts) == len(figures.delay.bounds) + 1
    assert 0 < figures.delay.sum < 5
    assert figures.totals["octets_sent"] > figures.totals["packets_sent"] * 12
    assert figures.totals["octets_received"] > 100

    peers = {peer.peer: peer for peer in (await lab.relay.figures(peers=True)).peers}
    assert set(peers) == {"hall", "room"}
    room = peers["room"]
    assert (room.up, room.transport, room.queued_octets) == (True, "udp", 0)
    assert room.slots["main"][0] >= 1
    assert room.rungs["main"] == "high"
    assert room.rungs["second"] == "none"
    assert peers["hall"].slots == {}


async def test_the_memory_told_is_this_processs_and_not_its_keepers(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker is forked from a keeper that has loaded everything: whatever knew its pid before is wrong."""
    asked: list[int] = []

    class Told(psutil.Process):
        def __init__(self) -> None:
            super().__init__()
            asked.append(self.pid)

    monkeypatch.setattr(psutil, "Process", Told)
    await lab.relay.figures()
    assert asked == [os.getpid()]


async def test_a_peer_over_tcp_is_told_as_such(lab: Lab) -> None:
    await lab.viewer("room", {"all"}, tcp=True)
    figures = await lab.relay.figures(peers=True)
    assert [peer.transport for peer in figures.peers] == ["tcp"]
    assert figures.gauges["tcp_connections"] == 1


async def test_a_dump_comes_in_pages_and_names_nobody(lab: Lab) -> None:
    names = [f"room-of-commune-{index}" for index in range(PAGE + 2)]
    for name in names:
        await lab.viewer(name, {"points-of-the-province"})
    camera = await lab.publisher("hall-camera")
    await lab.stage({"points-of-the-province"}, main="hall-camera")
    camera.frame(key=True)

    first = await lab.relay.dump(SALT)
    assert len(first.peers) == PAGE == first.following
    rest = await lab.relay.dump(SALT, first.following)
    assert rest.relay == {}
    assert rest.following is None
    peers = [*first.peers, *rest.peers]
    assert len({peer["peer"] for peer in peers}) == PAGE + 3

    told = json.dumps([first.relay, peers])
    for hidden in (*names, "points-of-the-province", "hall-camera", "stage-", "127.0.0.1", "test:"):
        assert hidden not in told
    for inside in ("splice", "phase", "high", "losses", "ice", "round_trip", "OpenSSL"):
        assert inside in told, inside
    (stage,) = first.relay["stages"]
    assert stage["stage"] == peers[0]["stage"]
    assert sum(stage["viewers"]["main"].values()) == len(names)


async def test_a_dump_counts_what_went_out_on_a_lane_up_to_now(lab: Lab) -> None:
    viewer = await lab.viewer("room", {"all"})
    camera = await lab.publisher("hall")
    await lab.stage({"all"}, main="hall")
    camera.frame(key=True)
    for count in range(2, 5):
        await until(lambda count=count: len(viewer.packets) >= count - 1)
        camera.frame()
    await until(lambda: len(viewer.packets) >= 4)

    dumped = await lab.relay.dump(SALT)
    (view,) = [peer["core"]["views"]["main"] for peer in dumped.peers if peer["core"]["views"].get("main")]
    assert view["phase"] == "live"
    assert view["packets"] == len(viewer.packets)


async def test_a_dump_costs_media_only_a_moment(lab: Lab) -> None:
    for index in range(PAGE):
        await lab.viewer(f"room{index}", {"all"})
    await lab.publisher("hall")
    await lab.stage({"all"}, main="hall")
    page = await lab.relay.dump(SALT)
    assert len(json.dumps([page.relay, page.peers])) < 1_000_000


@pytest.mark.parametrize("salt", ["", "zz", "00", "00" * 65])
async def test_a_salt_that_is_none_is_refused(lab: Lab, salt: str) -> None:
    with pytest.raises(RelayRefused, match="salt_bad"):
        await lab.relay.dump(salt)
