"""The room page refuses nothing silently: each trouble says what it is and what to do, and ends by itself."""

import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.rooms import consents
from tests.browser.screens import console, room
from tests.browser.words import says, silent_about
from tests.kit.chromium import chromium, decodes, holds, received, sounds, until, visit
from tests.kit.demo import DemoHub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

COMMUNE = "Xã Đầm Vạc"
ELSEWHERE = "Xã Tân Hòa"
AUTOPLAY = "--autoplay-policy=no-user-gesture-required"
MICROPHONE_ONLY = "--use-fake-device-for-media-stream=device-count=0"
HEARD = """() => [...document.querySelectorAll('audio')].filter(each => each.srcObject)
    .every(each => !each.paused && !each.muted)"""
PLAYS = """document.querySelector('#screens [data-slot-name=main] video')
    .getVideoPlaybackQuality().totalVideoFrames > 5"""
GATED = "!document.getElementById('sound-gate').hidden"


@contextmanager
def standing_still(demo: DemoHub, *names: str) -> Iterator[None]:
    """Processes that are there and do nothing: connections stay open, nobody answers."""
    pids = [demo.pid(name) for name in names]
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def test_a_denied_camera_says_how_to_allow_it_and_sees_that_it_was(demo: DemoHub) -> None:
    async with chromium(AUTOPLAY, consent=False) as browser, room(browser, demo, ELSEWHERE) as page:
        await says(page, "room.trouble.denied", "room.trouble.denied.fix", "room.trouble.again")
        await decodes(page)
        await sounds(page)
        await page.context.grant_permissions(["camera", "microphone"])
        await silent_about(page, "room.trouble.denied", "room.trouble.denied.fix")
        await decodes(page)


async def test_without_any_device_a_room_watches_and_gives_the_floor_back(demo: DemoHub) -> None:
    async with (
        chromium(AUTOPLAY, cameras=False) as browser,
        console(browser, demo, "thuky") as desk,
        room(browser, demo, COMMUNE) as page,
    ):
        await says(page, "room.trouble.none", "room.trouble.none.fix", "room.trouble.again")
        await decodes(page)
        await sounds(page)
        await desk.click('[data-act="floor-home"]')
        await consents(page)
        await says(page, "room.trouble.called", "room.trouble.none", "room.trouble.none.fix")
        await page.click('#cover [data-act="end-floor"]')
        await holds(desk, "window.__hub.state.floor === null")
        await silent_about(page, "room.trouble.called")


async def test_without_a_camera_a_called_room_is_heard_and_says_so(demo: DemoHub) -> None:
    async with (
        chromium(AUTOPLAY, MICROPHONE_ONLY, cameras=False) as browser,
        console(browser, demo, "thuky") as desk,
        room(browser, demo, COMMUNE) as called,
    ):
        await says(called, "room.trouble.missing", "room.trouble.missing.fix")
        await decodes(called)
        await desk.click('[data-act="floor-home"]')
        await consents(called)
        await says(called, "room.on_air.voice")
        await holds(desk, "Object.keys(window.__hub.state.sources).includes(window.__hub.state.floor?.point)")
        await called.click('#on-air [data-act="end-floor"]')
        await holds(desk, "window.__hub.state.floor === null")


@pytest.mark.parametrize("press", ["click", "Enter"])
async def test_blocked_sound_starts_with_one_press_anywhere(demo: DemoHub, press: str) -> None:
    async with chromium(consent=False) as browser, room(browser, demo, ELSEWHERE) as page:
        look = await untouched(page)
        await until(lambda: look(GATED), "the page asks for a press")
        assert not await look(f"({HEARD})()")
        await until(lambda: look(PLAYS), "the picture plays muted meanwhile")
        await says(page, "room.sound.start", "room.sound.why")
        if press == "click":
            await page.mouse.click(300, 300)
        else:
            await page.evaluate("document.activeElement.blur()")
            await page.keyboard.press("Enter")
        await silent_about(page, "room.sound.start")
        await holds(page, HEARD)
        await sounds(page)
        await says(page, "room.trouble.denied", "room.trouble.denied.fix")


async def untouched(page: Page) -> Callable[[str], Awaitable[Any]]:
    """Evaluate as nobody: what Playwright evaluates counts as a press of the user's, and lets sound play."""
    session = await page.context.new_cdp_session(page)

    async def look(expression: str) -> Any:
        answer = await session.send("Runtime.evaluate", {"expression": expression, "returnByValue": True})
        return answer["result"].get("value")

    return look


