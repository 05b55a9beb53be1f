"""The screens as their users open them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from playwright.async_api import Browser, Error, Page

from tests.kit.chromium import holds, shots, visit
from tests.kit.demo import PASSWORD, DemoHub

DESK = {"width": 1366, "height": 768}
TV = {"width": 1920, "height": 1080}
FINE = 1.0
COARSE = 0.25
"""Device pixels to a CSS pixel: the same layout on a screen so coarse that it asks for the small layer.
Several decoders of the large one are more than two cores have.
"""


@asynccontextmanager
async def console(
    browser: Browser, demo: DemoHub, login: str = "chutri", *, scale: float = FINE
) -> AsyncIterator[Page]:
    """The console of the demo's session, signed in by the form. Fails on any error in the page."""
    async with opened(browser, DESK, f"console-{login}", scale=scale) as page:
        await signed_in(page, demo, login)
        await visit(page, f"{demo.url}/sessions/{demo.session}")
        await holds(page, "window.__hub?.state?.n > 0")
        yield page


async def signed_in(page: Page, demo: DemoHub, login: str) -> None:
    """Sign in by the form."""
    await visit(page, f"{demo.url}/sign-in")
    await page.fill("input[name=login]", login)
    await page.fill("input[name=password]", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "sign-in" not in url, wait_until="commit")


@asynccontextmanager
async def room(browser: Browser, demo: DemoHub, name: str, *, scale: float = FINE) -> AsyncIterator[Page]:
    """A room's screen, opened by its enrolment link: no typing.

    Two rooms in one browser share its one camera, and so its rate: while one of them only looks after it (5
    frames a second), the other may be held to eight. Whose picture is to move has a browser of its own.
    """
    async with opened(browser, TV, f"room-{demo.room(name)['unit']}", scale=scale) as page:
        await visit(page, demo.enrol(name))
        yield page


@asynccontextmanager
async def opened(
    browser: Browser, size: dict[str, int], name: str, *, scale: float = FINE
) -> AsyncIterator[Page]:
    """An empty page of a context of its own. Fails on any error in it."""
    context = await browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        device_scale_factor=scale,
        locale="vi",
    )
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        yield page
        assert not errors, errors
    finally:
        folder = shots()
        if folder is not None:
            with suppress(Error):  # the picture of a busy page must not hide why the test failed
                await page.screenshot(path=folder / f"{name}.png")
        await context.close()
