"""A browser goes on decoding while the hub changes the layer that it sends."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from hub.relay.core.specs import TrackKind, Want
from tests.kit.chromium import chromium, until
from tests.kit.studio import Studio, stats, studio

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Studio]:
    async with chromium() as browser, studio(tmp_path, browser) as made:
        yield made


async def main_picture(page: Page) -> dict[str, float]:
    return next((each for each in await stats(page, "inbound-rtp") if each["mid"] == "0"), {})


async def longest_gap(page: Page, seconds: float) -> float:
    """The longest time in which no frame was decoded."""
    end = time.monotonic() + seconds
    frames, since, longest = -1.0, time.monotonic(), 0.0
    while time.monotonic() < end:
        decoded = (await main_picture(page)).get("framesDecoded", 0)
        now = time.monotonic()
        if decoded != frames:
            frames, since = decoded, now
        longest = max(longest, now - since)
        await asyncio.sleep(0.05)  # a sample of a stream, not a wait for a condition
    return longest


async def test_the_picture_does_not_freeze_when_the_layer_changes(place: Studio) -> None:
    await place.stage(main=("hall", TrackKind.CAMERA))
    viewer = await place.join("room")
    await place.join("hall", publish=True)

    async def width(wanted: int) -> bool:
        return (await main_picture(viewer)).get("frameWidth") == wanted

    await until(lambda: width(1280), "the large picture")
    steps: tuple[tuple[Want, int], ...] = (("low", 320), ("high", 1280), ("low", 320), ("high", 1280))
    for want, pixels in steps:
        await place.lab.client.limit("room", [("main", want)])
        assert await longest_gap(viewer, 3.0) < 1.0
        await until(lambda pixels=pixels: width(pixels), f"{pixels} pixels")
    totals = (await place.lab.client.counts()).totals
    assert totals["rung_switches_down"] == totals["rung_switches_up"] == 2
