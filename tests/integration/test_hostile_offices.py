"""Offices that block UDP, lie behind several addresses, speak IPv6 only, or change their network in the
middle.

Light peers against a real relay, over real sockets of the loopback.
"""

import asyncio
import contextlib
import itertools
import secrets
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from endpoints.peer import Closed
from endpoints.peer.member import Streams
from hub.relay.core.specs import SLOT_SSRC
from hub.relay.wire import stun
from hub.relay.wire.framing import frame
from tests.kit.lab import Camera, Lab, Seat, relay_lab, until
from tests.kit.supervised import supervised

pytestmark = pytest.mark.integration

MAIN, VOICE = SLOT_SSRC["main"], SLOT_SSRC["voice1"]
AFTER_A_KILL = 8.0
"""Seconds; on an idle machine it is under two."""


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    async with relay_lab(tmp_path) as made:
        yield made


@contextlib.asynccontextmanager
async def filming(camera: Camera) -> AsyncIterator[None]:
    """Frames go on for as long as the block lasts; the first is a keyframe."""

    async def film() -> None:
        camera.frame(key=True)
        while True:
            await asyncio.sleep(0.02)
            camera.frame(key=camera.seat.peer.keyframes_asked > 0)

    task = asyncio.create_task(film())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def receives(*seats: Seat, packets: int = 20) -> None:
    """Wait until each has received that many more pictures and voices."""
    before = {seat.name: (len(seat.packets_of(MAIN)), len(seat.packets_of(VOICE))) for seat in seats}

    def enough(seat: Seat) -> bool:
        pictures, voices = before[seat.name]
        return (
            len(seat.packets_of(MAIN)) >= pictures + packets
            and len(seat.packets_of(VOICE)) >= voices + packets
        )

    await until(lambda: all(map(enough, seats)))
    assert not any(seat.peer.reception.forged for seat in seats)


async def totals(lab: Lab) -> dict[str, int]:
    return (await lab.relay.counts()).totals


async def test_picture_and_voice_by_tcp_both_ways(lab: Lab) -> None:
    camera = await lab.publisher("camera", tcp=True)
    await lab.stage({"room"}, main="camera", voice1="camera")
    by_tcp = await lab.viewer("tcp", {"room"}, tcp=True)
    by_udp = await lab.viewer("udp", {"room"})
    async with filming(camera):
        await receives(by_tcp, by_udp, packets=50)
    counted = await totals(lab)
    assert counted["tcp_bound"] == 2
    assert counted.get("internal_error", 0) == 0
    numbers = [int.from_bytes(packet[2:4], "big") for packet in by_tcp.packets_of(MAIN)]
    assert all((after - before) & 0xFFFF == 1 for before, after in itertools.pairwise(numbers))


@pytest.mark.parametrize("first", ["udp", "tcp"])
@pytest.mark.parametrize("then", ["udp", "tcp"])
async def test_a_viewer_that_roams_goes_on_with_the_same_keys(lab: Lab, first: str, then: str) -> None:
    camera = await lab.publisher("camera")
    await lab.stage({"room"}, main="camera", voice1="camera")
    viewer = await lab.viewer("viewer", {"room"}, tcp=first == "tcp")
    async with filming(camera):
        await receives(viewer)
        began = time.monotonic()
        viewer.member.roam(tcp=then == "tcp")
        await receives(viewer)
        assert time.monotonic() - began < 3.0
    assert (viewer.peer.state, len(viewer.events)) == ("up", 1)
    assert isinstance(viewer.member.way, Streams) is (then == "tcp")
    assert (await totals(lab))["ice_moved"] == 1
    assert (await lab.relay.state()).peers[-1].up


async def test_a_publisher_that_roams_is_taken_from_its_new_address(lab: Lab) -> None:
    camera = await lab.publisher("camera")
    await lab.stage({"room"}, main="camera", voice1="camera")
    viewer = await lab.viewer("viewer", {"room"})
    async with filming(camera):
        await receives(viewer)
        camera.seat.member.roam(tcp=True)
        await receives(viewer)
        camera.seat.member.roam(tcp=False)
        await receives(viewer)


async def test_a_check_that_was_overheard_and_never_arrived_moves_nobody(lab: Lab) -> None:
    """The hub cannot have seen it before: only the proof of the new address holds it back."""
    camera = await lab.publisher("camera")
    await lab.stage({"room"}, main="camera", voice1="camera")
    viewer = await lab.viewer("viewer", {"room"})
    local, remote = viewer.peer.local, viewer.peer._remote
    assert remote is not None
    overheard = stun.request(
        secrets.token_bytes(12),
        f"{remote.fragment}:{local.fragment}",
        remote.password,
        priority=1,
        tie_breaker=1,
        use_candidate=True,
    )
    async with filming(camera):
        await receives(viewer)
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as thief,
            socket.create_connection(remote.streams[0]) as pipe,
        ):
            thief.bind(("127.0.0.1", 0))
            for _ in range(20):
                thief.sendto(overheard, remote.candidates[0])
                await asyncio.sleep(0.01)
            fresh = bytearray(overheard)
            pipe.sendall(frame(bytes(fresh)))
            await receives(viewer)
            thief.setblocking(False)
            stolen = []
            with contextlib.suppress(BlockingIOError):
                while True:
                    stolen.append(thief.recv(2048))
        assert {packet[0] for packet in stolen} <= {0, 1}  # answers and our question, and no media
    assert (await totals(lab)).get("ice_moved", 0) == 0


