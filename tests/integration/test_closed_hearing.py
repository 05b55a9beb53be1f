"""The proof of a closed hearing under load, a hundred times: from the answer on the relay's counters of every
room stand still, an observer's socket stays silent, and a room's Chromium decodes nothing.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Page

from deploy.bench.console import BenchConsole, sign_in
from deploy.bench.processes import BenchFailed
from hub.relay.client import RelayClient, wait_up
from hub.relay.control import Counts
from tests.kit.chromium import chromium, decodes, holds, received, until, visit
from tests.kit.demo import PASSWORD, DemoHub, demo_hub
from tests.kit.outsider import Watcher, watching

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1500)]

POINTS = 190
SWITCHES = 100
A_WHILE = 40
"""Packets the hall publishes meanwhile: about a quarter of a second."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoHub]:
    """A demo with every room of the province; the simulated ones have small screens, so that two cores have
    some time left for the browser's decoder.
    """
    with demo_hub(tmp_path_factory.mktemp("closed") / "data", points=POINTS, small=True) as started:
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


class Outside:
    """Everybody outside: 190 rooms, one of them a browser, and an observer's player."""

    def __init__(self, relay: RelayClient, page: Page, player: Watcher) -> None:
        self.relay = relay
        self.page = page
        self.player = player

    async def receives(self) -> None:
        """Wait until each room, the player and the browser are sent something, and the browser decodes it."""
        before, frames = await sent_to_rooms(self.relay), (await received(self.page))["frames"]
        arrived = len(self.player.arrivals)

        async def everyone() -> bool:
            sent = await sent_to_rooms(self.relay)
            rooms = len(sent) == POINTS and all(sent[peer] > before.get(peer, 0) for peer in sent)
            return rooms and len(self.player.arrivals) > arrived

        async def decoding() -> bool:
            return (await received(self.page))["frames"] > frames

        await until(everyone, "every room receives", 60)
        await until(decoding, "the browser decodes", 30)

    async def stays_dark(self) -> None:
        """From now on nothing is sent to anybody, and what was under way comes to its end."""
        cut = await sent_to_rooms(self.relay)
        await until(self._still, "the last that was under way before the cut is over", 15)
        assert await sent_to_rooms(self.relay) == cut, "a packet after the cut"

    async def _still(self) -> bool:
        """Whether neither the player nor the browser got, and the browser decoded, anything for a while."""
        arrived, seen = len(self.player.arrivals), await received(self.page)
        await published(self.relay, A_WHILE)
        later = await received(self.page)
        stands = (later["packets"], later["frames"]) == (seen["packets"], seen["frames"])
        return stands and len(self.player.arrivals) == arrived


async def _all_rooms(relay: RelayClient) -> bool:
    return len(await sent_to_rooms(relay)) == POINTS


@contextlib.asynccontextmanager
async def everybody(hub: DemoHub, relay: RelayClient) -> AsyncIterator[Outside]:
    """The last room of the province is opened in a browser: the simulated one gives way."""
    # The last simulated room enrols seconds after the hub is ready; whoever comes later gets the room.
    await until(lambda: _all_rooms(relay), "every simulated room is there", 60)
    async with watching(hub) as player, chromium() as browser:
        page = await browser.new_page(viewport={"width": 1280, "height": 720})
        await visit(page, f"{hub.url}/enrol/{hub.rooms[-1]['code']}")
        await decodes(page, rate=3, seconds=60)
        outside = Outside(relay, page, player)
        await outside.receives()
        yield outside


async def refused(console: BenchConsole, name: str, data: dict[str, object], code: str) -> None:
    """It is refused with that code."""
    with pytest.raises(BenchFailed, match=code):
        await console.command(name, data)


async def test_nobody_outside_is_sent_a_packet_while_the_hearing_is_closed(hub: DemoHub) -> None:
    async with desk_and_relay(hub) as (console, relay), everybody(hub, relay) as outside:
        for number in range(SWITCHES):
            await console.command("audience.set", {"audience": "closed"})
            await outside.stays_dark()
            if number == 0:
                await holds(outside.page, "() => document.getElementById('cover').dataset.state === 'closed'")
                await refused(console, "audience.set", {"audience": "all"}, "confirm_needed")
                await outside.stays_dark()
            await console.command("audience.set", {"audience": "all", "confirm": True})
            await outside.receives()
        await reclassified(console, outside)
    told = [event["data"]["audience"] for event in hub.timeline() if event["kind"] == "audience.set"]
    assert told[-2 * SWITCHES - 1 :] == ["closed", "all"] * SWITCHES + ["closed"], "the timeline followed"


async def reclassified(console: BenchConsole, outside: Outside) -> None:
    """A case that turns out to be a denunciation closes by itself, and only another case opens again."""
    item, following = console.view["items"][:2]
    await console.command("case.reclassify", {"case": item["case"]["id"], "kind": "denunciation"})
    await outside.stays_dark()
    await refused(console, "audience.set", {"audience": "all", "confirm": True}, "denunciation_closed")
    await refused(console, "item.call", {"item": following["id"]}, "confirm_needed")
    await outside.stays_dark()
    await console.command("item.call", {"item": following["id"], "confirm": True})
    await outside.receives()
