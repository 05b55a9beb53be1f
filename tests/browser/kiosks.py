"""A room as a kiosk has it: its page with something of the computer invented, and what the hub says of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page

from tests.browser.screens import TV
from tests.kit.chromium import visit
from tests.kit.demo import DemoHub

AUTOPLAY = "--autoplay-policy=no-user-gesture-required"
WRONG_CLOCK = """
    const Real = Date;
    window.__wrong = HOURS * 3600000;
    window.Date = class extends Real {
        constructor(...given) {
            if (given.length > 0) super(...given);
            else super(Real.now() + window.__wrong);
        }
        static now() { return Real.now() + window.__wrong; }
    };
"""
"""The computer's clock, hours ahead of the truth; `__wrong` may be changed at any time."""
MEMORY = """
    window.__heap = 50e6;
    Object.defineProperty(performance, 'memory', {
        get: () => ({usedJSHeapSize: window.__heap, jsHeapSizeLimit: 4e9}),
    });
"""
"""What the browser says the page's scripts take."""
UNPLUGGED = """
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    const opened = new Set();
    window.__gone = new Set();
    navigator.mediaDevices.getUserMedia = async (wanted) => {
        if (['video', 'audio'].some((kind) => wanted[kind] && window.__gone.has(kind)))
            throw new DOMException('unplugged', 'NotFoundError');
        const stream = await real(wanted);
        for (const track of stream.getTracks()) opened.add(track);
        return stream;
    };
    window.__pull = (kind) => {
        window.__gone.add(kind);
        for (const track of [...opened].filter((each) => each.kind === kind && each.readyState === 'live')) {
            track.stop();
            track.dispatchEvent(new Event('ended'));
        }
    };
    window.__plug = (kind) => {
        window.__gone.delete(kind);
        navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
    };
"""
"""`__pull('video')` pulls the camera out: its tracks end, none can be opened; `__plug` puts it back."""


@asynccontextmanager
async def kiosk(browser: Browser, demo: DemoHub, name: str, *scripts: str) -> AsyncIterator[Page]:
    """A room's page with scripts that run before its own. Fails on any error in the page."""
    context = await browser.new_context(viewport=TV, locale="vi")  # type: ignore[arg-type]
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    for script in scripts:
        await page.add_init_script(f"(() => {{ {script} }})()")
    try:
        await visit(page, demo.enrol(name))
        yield page
        assert not errors, errors
    finally:
        await context.close()
