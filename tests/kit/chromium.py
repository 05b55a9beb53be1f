"""The system's Chromium, driven by Playwright, with invented camera and microphone. Nothing here leaves the machine."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-loopback-in-peer-connection",
    "--use-fake-device-for-media-stream",
)
CONSENT = "--use-fake-ui-for-media-stream"


def executable() -> str:
    """The path of the system's Chromium.

    Raises:
        RuntimeError: none is installed; `make test` installs Debian's.
    """
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise RuntimeError("Chromium is missing: run `make test`, which installs it from the system's packages.")
    return found


@asynccontextmanager
async def chromium(*extra: str, consent: bool = True, cameras: bool = True) -> AsyncIterator[Browser]:
    """A headless browser. Without `consent` the page's request for a camera is refused; without `cameras` there is none."""
    flags = [flag for flag in FLAGS if cameras or not flag.startswith("--use-fake-device")]
    if consent:
        flags.append(CONSENT)
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=executable(), args=[*flags, *extra])
        try:
            yield browser
        finally:
            await browser.close()


async def received(page: Page) -> dict[str, float]:
    """What this page's media connection has decoded so far: `frames`, `energy` (of all voices), `packets`."""
    return await page.evaluate(
        """async () => {
            const sum = {frames: 0, energy: 0, packets: 0, sentFrames: 0};
            const connection = window.__hub?.peer?.connection ?? window.__hub?.peer;
            if (!connection?.getStats) return sum;
            for (const stat of (await connection.getStats()).values()) {
                if (stat.type === 'inbound-rtp') {
                    sum.packets += stat.packetsReceived ?? 0;
                    sum.frames += stat.framesDecoded ?? 0;
                    sum.energy += stat.totalAudioEnergy ?? 0;
                }
                if (stat.type === 'outbound-rtp') sum.sentFrames += stat.framesEncoded ?? 0;
            }
            return sum;
        }"""
    )


def shots() -> Path | None:
    """Where pictures of the pages are kept when somebody asks for them (`SHOTS=folder`)."""
    folder = os.environ.get("SHOTS")
    return Path(folder) if folder else None