async def test_a_viewer_whose_connection_broke_comes_back_on_another(lab: Lab) -> None:
    camera = await lab.publisher("camera")
    await lab.stage({"room"}, main="camera", voice1="camera")
    viewer = await lab.viewer("viewer", {"room"}, tcp=True, patience=5.0)
    async with filming(camera):
        await receives(viewer)
        assert isinstance(viewer.member.way, Streams)
        viewer.member.way.close()
        viewer.member.way = Streams()
        await receives(viewer)
    assert (viewer.peer.state, len(viewer.events)) == ("up", 1)


async def test_after_a_kill_tcp_viewers_connect_again_and_go_on_with_the_same_keys(tmp_path: Path) -> None:
    """The connections die with the relay; the supervisor's listener takes the next ones meanwhile."""
    async with supervised(tmp_path) as hub:
        camera = await hub.lab.publisher("camera", tcp=True)
        await hub.lab.stage({"room"}, main="camera", voice1="camera")
        by_tcp = [await hub.lab.viewer(f"tcp{index}", {"room"}, tcp=True) for index in range(4)]
        by_udp, away = await hub.lab.viewer("udp", {"room"}), await hub.lab.viewer("away", {"room"}, tcp=True)
        async with filming(camera):
            await receives(*by_tcp, by_udp, away)
            away.member.hung = away.member.silent = True
            boot = hub.relay.boot
            killed = time.monotonic()
            await hub.kill()
            await hub.put_again()
            await receives(*by_tcp, by_udp)
            took = time.monotonic() - killed
            while (await totals(hub.lab)).get("feedback_no_target", 0) == 0:  # reports for who is away
                await receives(*by_tcp, by_udp)
        print(f"twenty packets more of everything {took * 1000:.0f} ms after the kill")
        assert took < AFTER_A_KILL
        assert hub.relay.boot == boot
        for seat in (camera.seat, *by_tcp, by_udp):
            assert seat.peer.state == "up", seat.name
            assert not [event for event in seat.events if isinstance(event, Closed)]
        counted = (await hub.relay.counts()).totals
        assert (counted["tcp_bound"], counted.get("tcp_stranger", 0)) == (1 + len(by_tcp), 0)


async def test_a_hung_viewer_over_tcp_is_hung_up_on_and_another_sees_everything(lab: Lab) -> None:
    camera = await lab.publisher("camera")
    await lab.stage({"room"}, main="camera", voice1="camera")
    hung, well = await lab.viewer("hung", {"room"}, tcp=True), await lab.viewer("well", {"room"}, tcp=True)
    async with filming(camera):
        await receives(hung, well)
        hung.member.hung = True
        seen = len(well.packets_of(MAIN))
        await receives(well, packets=100)
        numbers = [int.from_bytes(packet[2:4], "big") for packet in well.packets_of(MAIN)[seen:]]
        assert all((after - before) & 0xFFFF == 1 for before, after in itertools.pairwise(numbers))


async def test_a_viewer_that_takes_nothing_for_a_while_has_voices_and_then_pictures_again(lab: Lab) -> None:
    camera = await lab.publisher("camera")
    await lab.stage({"room"}, main="camera", voice1="camera")
    slow, well = await lab.viewer("slow", {"room"}, tcp=True), await lab.viewer("well", {"room"})
    async with filming(camera):
        await receives(slow, well)
        slow.member.hung = True
        async with asyncio.timeout(9):  # after ten it would be hung up on
            while (await totals(lab)).get("tcp_picture_dropped", 0) == 0:
                for _ in range(200):
                    camera.frame()
                await asyncio.sleep(0.05)
        asked = camera.seat.peer.keyframes_asked
        slow.member.hung = False
        await receives(slow, well, packets=50)
        await until(lambda: camera.seat.peer.keyframes_asked > asked)
    counted = await totals(lab)
    assert (counted.get("tcp_stuck", 0), counted.get("tcp_voice_dropped", 0)) == (0, 0)
    assert (slow.peer.state, len(slow.events)) == ("up", 1)


@pytest.mark.parametrize("host", ["::1", "::"])
@pytest.mark.parametrize("tcp", [False, True])
async def test_ipv6_from_end_to_end(tmp_path: Path, host: str, tcp: bool) -> None:
    async with relay_lab(tmp_path, host, ("::1",)) as lab:
        camera = await lab.publisher("camera", tcp=tcp)
        await lab.stage({"room"}, main="camera", voice1="camera")
        viewer = await lab.viewer("viewer", {"room"}, tcp=tcp)
        assert {address for address, _ in viewer.peer.hub} == {"::1"}
        async with filming(camera):
            await receives(viewer)
            viewer.member.roam()
            await receives(viewer)


async def test_one_dual_stack_relay_serves_both_kinds_of_address(tmp_path: Path) -> None:
    async with relay_lab(tmp_path, "::", ("127.0.0.1",)) as lab:
        camera = await lab.publisher("camera")
        await lab.stage({"room"}, main="camera", voice1="camera")
        seats = [await lab.viewer("udp", {"room"}), await lab.viewer("tcp", {"room"}, tcp=True)]
        async with filming(camera):
            await receives(*seats)


async def test_an_address_with_a_port_of_its_own_is_offered_as_it_is(tmp_path: Path) -> None:
    async with relay_lab(tmp_path, addresses=("10.0.0.5", "203.0.113.7:40000", "[2001:db8::1]:40000")) as lab:
        camera = LightSeat(lab)
        udp, streams = await camera.offered()
        port = lab.node.port
        assert udp == (("10.0.0.5", port), ("203.0.113.7", 40_000), ("2001:db8::1", 40_000))
        assert streams == udp


class LightSeat:
    """Reads an offer and never connects."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    async def offered(self) -> tuple[object, object]:
        from endpoints.peer import description
        from hub.relay import control

        offer = await self.lab.relay.open_peer(control.OpenPeer("x", "s", "o", frozenset(), False))
        remote = description.read(offer.sdp)
        return remote.candidates, remote.streams
