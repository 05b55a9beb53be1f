"""The console's wall and floor, and directives on their way to one room and back."""

from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.rooms import consents
from tests.browser.screens import console, room
from tests.browser.words import says
from tests.kit.chromium import chromium, decodes, holds, until
from tests.kit.demo import DemoHub
from web.i18n import translate

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

COMMUNE = "Xã Đầm Vạc"
ELSEWHERE = "Xã Tân Hòa"
NEWCOMER = "Phường Bến Thượng"
AUTOPLAY = "--autoplay-policy=no-user-gesture-required"
STATES = ("live", "ill", "voice", "silent", "missing")
BAND_OF = """() => Object.fromEntries([...document.querySelectorAll('#wall .tile')].map(
    tile => [tile.dataset.name, tile.closest('.band').textContent]))"""
SHOWN = """() => [...document.querySelectorAll('#wall .tile:not(.dim)')].map(tile => tile.dataset.name)"""


async def tile_is(page: Page, name: str, state: str, seconds: float = 30.0) -> None:
    """Wait until a room's tile says that state: by its class and by its words."""
    tile = page.locator(f'#wall .tile[data-name="{name}"]')

    async def said() -> bool:
        label = await tile.get_attribute("aria-label") or ""
        return label.startswith(
            translate("vi", "wall.tile", name=name, state=translate("vi", f"wall.{state}"))
        )

    await until(said, f"{name} is {state}", seconds)
    assert state in (await tile.get_attribute("class") or "").split()


async def tile_says(page: Page, name: str, *keys: str, seconds: float = 30.0) -> None:
    """Wait until a room's tile says exactly these things, by their words."""
    state = ", ".join(translate("vi", key) for key in keys)
    label = translate("vi", "wall.tile", name=name, state=state)
    tile = page.locator(f'#wall .tile[data-name="{name}"]')

    heard: list[str | None] = []

    async def said() -> bool:
        heard.append(await tile.get_attribute("aria-label"))
        return heard[-1] == label

    try:
        await until(said, label, seconds)
    except AssertionError as error:
        raise AssertionError(f"{error}; the tile says {heard[-1]}") from None


async def counts(page: Page) -> dict[str, Any]:
    """What the wall's filters say, and what its tiles are."""
    found: dict[str, Any] = await page.evaluate(
        """states => {
            const tiles = [...document.querySelectorAll('#wall .tile')];
            const said = name => Number(document.querySelector(`[data-count="${name}"]`).textContent);
            return {
                said: Object.fromEntries(['all', ...states].map(name => [name, said(name)])),
                tiles: Object.fromEntries([['all', tiles.length], ...states.map(
                    name => [name, tiles.filter(tile => tile.classList.contains(name)).length])]),
                bands: [...document.querySelectorAll('#wall .band [data-slot="count"]')]
                    .reduce((sum, each) => sum + Number(each.textContent.split('/')[0]), 0),
            };
        }""",
        list(STATES),
    )
    return found


async def agree(page: Page) -> None:
    """The counts are those of the tiles, every tile is in one state, and bands add up."""
    found = await counts(page)
    assert found["said"] == found["tiles"]
    assert sum(found["said"][state] for state in STATES) == found["said"]["all"]
    assert found["bands"] == found["said"]["live"]


async def test_the_wall_follows_rooms_as_they_come_and_go(demo: DemoHub) -> None:
    async with chromium(AUTOPLAY) as browser, console(browser, demo, "thuky") as desk:
        await tile_is(desk, NEWCOMER, "missing")
        before = (await counts(desk))["said"]["all"]
        assert before == len(demo.rooms)
        async with room(browser, demo, NEWCOMER) as page:
            await decodes(page)
            await tile_is(desk, NEWCOMER, "live")
            await agree(desk)
        await tile_is(desk, NEWCOMER, "missing")
        await agree(desk)
        await desk.click(f'#wall .tile[data-name="{NEWCOMER}"]')
        await says(desk.locator("#point"), "wall.missing", "wall.detail.fix.missing", "wall.detail.since")
        assert await desk.locator('#point [data-act="give"]').is_visible()
        await desk.keyboard.press("Escape")


