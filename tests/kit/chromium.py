"""The system's Chromium, driven by Playwright, with an invented camera. Nothing here leaves the machine."""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

from playwright.async_api import Browser, Page, Response, async_playwright

T = TypeVar("T")

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
PATIENCE = 25.0
"""Seconds for one question to a page: one that is asked while it changes is sometimes never answered."""
CONSENT = "--use-fake-ui-for-media-stream"


def executable() -> str:
    """The path of the system's Chromium.

    Raises:
        RuntimeError: none is installed; `make test` installs Debian's.
    """
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise RuntimeError(
            "Chromium is missing: run `make test`, which installs it from the system's packages."
        )
    return found


@asynccontextmanager
async def chromium(
    *extra: str, consent: bool = True, cameras: bool = True, environ: dict[str, str] | None = None
) -> AsyncIterator[Browser]:
    """A headless browser. `consent`: a page's request for a camera is granted; `cameras`: it has one.

    `environ` changes its environment.
    """
    flags = [flag for flag in FLAGS if cameras or not flag.startswith("--use-fake-device")]
    if consent:
        flags.append(CONSENT)
    env: dict[str, str | float | bool] = {**os.environ, **(environ or {})}
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=executable(), args=[*flags, *extra], env=env)
        try:
            yield browser
        finally:
            await browser.close()


async def received(page: Page) -> dict[str, float]:
    """What this page's media connection has done so far.

    `frames` decoded, `energy` of all voices, `packets` received, `sent` frames encoded; `frames:0` … by mid.
    """
    found: dict[str, float] = await page.evaluate(
        """async () => {
            const sum = {frames: 0, energy: 0, packets: 0, sent: 0};
            const connection = window.__hub?.peer?.connection;
            if (!connection) return sum;
            for (const stat of (await connection.getStats()).values()) {
                if (stat.type === 'inbound-rtp') {
                    sum.packets += stat.packetsReceived ?? 0;
                    sum.frames += stat.framesDecoded ?? 0;
                    sum.energy += stat.totalAudioEnergy ?? 0;
                    sum[`frames:${stat.mid}`] = stat.framesDecoded ?? 0;
                    sum[`energy:${stat.mid}`] = stat.totalAudioEnergy ?? 0;
                }
                if (stat.type === 'outbound-rtp') sum.sent += stat.framesEncoded ?? 0;
            }
            return sum;
        }"""
    )
    return found


def allowed(seconds: float) -> float:
    """A deadline for something that takes its share of the processor: as it stands where there is time,
    more of it (three times at most) where others wait for the same cores.
    """
    waiting = os.getloadavg()[0] / (os.cpu_count() or 1)
    return seconds * min(3.0, max(1.0, waiting / 1.5))


async def until(met: Callable[[], Awaitable[T]], what: str, seconds: float = 20.0) -> T:
    """Poll until `met()` gives something truthy. Raises AssertionError with `what` when it never does."""
    seconds = allowed(seconds)
    end = time.monotonic() + seconds
    while True:
        with suppress(TimeoutError):
            found = await asyncio.wait_for(met(), PATIENCE)
            if found:
                return found
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        await asyncio.sleep(0.1)


async def visit(page: Page, url: str) -> Response | None:
    """Open an address. A screen is forty requests to a fresh browser: on two cores with a load of 25 that
    took up to 20 s (a plain page of the same files from `http.server`: a third of it), hence the time
    allowed.
    """
    return await page.goto(url, wait_until="domcontentloaded", timeout=60_000)


async def holds(page: Page, expression: str, arg: object = None, seconds: float = 20.0) -> None:
    """Wait until a page's expression is true. (Playwright's own wait needs `eval`: refused by our policy.)"""
    await until(lambda: page.evaluate(expression, arg), expression, seconds)


async def decodes(page: Page, rate: float = 10.0, mid: int = 0, seconds: float = 20.0) -> None:
    """Wait until a slot decodes at least `rate` frames a second over one second.

    Raises AssertionError with the rates seen: none at all is another fault than too few.
    """
    seen: list[float] = []

    async def fast_enough() -> bool:
        before, began = (await received(page)).get(f"frames:{mid}", 0), time.monotonic()
        await asyncio.sleep(1)
        after = (await received(page)).get(f"frames:{mid}", 0)
        seen.append(round((after - before) / (time.monotonic() - began), 1))
        return seen[-1] >= rate

    try:
        await until(fast_enough, f"{rate:.0f} frames a second on mid {mid}", seconds)
    except AssertionError as slow:
        raise AssertionError(f"{slow}; seen: {seen}") from slow


async def sounds(page: Page, seconds: float = 10.0) -> None:
    """Wait until voices are heard: their energy grows."""
    before = (await received(page))["energy"]

    async def louder() -> bool:
        return (await received(page))["energy"] > before

    await until(louder, "sound energy above zero", seconds)


def shots() -> Path | None:
    """Where pictures of the pages are kept when somebody asks for them (`SHOTS=folder`)."""
    folder = os.environ.get("SHOTS")
    return Path(folder) if folder else None
