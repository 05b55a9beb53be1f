"""Two relay processes under one hub: everybody sees the one camera, doors shut at both, a kill is felt by
its own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest

from deploy.bench.console import BenchConsole, sign_in
from hub.relay.control import PeerState
from hub.relay.names import relay_name
from hub.relay.pool import RelayPool, wait_all_up
from tests.kit.chromium import until
from tests.kit.demo import PASSWORD, DemoHub, demo_hub

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

POINTS = 8
RELAYS = 2


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoHub]:
    """A demo over two relays, with a few simulated rooms, that these tests may hurt."""
    folder = tmp_path_factory.mktemp("relays") / "data"
    with demo_hub(folder, points=POINTS, relays=str(RELAYS)) as started:
        yield started


@contextlib.asynccontextmanager
async def linked(hub: DemoHub) -> AsyncIterator[RelayPool]:
    """Control links of our own, to count by."""
    pool = RelayPool([hub.folder / "run" / f"{relay_name(index)}.sock" for index in range(RELAYS)])
    task = asyncio.create_task(pool.run())
    try:
        await wait_all_up(pool, 10)
        yield pool
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def rooms(pool: RelayPool, relay: int) -> dict[str, int]:
    """Packets sent so far to each room's peer on that relay."""
    client = pool.clients[relay]
    peers: list[PeerState] = [p for p in (await client.state()).peers if p.owner.startswith("point:")]
    sent = {peer.peer: 0 for peer in peers if peer.up}
    for count in (await client.counts()).slots:
        if count.peer in sent:
            sent[count.peer] += count.packets
    return sent


async def all_receive(pool: RelayPool) -> bool:
    """Whether every room is on one of the relays and is sent something within a second."""
    before = [await rooms(pool, relay) for relay in range(RELAYS)]
    await asyncio.sleep(0.5)
    after = [await rooms(pool, relay) for relay in range(RELAYS)]
    moved = [n > old.get(peer, 0) for old, new in zip(before, after, strict=True) for peer, n in new.items()]
    return len(moved) == POINTS and all(moved)


async def published(pool: RelayPool, more: int) -> None:
    """Wait until the hall has published that many packets more."""
    goal = (await pool.counts()).totals["rtp_received"] + more

    async def enough() -> bool:
        return (await pool.counts()).totals["rtp_received"] >= goal

    await until(enough, f"{more} packets more are published")


async def test_rooms_are_spread_and_all_see_the_one_camera(hub: DemoHub) -> None:
    async with linked(hub) as pool:
        await until(lambda: all_receive(pool), "every room receives", 60)
        assert min([len(await rooms(pool, relay)) for relay in range(RELAYS)]) >= POINTS // 2 - 1
        pipes = [(await client.counts()).totals for client in pool.clients]
        assert max(totals.get("pipe_received", 0) for totals in pipes) > 0
        assert sum(totals.get("pipe_dropped", 0) for totals in pipes) == 0
        assert sum(totals.get("internal_error", 0) for totals in pipes) == 0


@contextlib.asynccontextmanager
async def desk(hub: DemoHub) -> AsyncIterator[BenchConsole]:
    """A clerk's console without a screen."""
    console = BenchConsole(hub.url, hub.session, await sign_in(hub.url, "thuky", PASSWORD))
    task = asyncio.create_task(console.run())
    try:
        await asyncio.wait_for(console.up.wait(), 20)
        yield console
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_no_room_on_either_is_sent_a_packet_while_the_hearing_is_closed(hub: DemoHub) -> None:
    async with linked(hub) as pool, desk(hub) as console:
        await until(lambda: all_receive(pool), "every room receives", 60)
        for _ in range(3):
            await console.command("audience.set", {"audience": "closed"})
            at_the_cut = [await rooms(pool, relay) for relay in range(RELAYS)]
            await published(pool, 150)
            assert [await rooms(pool, relay) for relay in range(RELAYS)] == at_the_cut
            await console.command("audience.set", {"audience": "all", "confirm": True})
            await until(lambda: all_receive(pool), "every room receives again", 30)


async def test_a_relay_that_was_dead_at_the_closing_comes_back_behind_closed_doors(hub: DemoHub) -> None:
    async with linked(hub) as pool, desk(hub) as console:
        await until(lambda: all_receive(pool), "every room receives", 60)
        for relay in range(RELAYS):
            hub.kill(relay_name(relay))
            await console.command("audience.set", {"audience": "closed"})
            await until(partial(_is_back, pool, relay), "it is started again", 30)
            at_the_cut = await rooms(pool, relay)
            await asyncio.sleep(2)
            assert {
                peer: n for peer, n in (await rooms(pool, relay)).items() if peer in at_the_cut
            } == at_the_cut
            await console.command("audience.set", {"audience": "all", "confirm": True})
            await until(lambda: all_receive(pool), "every room receives again", 30)


async def _is_back(pool: RelayPool, relay: int) -> bool:
    """Whether that relay answers and has its rooms again."""
    return pool.clients[relay].up and len(await rooms(pool, relay)) > 0


async def test_a_killed_relay_is_felt_by_its_own_rooms_only_and_they_come_back(hub: DemoHub) -> None:
    async with linked(hub) as pool:
        await until(lambda: all_receive(pool), "every room receives", 60)
        states = [await client.state() for client in pool.clients]
        hall = next(i for i, s in enumerate(states) if any("camera" in peer.sending for peer in s.peers))
        other = 1 - hall
        before = await rooms(pool, hall)
        received = (await pool.clients[hall].counts()).totals["rtp_received"]
        hub.kill(relay_name(other))
        longest, last = 0.0, asyncio.get_running_loop().time()
        seen = before
        while (now := await rooms(pool, hall)) and min(now[peer] - before[peer] for peer in before) < 100:
            if all(now[peer] > seen[peer] for peer in before):
                longest = max(longest, asyncio.get_running_loop().time() - last)
                seen, last = now, asyncio.get_running_loop().time()
            await asyncio.sleep(0.02)
        assert set(before) <= set(now)
        more = (await pool.clients[hall].counts()).totals["rtp_received"] - received
        assert min(now[peer] - before[peer] for peer in before) >= more * 0.8 - 50
        print(f"the others' longest gap after the kill {longest * 1000:.0f} ms")
        assert longest < 1.0
        await until(lambda: all_receive(pool), "every room receives again", 30)
