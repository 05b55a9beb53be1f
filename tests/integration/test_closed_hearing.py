"""The proof of a closed hearing over a real run: the relay's counters of every room stand still."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.bench.console import BenchConsole, sign_in
from hub.relay.client import RelayClient, wait_up
from hub.relay.control import Counts
from tests.kit.chromium import until
from tests.kit.demo import PASSWORD, DemoHub, demo_hub

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

POINTS = 6
SWITCHES = 5


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoHub]:
    """A demo with a few simulated rooms."""
    with demo_hub(tmp_path_factory.mktemp("closed") / "data", points=POINTS) as started:
        yield started


@contextlib.asynccontextmanager
async def desk_and_relay(hub: DemoHub) -> AsyncIterator[tuple[BenchConsole, RelayClient]]:
    """A clerk's console without a screen, and a control link of our own to count by."""
    console = BenchConsole(hub.url, hub.session, await sign_in(hub.url, "thuky", PASSWORD))
    relay = RelayClient(hub.folder / "run" / "relay.sock")
    tasks = [asyncio.create_task(console.run()), asyncio.create_task(relay.run())]
    try:
        await wait_up(relay, 10)
        await asyncio.wait_for(console.up.wait(), 20)
        yield console, relay
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def sent_to_rooms(relay: RelayClient) -> dict[str, int]:
    """Packets sent so far to each room's peer."""
    rooms = {peer.peer for peer in (await relay.state()).peers if peer.owner.startswith("point:")}
    sent = dict.fromkeys(rooms, 0)
    for count in (await relay.counts(None)).slots:
        if count.peer in rooms:
            sent[count.peer] += count.packets
    return sent


async def published(relay: RelayClient, more: int) -> None:
    """Wait until the hall has published that many packets more."""

    async def enough() -> bool:
        return (await relay.counts(None)).totals["rtp_received"] >= goal

    counts: Counts = await relay.counts(None)
    goal = counts.totals["rtp_received"] + more
    await until(enough, f"{more} packets more are published")


async def test_no_room_is_sent_a_packet_while_the_hearing_is_closed(hub: DemoHub) -> None:
    async with desk_and_relay(hub) as (console, relay):

        async def everyone_receives() -> bool:
            before = await sent_to_rooms(relay)
            await published(relay, 30)
            after = await sent_to_rooms(relay)
            return len(after) == POINTS and all(after[peer] > before.get(peer, 0) for peer in after)

        await until(everyone_receives, "every room receives", 60)
        for _ in range(SWITCHES):
            await console.command("audience.set", {"audience": "closed"})
            at_the_cut = await sent_to_rooms(relay)
            await published(relay, 100)
            assert await sent_to_rooms(relay) == at_the_cut
            await console.command("audience.set", {"audience": "all"})
            await until(everyone_receives, "every room receives again", 30)
