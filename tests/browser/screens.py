"""The screens as their users open them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page

from tests.kit.chromium import holds, shots, visit
from tests.kit.demo import PASSWORD, DemoHub

DESK = {"width": 1366, "height": 768}
TV = {"width": 1920, "height": 1080}


@asynccontextmanager
async def console(browser: Browser, demo: DemoHub, login: str = "chutri") -> AsyncIterator[Page]:
    """The console of the demo's session, signed in by the form. Fails on any error in the page."""
    async with _page(browser, DESK, "console") as page:
        await visit(page, f"{demo.url}/sign-in")
        await page.fill("input[name=login]", login)
        await page.fill("input[name=password]", PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url(lambda url: "sign-in" not in url, wait_until="commit")
        await visit(page, f"{demo.url}/sessions/{demo.session}")
        await holds(page, "window.__hub?.state?.n > 0")
        yield page


@asynccontextmanager
async def room(browser: Browser, demo: DemoHub, name: str) -> AsyncIterator[Page]:
    """A room's screen, opened by its enrolment link: no typing."""
    async with _page(browser, TV, f"room-{demo.room(name)['unit']}") as page:
        await visit(page, demo.enrol(name))
        yield page


@asynccontextmanager
async def _page(browser: Browser, size: dict[str, int], name: str) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport=size, locale="vi")  # type: ignore[arg-type]
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        yield page
        assert not errors, errors
    finally:
        folder = shots()
        if folder is not None:
            await page.screenshot(path=folder / f"{name}.png")
        await context.close()
