"""What Chromium really publishes on the hub's offer: two sizes of the camera, a document, enough of both in
time."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.relay.core.specs import TrackKind
from tests.kit.chromium import chromium, until
from tests.kit.studio import Studio, share, stats, studio

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

CAMERA = ("hall", TrackKind.CAMERA)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Studio]:
    async with chromium() as browser, studio(tmp_path, browser) as made:
        yield made


async def test_a_camera_is_sent_in_two_sizes_and_a_viewer_can_have_either(place: Studio) -> None:
    await place.stage(main=CAMERA)
    viewer = await place.join("room")
    hall = await place.join("hall", publish=True)

    async def sent() -> dict[str, dict[str, object]]:
        found = {each.get("rid"): each for each in await stats(hall, "outbound-rtp") if each.get("rid")}
        return found if len(found) == 2 and all(each.get("framesSent") for each in found.values()) else {}

    layers = await until(sent, "two layers are sent")
    assert {rid: layer["frameWidth"] for rid, layer in layers.items()} == {"h": 1280, "l": 320}
    assert len({layer["ssrc"] for layer in layers.values()}) == 2
    assert "a=simulcast:send l;h" in place.answers["hall"]

    async def shown(width: int) -> bool:
        pictures = await stats(viewer, "inbound-rtp")
        return any(each.get("frameWidth") == width and each["mid"] == "0" for each in pictures)

    await until(lambda: shown(1280), "the large picture")
    await place.lab.client.limit("room", [("main", "low")])
    await until(lambda: shown(320), "the small picture")
    await place.lab.client.limit("room", [("main", "high")])
    await until(lambda: shown(1280), "the large picture again")
    totals = (await place.lab.client.counts()).totals
    assert totals["transport_feedback_sent"] > 10
    assert (
        totals.get("rtp_contested", 0)
        == totals.get("rtp_malformed", 0)
        == totals.get("internal_error", 0)
        == 0
    )


async def test_a_browser_finds_its_line_within_three_seconds(place: Studio) -> None:
    await place.stage(main=CAMERA)
    hall = await place.join("hall", publish=True)
    began = time.monotonic()

    async def wide() -> float | None:
        pairs = [each.get("availableOutgoingBitrate", 0) for each in await stats(hall, "candidate-pair")]
        return time.monotonic() - began if max(pairs, default=0) >= 1_500_000 else None

    assert await until(wide, "1.5 Mbit/s are found") < 3.0


async def test_a_document_comes_beside_the_camera_as_sharp_as_it_is(place: Studio) -> None:
    await place.stage(main=CAMERA, document=("hall", TrackKind.SCREEN))
    viewer = await place.join("room")
    hall = await place.join("hall", publish=True)
    await share(hall)

    async def both() -> bool:
        widths = {each["mid"]: each.get("frameWidth") for each in await stats(viewer, "inbound-rtp")}
        return widths.get("0") in (1280, 320) and widths.get("2") == 1600

    await until(both, "camera and document")