async def test_the_wall_is_searched_without_tone_marks_and_filtered_by_state(demo: DemoHub) -> None:
    async with chromium(AUTOPLAY) as browser, console(browser, demo, "thuky") as desk:
        await desk.keyboard.press("/")
        await desk.keyboard.type("dam vac")
        found = await desk.evaluate(SHOWN)
        assert COMMUNE in found
        bands = await desk.evaluate(BAND_OF)
        assert all("Đầm Vạc" in f"{name} {bands[name]}" for name in found), "its name or its district's"
        assert len(found) < len(demo.rooms) / 5
        await desk.fill("#find", "ĐẦM  vạc"[:3])
        assert COMMUNE in await desk.evaluate(SHOWN)
        await desk.fill("#find", "không có phòng này")
        await says(desk, "wall.find.none")
        assert await desk.evaluate(SHOWN) == []
        await desk.fill("#find", "")
        assert len(await desk.evaluate(SHOWN)) == len(demo.rooms)
        for state in STATES:
            await desk.click(f'[data-filter="{state}"]')
            await holds(
                desk,
                """state => [...document.querySelectorAll('#wall .tile')].every(
                    tile => tile.classList.contains('dim') !== tile.classList.contains(state))""",
                state,
            )
        await desk.click('[data-filter="all"]')


async def test_a_directive_reaches_its_room_only_and_is_acknowledged_by_one_press(demo: DemoHub) -> None:
    text = "Đo lại ranh giới thửa đất và báo cáo kết quả"
    async with (
        chromium(AUTOPLAY) as browser,
        console(browser, demo, "thuky") as desk,
        room(browser, demo, COMMUNE) as commune,
        room(browser, demo, ELSEWHERE) as other,
    ):
        for page in (commune, other):
            await holds(page, "window.__hub.state?.n > 0")
        await desk.click('[data-mode-of="directive"]')
        await desk.fill("#directive-text", text)
        assert COMMUNE in await desk.input_value("#directive-lead")
        await desk.click('[data-days="15"]')
        await desk.click("#compose form[data-form=directive] button.main")
        await says(desk, "compose.sent")
        line = desk.locator("#notes .directive", has_text=text)
        await says(line, "directive.state.issued")

        for page in (commune, other):
            await page.click('#foot [data-act="panel"]')
        card = commune.locator("#panel-directives li", has_text=text)
        await card.wait_for()
        await card.scroll_into_view_if_needed()  # a long file of the case stands above it
        await says(card, "directive.state.issued", "due.on")
        head = await commune.evaluate("window.__hub.state.n")
        await holds(other, "n => window.__hub.state.n >= n", head)
        assert await other.locator("#panel-directives li", has_text=text).count() == 0

        await card.locator('[data-act="acknowledge"]').click()
        await says(card, "directive.state.acknowledged")
        await says(line, "directive.state.acknowledged")
        case = await desk.locator('#case [data-slot="link"]').get_attribute("href")
    assert case is not None
    with demo.signed_in("thuky") as client:
        page_text = client.get(case).text
    assert text in page_text
    assert translate("vi", "directive.state.acknowledged") in page_text
    told = [event for event in demo.timeline() if event["kind"] == "directive.acknowledged"]
    assert told[-1]["data"]["unit_name"] == COMMUNE


async def test_a_raised_hand_is_listed_called_and_seen(demo: DemoHub) -> None:
    async with (
        chromium(AUTOPLAY) as browser,
        console(browser, demo, "thuky") as desk,
        room(browser, demo, ELSEWHERE) as page,
    ):
        await decodes(page)
        await page.click('#foot [data-act="hand"]')
        await says(page, "room.hand.up")
        row = desk.locator("#floor li", has_text=ELSEWHERE)
        await row.wait_for()
        await tile_is(desk, ELSEWHERE, "live")
        await row.locator('[data-act="give"]').click()
        await consents(page)
        await says(desk.locator("#floor"), "floor.on")
        await says(page, "room.called.title", "room.called.text")
        await says(page, "room.on_air", seconds=20)
        await decodes(desk, mid=1, rate=8, seconds=30)
        assert await page.locator('[data-act="hand"]').is_hidden()
        await desk.keyboard.press("t")
        await holds(page, "window.__hub.state.floor === null")
        await says(page, "room.hand")
        await says(desk, "floor.empty")
