"""What people in a room do with their screen."""

from playwright.async_api import Page

from tests.kit.chromium import holds

ASKED = "!document.getElementById('consent').hidden"
SAID = "window.__hub.state.consents.length > 0"


async def consents(page: Page) -> None:
    """Wait for the question about camera and microphone, and say yes; a room that has said so in this session
    is not asked again.
    """
    await holds(page, f"{SAID} || {ASKED}")
    if not await page.evaluate(SAID):
        await page.click('#consent [data-act="consent"]', timeout=60_000)
