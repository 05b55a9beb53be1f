"""A room's page behind a network that lets it use less than the hub offers; the page knows of nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page

from tests.browser.screens import TV
from tests.kit.chromium import visit
from tests.kit.demo import DemoHub

ROOM = "Xã Đầm Vạc"
OFFICE = """
    const Plain = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Plain {
        constructor(options) {
            super((OPTIONS)(options));
            window.__asked = performance.now();
        }
        setRemoteDescription({ type, sdp }) {
            const lines = sdp.split("\\r\\n");
            const kept = lines.filter((line) => !line.startsWith("a=candidate:") || (KEEPS)(line));
            return super.setRemoteDescription({ type, sdp: kept.join("\\r\\n") });
        }
    };
"""


def network(options: str = "(all) => all", keeps: str = "() => true") -> str:
    """A script that puts pages behind a network: `options` changes what connections are made with, `keeps`
    which candidates can be reached.
    """
    return OFFICE.replace("OPTIONS", options).replace("KEEPS", keeps)


@asynccontextmanager
async def office(
    browser: Browser, hub: DemoHub, options: str = "(all) => all", keeps: str = "() => true"
) -> AsyncIterator[Page]:
    """A room's page behind a `network`."""
    context = await browser.new_context(viewport=TV, locale="vi")  # type: ignore[arg-type]
    page = await context.new_page()
    await page.add_init_script(network(options, keeps))
    await visit(page, hub.enrol(ROOM))
    try:
        yield page
    finally:
        await context.close()
