"""A roll call as a room and the desk see it: one key, who sits there, and what was found."""

import pytest
from playwright.async_api import Page

from tests.browser.screens import console, room
from tests.browser.words import says
from tests.kit.chromium import chromium, decodes, holds
from tests.kit.demo import DemoHub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

ROOM = "Xã Đầm Vạc"
OTHER = "Xã Tân Hòa"
AUTOPLAY = "--autoplay-policy=no-user-gesture-required"


async def _sits_there(page: Page, name: str) -> None:
    """Say who is in the room: it is asked no more."""
    await page.click('#roll [data-act="who"]')
    await page.fill("#who li input", name)
    await page.select_option("#who li select", "chairman")
    await page.keyboard.press("Enter")
    await says(page, "room.who.saved")


async def test_one_key_answers_and_the_desk_sees_who_is_there(demo: DemoHub) -> None:
    async with (
        chromium(AUTOPLAY) as browser,
        console(browser, demo, "thuky") as desk,
        room(browser, demo, ROOM) as hall,
        room(browser, demo, OTHER) as muted,
    ):
        await decodes(hall)
        await desk.keyboard.press("r")
        await desk.select_option("#roll select[name=seconds]", "30")
        await desk.click('#roll [data-act="begin"]')
        await says(desk.locator("#roll"), "roll.waiting")
        for page in (hall, muted):
            await says(page.locator("#roll"), "room.roll.title", "room.roll.ask")
        tones = await hall.evaluate("window.__hub.state.roll.tones")
        assert await hall.evaluate("window.__hub.state.roll.answers") == {}
        await hall.keyboard.press(str(tones))
        await muted.keyboard.press("0")
        await says(muted.locator("#roll"), "room.roll.silent")
        await says(hall.locator("#roll"), "room.who.ask")

        await _sits_there(hall, "Ông Lê Văn Bình")
        await holds(desk, "window.__hub.state.roll.closed !== null", seconds=60)
        await says(muted.locator("#roll"), "room.who.ask")
        await _sits_there(muted, "Bà Lê Thị Bình")
        point, silent = (demo.room(name)["point"] for name in (ROOM, OTHER))
        results = await desk.evaluate("window.__hub.state.roll.results")
        assert "tv_muted" in results[silent]
        assert not {"absent", "no_answer", "answer_wrong", "tv_muted"} & set(results[point])
        assert sum("absent" in found for found in results.values()) > 100, "rooms nobody opened"
        row = desk.locator("#roll tbody tr", has_text=OTHER).first
        await row.scroll_into_view_if_needed()
        await says(row, "finding.tv_muted", "finding.tv_muted.fix")
        await desk.fill("#roll-find", "dam vac")
        mine = desk.locator(f'#roll tbody tr[data-key="{point}"]')
        await mine.wait_for()
        assert "Ông Lê Văn Bình · Chủ tịch UBND" in await mine.inner_text()

        await holds(hall, "window.__hub.state.roll.closed !== null")
        assert await hall.evaluate("Object.keys(window.__hub.state.roll.results)") == [point]
    with demo.signed_in("thuky") as client:
        text = client.get(f"/sessions/{demo.session}/attendance").text
        assert "Ông Lê Văn Bình" in text
        assert client.get(f"/sessions/{demo.session}/attendance.xlsx").status_code == 200
