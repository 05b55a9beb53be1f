"""kill -9 while live: media goes on without pages, pages without media, and both come back by themselves."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.browser.screens import console, room
from tests.kit.chromium import chromium, decodes, holds, received, until
from tests.kit.demo import DemoHub, demo_hub

pytestmark = [pytest.mark.integration, pytest.mark.browser, pytest.mark.timeout(240)]

COMMUNE = "Xã Đầm Vạc"
AUTOPLAY = "--autoplay-policy=no-user-gesture-required"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoHub]:
    """A demo that these tests may hurt."""
    with demo_hub(tmp_path_factory.mktemp("kills") / "data", points=3) as started:
        yield started


async def restarted(hub: DemoHub, name: str, before: int) -> None:
    """Wait until the supervisor has started that process again."""

    async def another() -> bool:
        try:
            return hub.pid(name) != before
        except FileNotFoundError:
            return False

    await until(another, f"{name} is started again")


async def add_note(desk: Page, text: str) -> None:
    """As a clerk does."""
    await desk.fill("#note-text", text)
    await desk.press("#note-text", "Control+Enter")


async def test_a_killed_relay_comes_back_with_every_picture(hub: DemoHub) -> None:
    async with (
        chromium(AUTOPLAY) as browser,
        console(browser, hub) as desk,
        room(browser, hub, COMMUNE) as commune,
    ):
        await decodes(desk)
        await decodes(commune)
        peers = [await page.evaluate("window.__hub.peer.id") for page in (desk, commune)]
        await restarted(hub, "relay", hub.kill("relay"))
        for page, peer in zip((desk, commune), peers, strict=True):
            await holds(page, "peer => window.__hub.peer.id && window.__hub.peer.id !== peer", arg=peer)
            await decodes(page, seconds=30)


async def test_a_killed_web_process_stops_no_media_and_loses_no_event(hub: DemoHub) -> None:
    async with (
        chromium(AUTOPLAY) as browser,
        console(browser, hub) as desk,
        room(browser, hub, COMMUNE) as commune,
    ):
        await decodes(commune)
        await add_note(desk, "trước khi mất")
        await holds(commune, "window.__hub.state.notes.some(note => note.text === 'trước khi mất')")
        peer = await commune.evaluate("window.__hub.peer.id")
        before = hub.kill("web")
        await holds(commune, "!window.__hub.channel.open")
        await add_note(desk, "trong lúc mất")
        assert await grows(commune), "the picture stopped with the pages"
        await restarted(hub, "web", before)
        for page in (desk, commune):
            await holds(page, "window.__hub.channel.open", seconds=30)
        found = "window.__hub.state.notes.filter(note => note.text === 'trong lúc mất').length === 1"
        await holds(commune, found, seconds=20)
        assert await commune.evaluate("window.__hub.peer.id") == peer, "the room had to open its media again"
        await decodes(commune)
    numbers = [event["n"] for event in hub.timeline()]
    assert numbers == sorted(set(numbers))
    assert verify(hub.folder, hub.session).returncode == 0


async def grows(page: Page) -> bool:
    """Whether frames are being decoded right now."""
    before = (await received(page))["frames"]
    await asyncio.sleep(1)
    return (await received(page))["frames"] > before + 5


def verify(folder: Path, session: str) -> subprocess.CompletedProcess[str]:
    """`hub verify` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "deploy", "verify", session],
        env={"HUB_DATA_DIR": str(folder), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
