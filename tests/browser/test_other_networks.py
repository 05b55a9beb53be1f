"""Chromium on networks that are not the simplest one: several addresses of which one is dead, IPv6, TCP for
what it sends, a phone that changes its network; and H.264.
"""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from deploy.addresses import main_address, port_problem
from hub.relay.core.specs import Codec, TrackKind
from tests.browser.office import network
from tests.kit.chromium import chromium, received, until
from tests.kit.nat import Nat
from tests.kit.studio import Studio, stats, studio

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

CAMERA, MICROPHONE = ("hall", TrackKind.CAMERA), ("hall", TrackKind.MICROPHONE)
PICTURE_MS = 5_000.0
"""From asking the browser for a connection until pictures are decoded."""
ROAM_S = 8.0
"""Chromium asks whether its way still works every two and a half seconds."""
NOWHERE = "203.0.113.7:40000"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as made:
        yield made


async def hall_and_room(place: Studio, **only: str) -> tuple[Page, Page]:
    """The hall publishes, a room sees; both behind the same `network`."""
    await place.stage(main=CAMERA, voice1=MICROPHONE)
    hall = await place.join("hall", publish=True, width=640, script=network(**only))
    return hall, await place.join("room", script=network(**only))


async def frames(page: Page, more: int = 5, seconds: float = 30.0) -> None:
    """Wait until so many more pictures are decoded."""
    goal = (await received(page))["frames"] + more

    async def enough() -> bool:
        return (await received(page))["frames"] >= goal

    await until(enough, f"{more} more pictures are decoded", seconds)


async def picture(page: Page) -> float:
    """Wait for the first pictures; milliseconds since the browser was asked for this connection."""

    async def decoded() -> bool:
        return (await received(page))["frames"] > 2

    await until(decoded, "pictures are decoded", 30)
    return float(await page.evaluate("performance.now() - window.__asked"))


async def way(page: Page) -> tuple[dict[str, Any], dict[str, Any]]:
    """The local and the remote candidate in use."""
    (transport,) = await stats(page, "transport")
    pairs = {each["id"]: each for each in await stats(page, "candidate-pair")}
    pair = pairs[transport["selectedCandidatePairId"]]
    ends = [*await stats(page, "local-candidate"), *await stats(page, "remote-candidate")]
    by_id = {each["id"]: each for each in ends}
    return by_id[pair["localCandidateId"]], by_id[pair["remoteCandidateId"]]


async def test_of_several_addresses_one_that_is_dead_keeps_nobody_waiting(
    tmp_path: Path, browser: Browser
) -> None:
    """Outside and inside address: a browser tries both. Where UDP works, UDP it is."""
    own = main_address() or "127.0.0.1"
    addresses = NOWHERE, own
    async with studio(tmp_path, browser, media_host="0.0.0.0", addresses=addresses) as place:
        _, room = await hall_and_room(place)
        took = await picture(room)
        assert took < PICTURE_MS
        print(f"picture with a dead address before the good one after {took:.0f} ms")

        async def straight() -> bool:
            local, remote = await way(room)
            return (local["protocol"], remote["protocol"], remote["address"]) == ("udp", "udp", own)

        await until(straight, "UDP is used", 10)


async def test_by_ipv6(tmp_path: Path, browser: Browser) -> None:
    if port_problem("::1", 0):
        pytest.skip("this machine has no IPv6")
    async with studio(tmp_path, browser, media_host="::", addresses=("::1",)) as place:
        _, room = await hall_and_room(place)
        took = await picture(room)
        _, remote = await way(room)
        assert remote["address"].strip("[]") == "::1"
        assert took < PICTURE_MS
        print(f"picture by IPv6 after {took:.0f} ms")


async def test_with_udp_blocked_a_camera_is_sent_and_seen_by_tcp(tmp_path: Path, browser: Browser) -> None:
    async with studio(tmp_path, browser) as place:
        hall, room = await hall_and_room(place, keeps="(line) => line.includes(' tcp ')")
        took = await picture(room)
        for page in (hall, room):
            local, remote = await way(page)
            assert (local["protocol"], remote["protocol"]) == ("tcp", "tcp")
        assert (await place.lab.client.counts()).totals["tcp_bound"] >= 2
        assert took < PICTURE_MS
        print(f"picture by ICE-TCP from camera to room after {took:.0f} ms")


async def test_a_browser_that_changes_its_network_goes_on_and_negotiates_nothing(
    tmp_path: Path, browser: Browser
) -> None:
    nat = Nat()
    async with AsyncExitStack() as stack:
        there = (f"127.0.0.1:{nat.port}",)
        place = await stack.enter_async_context(studio(tmp_path, browser, addresses=there))
        await stack.enter_async_context(nat.before(place.lab.node.port))
        _, room = await hall_and_room(place, keeps="(line) => line.includes(' udp ')")
        await picture(room)
        await room.evaluate("window.__kept = window.__hub.peer.connection")
        answers = dict(place.answers)
        nat.rebind()
        began = time.monotonic()
        await frames(room, more=10)
        took = time.monotonic() - began
        assert await room.evaluate("window.__kept === window.__hub.peer.connection")
        assert place.answers == answers
        assert (await place.lab.client.counts()).totals["ice_moved"] >= 1
        print(f"pictures again {took:.1f} s after the network changed")
        assert took < ROAM_S


async def test_h264_both_ways(tmp_path: Path, browser: Browser) -> None:
    async with studio(tmp_path, browser, codec=Codec.H264) as place:
        hall, room = await hall_and_room(place)
        await picture(room)
        await frames(room, more=30)
        for page, kind in ((hall, "outbound-rtp"), (room, "inbound-rtp")):
            codecs = {each["id"]: each["mimeType"] for each in await stats(page, "codec")}
            busy = [
                each for each in await stats(page, kind) if each["kind"] == "video" and each.get("codecId")
            ]
            used = {
                codecs[each["codecId"]]
                for each in busy
                if each.get("framesSent") or each.get("framesDecoded")
            }
            assert used == {"video/H264"}
