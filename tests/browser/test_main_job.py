"""The main job in real browsers: a chair with a camera, rooms that watch, a note, a case taken up, a call."""

import asyncio

import pytest
from playwright.async_api import Page

from tests.browser.rooms import consents
from tests.browser.screens import console, room
from tests.kit.chromium import allowed, chromium, decodes, holds, received, sounds, until
from tests.kit.demo import DemoHub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

DISTRICT = "Huyện Đầm Vạc"
COMMUNE = "Xã Đầm Vạc"
ELSEWHERE = "Xã Tân Hòa"
AUTOPLAY = "--autoplay-policy=no-user-gesture-required"


async def note(page: Page, text: str) -> None:
    """Type a note as a clerk does."""
    await page.fill("#note-text", text)
    await page.press("#note-text", "Control+Enter")


async def has_note(page: Page, text: str) -> None:
    """Wait until the note stands on that screen."""
    await holds(page, "text => window.__hub.state.notes.some(note => note.text === text)", text)
    await page.locator(f"text={text}").first.wait_for(state="attached", timeout=allowed(20) * 1000)


async def test_a_case_is_heard_noted_and_taken_up(demo: DemoHub) -> None:
    async with (
        chromium(AUTOPLAY) as browser,
        console(browser, demo) as desk,
        room(browser, demo, DISTRICT) as district,
        room(browser, demo, COMMUNE) as commune,
    ):
        for screen in (district, commune):
            await decodes(screen)
            await sounds(screen)

        await desk.click('[data-act="camera"]')
        await desk.click('[data-act="microphone"]')

        async def sends() -> bool:
            return (await received(desk))["sent"] > 20

        await until(sends, "the console's camera is sent")
        await holds(desk, "Object.keys(window.__hub.state.sources).includes('hall')")
        for screen in (district, commune):
            await decodes(screen)
            await sounds(screen)

        await note(desk, "Yêu cầu đo lại thửa đất trước ngày 30")
        for screen in (district, commune):
            await has_note(screen, "Yêu cầu đo lại thửa đất trước ngày 30")

        await take_up(commune, "Nguyễn Văn Thử Nghiệm")
        taken = desk.locator('[data-slot="take-ups"]')
        await taken.locator(f"text={COMMUNE}").wait_for(timeout=allowed(20) * 1000)
        assert "Nguyễn Văn Thử Nghiệm" in (await taken.inner_text())
    event = next(event for event in demo.timeline() if event["kind"] == "case.taken_up")
    assert event["data"]["leader"] == "Nguyễn Văn Thử Nghiệm"
    assert event["data"]["unit_name"] == COMMUNE
    assert event["media_ms"] > 0
    with demo.signed_in("thuky") as client:
        page = client.get(f"/cases/{event['data']['case']}").text
    assert "Nguyễn Văn Thử Nghiệm" in page
    assert COMMUNE in page
    assert f"/sessions/{demo.session}/timeline#n{event['n']}" in page or f"timeline#{event['n']}" in page


async def take_up(page: Page, leader: str) -> None:
    """The local leader's one press, and who that is."""
    await page.click('[data-act="take-up"]')
    await page.fill("#leader", leader)
    await page.click('#take-up button[value="yes"]')


async def test_a_reload_brings_picture_and_state_back_without_a_click(demo: DemoHub) -> None:
    async with chromium(AUTOPLAY) as browser, room(browser, demo, COMMUNE) as commune:
        await decodes(commune)
        before = await commune.evaluate("window.__hub.state.n")
        await commune.reload(wait_until="commit")
        await decodes(commune)
        await sounds(commune)
        assert await commune.evaluate("window.__hub.state.n") >= before
        assert await commune.evaluate("window.__hub.state.current") is not None


async def test_a_called_room_is_seen_and_heard_by_another_until_its_floor_ends(demo: DemoHub) -> None:
    async with (
        chromium(AUTOPLAY) as browser,
        chromium(AUTOPLAY) as elsewhere,
        console(browser, demo, "thuky") as desk,
        room(browser, demo, COMMUNE) as called,
        room(elsewhere, demo, ELSEWHERE) as other,
    ):
        await decodes(called)
        await decodes(other)
        await desk.click('[data-act="floor-home"]')
        await consents(called)
        await decodes(other, mid=1, rate=8, seconds=30)
        assert await called.locator("#on-air").is_visible()
        await holds(other, "window.__hub.state.floor !== null")
        await called.click('[data-act="end-floor"]')
        await holds(other, "window.__hub.state.floor === null")

        async def still() -> bool:
            before = (await received(other)).get("frames:1", 0)
            await asyncio.sleep(1)
            return (await received(other)).get("frames:1", 0) == before

        await until(still, "the called room's picture has ended")


async def test_a_closed_hearing_reaches_no_room(demo: DemoHub) -> None:
    async with (
        chromium(AUTOPLAY) as browser,
        console(browser, demo, "thuky") as desk,
        room(browser, demo, ELSEWHERE) as outside,
    ):
        await decodes(outside)
        await desk.keyboard.press("F9")
        await holds(
            outside, "window.__hub.state.items.some(item => item.audience === 'closed' && !item.inside)"
        )

        async def silent() -> bool:
            before = (await received(outside))["packets"]
            await asyncio.sleep(1)
            return (await received(outside))["packets"] == before

        await until(silent, "no packet after the cut")
        assert await outside.locator("#cover").is_visible()
        assert (await received(desk))["packets"] > 0
        await reopen(desk)
        await decodes(outside)


async def reopen(page: Page) -> None:
    """Back to all points, which the console asks to confirm."""
    await page.click('[data-audience="all"]')
    await page.click('#ask-open button[value="all"]')