async def test_a_lost_line_is_told_and_comes_back_by_itself(demo: DemoHub) -> None:
    async with (
        chromium(AUTOPLAY) as browser,
        console(browser, demo, "thuky") as desk,
        room(browser, demo, COMMUNE) as page,
    ):
        await decodes(page)
        await page.evaluate("window.__same = true")
        with standing_still(demo, "web"):
            await says(page, "room.lost.strip", "room.lost.for", "room.lost.check", "act.retry", seconds=30)
            await says(desk.locator("#line"), "act.retry", seconds=30)
            await decodes(page)
            with standing_still(demo, "relay"):
                lost = ("room.lost.title", "room.lost.for", "room.lost.try", "room.lost.check", "act.retry")
                await says(page, *lost, seconds=30)
                await desk.fill("#note-text", "ghi trong lúc mất đường truyền")
                await desk.press("#note-text", "Control+Enter")
        await silent_about(page, "room.lost.title", "room.lost.strip", seconds=40)
        await holds(page, "window.__hub.state.notes.some(note => note.text.includes('mất đường truyền'))")
        await decodes(page, seconds=30)
        await sounds(page)
        await silent_about(desk.locator("#line"), "act.retry", seconds=30)
        assert await page.evaluate("window.__same")


async def test_a_called_room_without_leave_says_so_and_the_console_takes_the_floor_back(
    demo: DemoHub,
) -> None:
    async with (
        chromium(AUTOPLAY, consent=False) as browser,
        console(browser, demo, "thuky") as desk,
        room(browser, demo, COMMUNE) as called,
    ):
        await decodes(called)
        await desk.click('[data-act="floor-home"]')
        await consents(called)
        await says(called, "room.trouble.called", "room.trouble.denied", "room.trouble.denied.fix")
        await says(called, "room.trouble.again", "room.trouble.go_on", "room.trouble.return")
        await called.click('#cover [data-act="trouble-skip"]')
        await says(called, "room.trouble.unheard", "room.trouble.called")
        assert not await called.locator("#on-air").is_visible()
        await says(desk, "floor.silent", "program.second.silent")
        assert COMMUNE not in await desk.locator('#on-air [data-slot="sources"]').inner_text()
        await desk.click('[data-act="take-back"]')
        await silent_about(called, "room.trouble.called")
        await silent_about(desk, "floor.silent")
        await decodes(called)


async def test_a_room_opened_again_elsewhere_gives_way_and_can_take_it_back(demo: DemoHub) -> None:
    async with chromium(AUTOPLAY) as browser, room(browser, demo, ELSEWHERE) as first:
        await decodes(first)
        async with room(browser, demo, ELSEWHERE) as second:
            await says(first, "room.replaced.title", "room.replaced.text", "room.replaced.use")
            await decodes(second)
            assert await is_still(first)
            welcomed = await second.evaluate("window.__hub.peer.id")
            await first.click('#cover [data-act="reload"]')
            await decodes(first)
            await says(second, "room.replaced.title", "room.replaced.use")
            assert welcomed
            assert await is_still(second)


async def is_still(page: Page) -> bool:
    """Whether the page neither receives anything nor tries to come back."""
    assert (await received(page))["packets"] == 0
    return bool(await page.evaluate("window.__hub.channel.state === 'ended'"))


async def test_an_unknown_link_says_how_to_get_another(demo: DemoHub) -> None:
    async with chromium() as browser:
        page = await browser.new_page(locale="vi")
        for code in ("0" * 16, "abc"):
            answer = await visit(page, f"{demo.url}/enrol/{code}")
            assert answer is not None
            assert answer.status == 404
            await says(page, "room.link.title", "room.link.text")


async def test_a_revoked_link_and_the_screen_it_let_in_say_what_to_do(demo: DemoHub) -> None:
    link = hub(demo, "room", "link", demo.room(ELSEWHERE)["unit"]).strip()
    link = demo.url + link[link.index("/enrol/") :]
    async with chromium(AUTOPLAY) as browser:
        page = await browser.new_page(locale="vi")
        await visit(page, link)
        await decodes(page)
        hub(demo, "room", "revoke", link)
        await page.reload(wait_until="commit")
        await says(page, "room.gone.title", "room.gone.text")
        await visit(page, link)
        await says(page, "room.link.title", "room.link.text")


def hub(demo: DemoHub, *arguments: str) -> str:
    """One command of the hub on the demo's data: what it printed."""
    environ = {**os.environ, "HUB_DATA_DIR": str(demo.folder)}
    command = [sys.executable, "-m", "deploy", *arguments]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
