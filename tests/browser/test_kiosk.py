"""A room that runs by itself: nobody presses anything, whatever becomes of its computer, line or hub."""

from pathlib import Path

import httpx
import pytest
from playwright.async_api import Error, Page

from tests.browser.kiosks import AUTOPLAY, MEMORY, UNPLUGGED, WRONG_CLOCK, kiosk
from tests.browser.rooms import consents
from tests.browser.screens import console, room
from tests.browser.test_room_troubles import standing_still
from tests.browser.words import pattern, says, silent_about
from tests.kit.chromium import allowed, chromium, decodes, holds, received, sounds, until
from tests.kit.demo import DemoHub, demo_hub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

COMMUNE = "Xã Đầm Vạc"
ELSEWHERE = "Xã Tân Hòa"
MINUTE = """date => new Intl.DateTimeFormat('en-GB',
    {timeZone: 'Asia/Ho_Chi_Minh', hour: '2-digit', minute: '2-digit'}).format(new Date(date))"""


async def test_a_wrong_clock_changes_nothing_and_is_said(demo: DemoHub) -> None:
    wrong = WRONG_CLOCK.replace("HOURS", "-5")
    async with chromium(AUTOPLAY) as browser, kiosk(browser, demo, ELSEWHERE, wrong) as page:
        await decodes(page)
        await says(page, "room.clock.hub")  # the sentence stood for 8 s only, at the start
        await shows_the_hubs_minute(page, demo)
        await page.evaluate("window.__wrong = 30 * 3600000")  # somebody puts it right, wrongly
        sentence = page.get_by_text(pattern("room.clock.ahead")).locator("visible=true").first
        await sentence.wait_for(timeout=allowed(20) * 1000)  # it stands for some seconds only
        await says(page, "room.clock.hub", seconds=20)
        await shows_the_hubs_minute(page, demo)
        await page.evaluate("window.__wrong = 0")
        await silent_about(page, "room.clock.hub", seconds=20)
        await decodes(page)


async def shows_the_hubs_minute(page: Page, demo: DemoHub) -> None:
    """What stands on the room's screen is the time that the hub says, and no other."""
    async with httpx.AsyncClient(trust_env=False) as http:

        async def alike() -> bool:
            date = (await http.get(f"{demo.url}/health/live")).headers.get("date")
            shown = await page.locator("#clock").inner_text()
            return bool(await page.evaluate(MINUTE, date) == shown)

        await until(alike, "the room shows the hub's minute")


async def test_a_pulled_camera_is_said_and_comes_back_by_itself(demo: DemoHub) -> None:
    async with (
        chromium(AUTOPLAY) as browser,
        console(browser, demo, "thuky") as desk,
        kiosk(browser, demo, COMMUNE, UNPLUGGED) as page,
    ):
        await decodes(page)
        await desk.click('[data-act="floor-home"]')
        await consents(page)
        await says(page, "room.on_air", seconds=30)
        await decodes(desk, mid=1, seconds=30)
        await page.evaluate("window.__pull('video')")
        await says(page, "room.unplugged.camera", "room.unplugged.fix", "room.on_air.voice")
        await page.evaluate("window.__pull('audio')")
        await says(page, "room.unplugged.both")
        sent = (await received(page))["sent"]
        await page.evaluate("window.__plug('video'); window.__plug('audio')")
        await silent_about(page, "room.unplugged.both", "room.unplugged.camera", "room.unplugged.microphone")
        await says(page, "room.on_air")

        async def sends_again() -> bool:
            return (await received(page))["sent"] > sent + 10

        await until(sends_again, "the camera is sent again")
        await decodes(desk, mid=1, seconds=30)
        await desk.click('[data-act="take-back"]')
        await silent_about(page, "room.on_air")


async def test_a_page_that_stood_still_comes_back_by_itself(demo: DemoHub) -> None:
    """Sleep: the browser runs no script of the page; meanwhile the hub is gone, and comes back."""
    async with chromium(AUTOPLAY) as browser, room(browser, demo, ELSEWHERE) as page:
        await decodes(page)
        await page.evaluate("window.__same = true; window.__before = window.__hub.channel.tries")
        session = await page.context.new_cdp_session(page)
        await session.send("Page.setWebLifecycleState", {"state": "frozen"})
        demo_seat_gone = standing_still(demo, "web")
        with demo_seat_gone:
            await page.context.browser.contexts[0].pages[0].wait_for_timeout(9_000)  # type: ignore[union-attr]
        await session.send("Page.setWebLifecycleState", {"state": "active"})
        await holds(page, "window.__hub.channel.open", seconds=30)
        await decodes(page, seconds=30)
        assert await page.evaluate("window.__same")


