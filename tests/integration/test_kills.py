"""kill -9 while live: media goes on without pages, pages without media, and both come back by themselves."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
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


WATCH = """() => {
    const peer = window.__hub.peer, watched = window.__watched = {states: [], longest: 0, frames: 0, at: 0};
    peer.addEventListener('state', (event) => watched.states.push(event.detail.state));
    const connection = peer.connection;
    const changed = () => watched.states.push(connection.connectionState);
    connection.addEventListener('connectionstatechange', changed);
    setInterval(async () => {
        let frames = 0;
        for (const stat of (await connection.getStats()).values())
            if (stat.type === 'inbound-rtp') frames += stat.framesDecoded ?? 0;
        const now = performance.now();
        if (frames > watched.frames) {
            if (watched.at) watched.longest = Math.max(watched.longest, now - watched.at);
            watched.frames = frames;
            watched.at = now;
        }
    }, 50);
}"""
"""Writes down every change of the connection's state, and the longest time without a new frame, in ms."""

LINES = """() => {
    const connection = window.__hub.peer.connection;
    const text = connection.localDescription.sdp + connection.remoteDescription.sdp;
    const lines = text.split("\\r\\n").filter((line) => /^a=(ice-ufrag|fingerprint)/.test(line));
    return [window.__hub.peer.id, ...lines];
}"""


@pytest.mark.parametrize("victims", [("relay",), ("relay-keeper", "relay")])
async def test_a_killed_relay_is_a_gap_and_not_a_new_connection(
    hub: DemoHub, victims: tuple[str, ...]
) -> None:
    async with (
        chromium(AUTOPLAY) as browser,
        console(browser, hub) as desk,
        room(browser, hub, COMMUNE) as commune,
    ):
        pages = (desk, commune)
        for page in pages:
            await decodes(page)
            await page.evaluate(WATCH)
        before = [await page.evaluate(LINES) for page in pages]
        await asyncio.sleep(2)  # so that the keeper does not take the worker for one that dies young
        pids = [hub.pid("relay"), *(hub.kill(victim) for victim in victims)]
        await restarted(hub, "relay", pids[0])
        for page, lines in zip(pages, before, strict=True):
            await until(partial(grows, page), "the picture goes on")
            assert await page.evaluate(LINES) == lines, "it is another connection"
            watched = await page.evaluate("window.__watched")
            assert watched["states"] == [], "the browser noticed more than a gap"
            assert watched["longest"] < (3_000 if len(victims) == 1 else 8_000)


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
