"""What a screen says, by the key of its words: tests hold no sentence of their own."""

import re

from playwright.async_api import Locator, Page

from tests.kit.chromium import allowed, until
from web.i18n import catalogue

VISIBLE = """node => {
    const box = node.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return top !== null && (node.contains(top) || top.contains(node));
}"""


def pattern(key: str) -> re.Pattern[str]:
    """The Vietnamese sentence of a key, whatever stands in its fields."""
    text = catalogue("vi")[key]
    assert isinstance(text, str), key
    return re.compile("^" + re.sub(r"\\\{\w+\\\}", ".+", re.escape(text)) + "$")


async def says(page: Page | Locator, *keys: str, seconds: float = 15.0) -> None:
    """Wait until each sentence stands on the screen, with nothing in front of it."""
    for key in keys:
        spot = page.get_by_text(pattern(key)).locator("visible=true").first
        await spot.wait_for(timeout=allowed(seconds) * 1000)

        async def uncovered(spot: Locator = spot) -> bool:
            return bool(await spot.evaluate(VISIBLE))

        await until(uncovered, f"{key} is in front", seconds)


async def silent_about(page: Page | Locator, *keys: str, seconds: float = 15.0) -> None:
    """Wait until none of these sentences is visible."""
    for key in keys:
        spot = page.get_by_text(pattern(key)).locator("visible=true")

        async def gone(spot: Locator = spot) -> bool:
            return await spot.count() == 0

        await until(gone, f"{key} is gone", seconds)