async def test_memory_is_given_back_between_cases_and_never_in_one(tmp_path: Path) -> None:
    with demo_hub(tmp_path / "data", points=1) as demo:  # the case is put off: not in the others' session
        await _grows(demo)


async def _grows(demo: DemoHub) -> None:
    async with (
        chromium(AUTOPLAY) as browser,
        console(browser, demo, "thuky") as desk,
        kiosk(browser, demo, ELSEWHERE, MEMORY) as page,
    ):
        await page.route("**/js/session/refresh.js", soon)
        await page.reload(wait_until="domcontentloaded")
        await decodes(page)
        await page.evaluate("window.__same = true; window.__heap = 900e6")
        await page.wait_for_timeout(11_000)  # two looks: a case is being heard
        assert await page.evaluate("window.__same === true")
        await desk.click('[data-act="defer"]')
        await desk.fill("dialog[open] [name=reason]", "hẹn lại")
        await desk.click("dialog[open] button.main")
        await until(lambda: loaded_anew(page), "the page is loaded anew", 30)
        await decodes(page, seconds=30)
        await sounds(page)


async def loaded_anew(page: Page) -> bool:
    """Whether the page is another one by now; while it goes it answers nothing."""
    try:
        return bool(await page.evaluate("window.__same === undefined"))
    except Error:
        return False


async def soon(route) -> None:  # type: ignore[no-untyped-def]
    """The same rules, for a page that was just loaded."""
    answer = await route.fetch()
    text = (await answer.text()).replace("apartMs: 15 * 60_000", "apartMs: 1_000")
    assert "apartMs: 1_000" in text
    await route.fulfill(response=answer, body=text)


async def test_voice_only_is_kept_on_the_device_and_said_again_to_every_peer(demo: DemoHub) -> None:
    async with chromium(AUTOPLAY) as browser, room(browser, demo, ELSEWHERE) as page:
        await decodes(page)
        await page.keyboard.press("v")
        await says(page, "room.voice.title", "room.voice.off")
        await still_without_picture(page)
        await page.reload(wait_until="domcontentloaded")
        await says(page, "room.voice.title", seconds=30)
        await sounds(page, seconds=20)
        await still_without_picture(page)
        demo.kill("relay")
        await page.wait_for_timeout(4_000)
        await holds(page, "window.__hub.peer.state === 'connected'", seconds=30)
        await sounds(page, seconds=20)
        await still_without_picture(page)
        await page.click('#cover [data-act="voice"]')
        await decodes(page, seconds=30)


async def still_without_picture(page: Page) -> None:
    """Two seconds in which not one frame of a picture is decoded."""

    async def none_in_two_seconds() -> bool:
        before = (await received(page)).get("frames:0", 0)
        await page.wait_for_timeout(2_000)
        return (await received(page)).get("frames:0", 0) == before

    await until(none_in_two_seconds, "no picture is decoded")


async def test_the_hub_is_killed_and_the_room_comes_back_with_what_it_missed(demo: DemoHub) -> None:
    async with (
        chromium(AUTOPLAY) as browser,
        console(browser, demo, "thuky") as desk,
        room(browser, demo, COMMUNE) as page,
    ):
        await decodes(page)
        await page.evaluate("window.__same = true")
        demo.kill("web")
        await holds(page, "!window.__hub.channel.open", seconds=20)
        await holds(page, "window.__hub.channel.open", seconds=40)
        await decodes(page, seconds=30)
        session = await page.context.new_cdp_session(page)
        await holds(desk, "window.__hub.channel.open", seconds=30)
        await session.send("Page.setWebLifecycleState", {"state": "frozen"})
        await desk.fill("#note-text", "ghi trong lúc phòng vắng")
        await desk.press("#note-text", "Control+Enter")
        await desk.wait_for_timeout(12_000)
        await page.context.set_offline(True)
        await session.send("Page.setWebLifecycleState", {"state": "active"})
        await page.context.set_offline(False)
        await holds(
            page, "window.__hub.state.notes.some(note => note.text.includes('phòng vắng'))", seconds=40
        )
        assert await page.evaluate("window.__same")
