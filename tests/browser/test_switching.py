"""A browser goes on decoding while the hub changes the layer that it sends."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from hub.relay.core.specs import TrackKind, Want
from tests.kit.chromium import allowed, chromium, until
from tests.kit.studio import Studio, stats, studio

ROUNDS = 4

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
    steps: tuple[tuple[Want, int], ...] = (("low", 320), ("high", 1280))
    smooth: set[Want] = set()
    for _ in range(ROUNDS):
        for want, pixels in steps:
            await place.lab.client.limit("room", [("main", want)])
            if await longest_gap(viewer, 3.0) < allowed(1.0):
                smooth.add(want)
            await until(lambda pixels=pixels: width(pixels), f"{pixels} pixels")
        if len(smooth) == len(steps):
            break
    assert smooth == {"low", "high"}, "a busy machine stalls now and then; a switch that freezes always does"
    totals = (await place.lab.client.counts()).totals
    assert totals["rung_switches_down"] >= 1
    assert totals["rung_switches_up"] >= 1


async def test_who_took_no_picture_for_a_while_has_one_again_of_the_same_layer_and_of_another(
    place: Studio,
) -> None:
    await place.stage(main=("hall", TrackKind.CAMERA))
    viewer = await place.join("room")
    await place.join("hall", publish=True)

    async def frames() -> float:
        return (await main_picture(viewer)).get("framesDecoded", 0)

    async def goes_on(wanted: int) -> bool:
        before = await frames()
        await asyncio.sleep(0.5)  # a sample of a stream, not a wait for a condition
        return await frames() > before + 3 and (await main_picture(viewer)).get("frameWidth") == wanted

    await until(lambda: goes_on(1280), "the large picture")
    returns: tuple[tuple[Want, int], ...] = (("high", 1280), ("low", 320), ("high", 1280), ("low", 320))
    for want, pixels in returns:
        await place.lab.client.limit("room", [("main", "none")])

        async def rests() -> bool:
            before = await frames()
            await asyncio.sleep(0.5)  # as above
            return await frames() == before

        await until(rests, "no picture")
        await place.lab.client.limit("room", [("main", want)])
        await until(lambda pixels=pixels: goes_on(pixels), f"{want} again", 10)
