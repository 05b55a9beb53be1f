"""Two relays, seen from browsers: both rooms see the one hall; the kill of a relay is felt by its own room
only, and that one keeps its connection.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Page

from hub.relay.names import relay_name
from hub.relay.pool import RelayPool, wait_all_up
from tests.browser.screens import room
from tests.kit.chromium import chromium, decodes, received, until
from tests.kit.demo import DemoHub, demo_hub
from tests.kit.studio import stats

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

AUTOPLAY = "--autoplay-policy=no-user-gesture-required"
ROOMS = "Xã Đầm Vạc", "Xã Đông Hải"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoHub]:
    """A demo over two relays, without rooms of its own."""
    folder = tmp_path_factory.mktemp("many") / "data"
    with demo_hub(folder, points=0, relays="2") as started:
        yield started


@contextlib.asynccontextmanager
async def linked(hub: DemoHub) -> AsyncIterator[RelayPool]:
    pool = RelayPool([hub.folder / "run" / f"{relay_name(index)}.sock" for index in range(2)])
    task = asyncio.create_task(pool.run())
    try:
        await wait_all_up(pool, 10)
        yield pool
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def harm(page: Page) -> tuple[int, int, int]:
    """What this page's line has lost, asked for again, and stood without: packets, requests, keyframes."""
    media = await stats(page, "inbound-rtp")
    names = "packetsLost", "nackCount", "pliCount"
    lost, asked, keyframes = (sum(int(each.get(name, 0)) for each in media) for name in names)
    return lost, asked, keyframes


async def test_a_killed_relay_is_felt_by_its_own_room_only(hub: DemoHub) -> None:
    async with chromium(AUTOPLAY) as browser, linked(hub) as pool, contextlib.AsyncExitStack() as pages:
        rooms = [await pages.enter_async_context(room(browser, hub, name)) for name in ROOMS]
        for page in rooms:
            await decodes(page, seconds=30)
            await page.evaluate("window.__kept = window.__hub.peer.connection")
        states = [await client.state() for client in pool.clients]
        hall = next(i for i, state in enumerate(states) if any(peer.sending for peer in state.peers))
        where = [await on(page, pool) for page in rooms]
        assert sorted(where) == [0, 1], "the rooms are spread"
        near, far = rooms[where.index(hall)], rooms[where.index(1 - hall)]
        before, seen = await harm(near), (await received(near))["frames"]
        killed = time.monotonic()
        hub.kill(relay_name(1 - hall))
        count = (await received(far))["frames"]

        async def again() -> bool:
            return (await received(far))["frames"] > count + 10

        await until(again, "the killed relay's room sees again", 30)
        print(f"the killed relay's room sees again after {time.monotonic() - killed:.2f} s")
        assert await harm(near) == before
        assert (await received(near))["frames"] > seen
        for page in rooms:
            assert await page.evaluate("window.__kept === window.__hub.peer.connection")


async def on(page: Page, pool: RelayPool) -> int:
    """The relay whose port the page's connection goes to."""
    name = await page.evaluate("window.__hub.peer.id")
    states = [await client.state() for client in pool.clients]
    return next(i for i, state in enumerate(states) if any(peer.peer == name for peer in state.peers))
