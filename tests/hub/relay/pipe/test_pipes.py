"""Real relays, real pipes, real peers, in one event loop."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.relay.core.specs import SLOT_SSRC
from hub.relay.pipe import frames
from hub.relay.pipe.frames import Kind, Record
from hub.relay.pipe.giving import MOST_TAKERS
from hub.relay.pipe.pipes import pipe_path
from tests.kit.lab import Camera, until
from tests.kit.relays import Machine, machine

ROOMS = {"rooms"}


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Machine]:
    async with machine(tmp_path) as made:
        yield made


async def totals(made: Machine, relay: int) -> dict[str, int]:
    return (await made.pool.clients[relay].counts()).totals


@contextlib.asynccontextmanager
async def sending(camera: Camera) -> AsyncIterator[None]:
    """Frames all the time, a keyframe among them now and then."""

    async def run() -> None:
        frame = 0
        while True:
            camera.frame(key=frame % 10 == 0)
            frame += 1
            await asyncio.sleep(0.01)

    task = asyncio.create_task(run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_picture_and_a_voice_cross_from_relay_to_relay(two: Machine) -> None:
    lab = two.lab
    await lab.stage(ROOMS, main="cam", voice1="cam")
    camera = await lab.publisher("cam")
    rooms = [await lab.viewer(f"room{index}", ROOMS) for index in range(4)]
    homes = {seat.name: two.pool.where(seat.name) for seat in rooms}
    assert sorted(homes.values()) == [0, 0, 1, 1]
    async with sending(camera):
        for seat in rooms:
            for slot in ("main", "voice1"):
                await until(lambda: len(seat.packets_of(SLOT_SSRC[slot])) > 20)  # noqa: B023
    other = 1 - two.pool.where("cam")
    assert (await totals(two, other))["pipe_received"] > 20
    assert "pipe_dropped" not in await totals(two, 1 - other)
    delays = (await two.pool.clients[other].counts()).delay_us
    assert 0 < delays["pipe_p50"] < 1e6


async def test_a_closed_hearing_is_closed_at_both_when_the_answer_comes(two: Machine) -> None:
    lab = two.lab
    await lab.stage(ROOMS, main="cam")
    camera = await lab.publisher("cam")
    rooms = [await lab.viewer(f"room{index}", ROOMS) for index in range(4)]
    async with sending(camera):
        for seat in rooms:
            await until(lambda: len(seat.packets) > 5)  # noqa: B023
        await lab.stage({"staff"}, main="cam")
        cut = {count.peer: count.packets for count in (await two.pool.counts()).slots}
        received = (await two.pool.counts()).totals["rtp_received"]

        async def more() -> bool:
            return (await two.pool.counts()).totals["rtp_received"] > received + 100

        async with asyncio.timeout(10):
            while not await more():
                await asyncio.sleep(0.02)
        assert {count.peer: count.packets for count in (await two.pool.counts()).slots} == cut


async def test_a_relay_may_end_and_come_back_and_the_other_goes_on(two: Machine) -> None:
    lab = two.lab
    await lab.stage(ROOMS, main="cam")
    camera = await lab.publisher("cam")
    home = two.pool.where("cam")
    rooms = [await lab.viewer(f"room{index}", ROOMS) for index in range(3)]
    stays = next(seat for seat in rooms if two.pool.where(seat.name) == home)
    async with sending(camera):
        await until(lambda: all(len(seat.packets) > 5 for seat in rooms))
        await two.end(1 - home)
        seen = len(stays.packets)
        await until(lambda: len(stays.packets) > seen + 20)
        await two.start(1 - home)
        await until(lambda: two.pool.clients[1 - home].up)
        back = await lab.viewer("back", ROOMS)  # the stage was put by the pool, before anything else
        assert two.pool.where("back") == 1 - home
        await until(lambda: len(back.packets) > 5)


async def test_the_publishers_relay_may_end_and_its_viewers_elsewhere_see_the_next_publisher(
    two: Machine,
) -> None:
    lab = two.lab
    await lab.stage(ROOMS, main="cam")
    await lab.publisher("cam")
    home = two.pool.where("cam")
    room = await lab.viewer("room", ROOMS)
    assert two.pool.where("room") == 1 - home
    await two.end(home)
    await until(lambda: not two.pool.clients[home].up)
    again = await lab.publisher("again")
    await lab.stage(ROOMS, main="again")
    async with sending(again):
        await until(lambda: len(room.packets) > 5)
    await two.start(home)
    await until(lambda: two.pool.clients[home].up)
    other = await lab.viewer("other", ROOMS)
    assert two.pool.where("other") == home
    async with sending(again):
        await until(lambda: len(other.packets) > 5)


async def test_pipes_are_for_this_user_only_and_few(two: Machine, tmp_path: Path) -> None:
    path = pipe_path(tmp_path, 0)
    assert path.stat().st_mode & 0o777 == 0o600
    with contextlib.ExitStack() as stack:
        for _ in range(MOST_TAKERS):
            stack.enter_context(connected(path))
        async with asyncio.timeout(10):
            while not (await totals(two, 0)).get("pipes_refused"):
                await asyncio.sleep(0.02)


async def test_nonsense_ends_only_its_own_pipe(two: Machine, tmp_path: Path) -> None:
    spoken = (
        b"\x07nonsense",
        next(frames.pack([Record(Kind.WANT, 0, b"{}")], 0.0))[0],
        next(frames.pack([Record(Kind.RTP, 1, b"")], 0.0))[0],
    )
    for text in spoken:
        with connected(pipe_path(tmp_path, 0)) as pipe:
            pipe.setblocking(False)
            await asyncio.get_running_loop().sock_sendall(pipe, text)
            assert await asyncio.get_running_loop().sock_recv(pipe, 100) == b""
    assert (await totals(two, 0))["pipe_malformed"] == len(spoken)
    await test_a_picture_and_a_voice_cross_from_relay_to_relay(two)


async def test_a_sibling_that_does_not_read_loses_packets_and_nobody_waits(
    two: Machine, tmp_path: Path
) -> None:
    lab = two.lab
    await lab.stage(ROOMS, main="cam")
    camera = await lab.publisher("cam")
    home = two.pool.where("cam")
    rooms = [await lab.viewer(f"room{index}", ROOMS) for index in range(2)]
    with connected(pipe_path(tmp_path, home)) as pipe:
        pipe.send(next(frames.pack([frames.want({"cam"})], 0.0))[0])
        async with sending(camera), asyncio.timeout(60):
            while not (await totals(two, home)).get("pipe_dropped"):
                for _ in range(200):
                    camera.frame()
                await asyncio.sleep(0.01)
            seen = [len(seat.packets) for seat in rooms]
            await until(lambda: all(len(s.packets) > n + 20 for s, n in zip(rooms, seen, strict=True)))


@contextlib.contextmanager
def connected(path: Path):  # type: ignore[no-untyped-def]  # a socket, as its own context
    """A stranger's pipe to a relay."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as pipe:
        pipe.connect(str(path))
        yield pipe
