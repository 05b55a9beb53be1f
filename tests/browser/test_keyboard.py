"""A session run from its console by keys alone: no mouse from the sign-in to the end."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Page

from tests.browser.screens import COARSE, console, room
from tests.kit.chromium import chromium, decodes, holds
from tests.kit.demo import DemoHub, demo_hub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

COMMUNE = "Xã Đầm Vạc"
NOTE = "Ghi chỉ bằng bàn phím"
DIRECTIVE = "Giao kiểm tra, báo cáo bằng văn bản"
CONCLUSION = "Kết luận ghi chỉ bằng bàn phím"
SECRET = "Nội dung không ai ngoài hội trường biết"
MOST_TABS = 80
FOCUSED = "selector => document.activeElement?.matches(selector) ?? false"


@pytest.fixture(scope="module")
def own_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoHub]:
    """A hub whose session this test may end."""
    with demo_hub(tmp_path_factory.mktemp("keys") / "data", points=4) as hub:
        yield hub


async def tab_to(page: Page, selector: str) -> None:
    """Press Tab until that has the focus, as somebody without a mouse does."""
    for _ in range(MOST_TABS):
        if await page.evaluate(FOCUSED, selector):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached within {MOST_TABS} presses of Tab")


async def press(page: Page, selector: str) -> None:
    """Go to a button and press it, by keys."""
    await tab_to(page, selector)
    await page.keyboard.press("Enter")


async def write(page: Page, key: str, text: str) -> None:
    """Open a form by its key and write into it."""
    await leave(page)
    await page.keyboard.press(key)
    await page.keyboard.type(text)


async def leave(page: Page) -> None:
    """Out of whatever field there is; a list of suggestions takes the first press for itself."""
    for _ in range(3):
        if not await page.evaluate(FOCUSED, "input, textarea, select"):
            return
        await page.keyboard.press("Escape")
    assert not await page.evaluate(FOCUSED, "input, textarea, select")


async def knows(page: Page, text: str) -> None:
    await holds(page, "text => JSON.stringify(window.__hub.state).includes(text)", text, seconds=60)


async def test_a_session_is_run_by_keys_alone(own_hub: DemoHub) -> None:
    async with (
        chromium("--autoplay-policy=no-user-gesture-required") as browser,
        console(browser, own_hub, "chutri", scale=COARSE) as chair,
        room(browser, own_hub, COMMUNE, scale=COARSE) as commune,
    ):
        await decodes(commune)
        await _writes_and_directs(chair, commune)
        await _concludes_and_goes_on(chair, commune)
        await _closes_the_hearing_for_a_while(chair, commune)
        await _finds_a_room(chair)
        await press(chair, '#bar [data-act="end"]')
        await press(chair, '#ask-end button[value="yes"]')
        for page in (chair, commune):
            await holds(page, "window.__hub.state.session.state === 'closed'", seconds=60)


async def _writes_and_directs(chair: Page, commune: Page) -> None:
    await write(chair, "n", NOTE)
    await chair.keyboard.press("Control+Enter")
    await knows(commune, NOTE)
    await write(chair, "d", DIRECTIVE)
    await press(chair, 'form[data-form="directive"] [data-days="15"]')
    await tab_to(chair, "#directive-support")
    await chair.keyboard.press("Control+Enter")
    await knows(commune, DIRECTIVE)


async def _concludes_and_goes_on(chair: Page, commune: Page) -> None:
    await write(chair, "k", CONCLUSION)
    await chair.keyboard.press("Control+Enter")
    await holds(chair, "document.querySelector('#compose').classList.contains('reading')", seconds=60)
    await press(chair, '#read-back [data-act="confirm-conclusion"]')
    await knows(commune, CONCLUSION)
    await leave(chair)
    await chair.keyboard.press("g")
    await holds(commune, "window.__hub.state.items[1].state === 'called'", seconds=60)
    await chair.keyboard.press("b")
    await holds(commune, "window.__hub.state.items[1].state === 'hearing'", seconds=60)


async def _closes_the_hearing_for_a_while(chair: Page, commune: Page) -> None:
    await chair.keyboard.press("F9")
    await holds(commune, "!document.getElementById('cover').hidden", seconds=60)
    await write(chair, "n", SECRET)
    await chair.keyboard.press("Control+Enter")
    await knows(chair, SECRET)
    assert SECRET not in await commune.evaluate("JSON.stringify(window.__hub.state)")
    await chair.keyboard.press("F9")
    await press(chair, '#ask-open button[value="all"]')
    await holds(commune, "document.getElementById('cover').hidden", seconds=60)
    await decodes(commune, seconds=60)


async def _finds_a_room(chair: Page) -> None:
    await leave(chair)
    await chair.keyboard.press("/")
    await chair.keyboard.type("dam vac")
    await press(chair, "#wall .tile.found")
    await holds(chair, "document.querySelector('#point')?.open === true", seconds=60)
    await chair.keyboard.press("Escape")
    await holds(chair, "document.querySelector('#point')?.open !== true", seconds=60)
