"""The floor in real browsers: a call in one act, the lease, muting, layouts, and a private talk; by what is
decoded and by what the relay counts.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page

from hub.relay.client import RelayClient, wait_up
from tests.browser.rooms import consents
from tests.browser.screens import console, room
from tests.kit.chromium import chromium, decodes, holds, shots, until
from tests.kit.demo import DemoHub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

COMMUNE = "Xã Đầm Vạc"
ELSEWHERE = "Xã Tân Hòa"
AUTOPLAY = "--autoplay-policy=no-user-gesture-required"
FLOOR_SLOTS = ("second", "voice2")
TALKS = """async () => {
    const video = document.querySelector('#talk video');
    return !document.getElementById('talk').hidden && video.videoWidth > 0;
}"""


@asynccontextmanager
async def counting(hub: DemoHub) -> AsyncIterator[RelayClient]:
    """A control link of our own to count by."""
    relay = RelayClient(hub.folder / "run" / "relay.sock")
    task = asyncio.create_task(relay.run())
    try:
        await wait_up(relay, 10)
        yield relay
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def sent(relay: RelayClient, stage: str, *slots: str) -> dict[str, int]:
    """Packets sent so far through these slots of a stage, by the owners of the peers."""
    owners = {peer.peer: peer.owner for peer in (await relay.state()).peers if peer.stage == stage}
    found = dict.fromkeys(owners.values(), 0)
    for count in (await relay.counts(stage)).slots:
        if count.peer in owners and count.slot in slots:
            found[owners[count.peer]] += count.packets
    return found


async def forwards(relay: RelayClient, stage: str, slot: str) -> None:
    """Wait until that slot is sent to somebody."""
    before = sum((await sent(relay, stage, slot)).values())

    async def more() -> bool:
        return sum((await sent(relay, stage, slot)).values()) > before + 20

    await until(more, f"{slot} of {stage} is sent", 30)


async def picture(page: Page, name: str) -> None:
    """Keep a picture of the screen, where somebody wants to look."""
    folder = shots()
    if folder is not None:
        await page.screenshot(path=folder / f"floor-{name}.png")


async def test_a_call_in_one_act_with_consent_countdown_lease_and_muting(demo: DemoHub) -> None:
    async with (
        chromium(AUTOPLAY) as browser,
        chromium(AUTOPLAY) as elsewhere,
        console(browser, demo, "thuky") as desk,
        room(browser, demo, COMMUNE) as called,
        room(elsewhere, demo, ELSEWHERE) as other,
        counting(demo) as relay,
    ):
        await decodes(called)
        await decodes(other)
        await desk.click('#floor [data-act="give"]')
        await called.wait_for_selector("#consent:not([hidden])", timeout=60_000)
        await desk.wait_for_selector(".waiting-answer", timeout=60_000)
        await picture(called, "consent")
        await picture(desk, "desk-asks")
        assert await called.evaluate("window.__hub.state.floor") is None
        await consents(called)
        await called.wait_for_selector("#cover .seconds", timeout=60_000)
        await picture(called, "countdown")
        await called.wait_for_selector("#on-air:not([hidden])", timeout=60_000)
        await decodes(other, mid=1, rate=8, seconds=30)
        assert await other.get_attribute("#screens", "data-layout") == "side_by_side"
        assert await called.locator('#on-air [data-slot="lease"]').is_visible()
        await picture(called, "on-air")
        await picture(other, "side-by-side")
        await picture(desk, "desk-speaks")

        before = await called.evaluate("window.__hub.state.floor.until")
        await desk.keyboard.press("e")
        await holds(called, "until => window.__hub.state.floor.until > until", before)
        await desk.keyboard.press("l")
        await desk.keyboard.press("l")
        await holds(other, "document.getElementById('screens').dataset.layout === 'point'")
        await picture(other, "point")

        await forwards(relay, demo.session, "voice2")
        await desk.keyboard.press("x")
        await holds(other, "window.__hub.state.stage.muted")
        still = await sent(relay, demo.session, "voice2")
        await forwards(relay, demo.session, "second")
        assert await sent(relay, demo.session, "voice2") == still, "a muted room is seen, and not heard"
        await picture(called, "muted")
        await desk.keyboard.press("x")
        await forwards(relay, demo.session, "voice2")
        await desk.keyboard.press("t")
        await holds(called, "window.__hub.state.floor === null")
        over = await sent(relay, demo.session, *FLOOR_SLOTS)
        await forwards(relay, demo.session, "main")
        assert await sent(relay, demo.session, *FLOOR_SLOTS) == over, (
            "nothing of the room once its floor is over"
        )


async def test_a_private_talk_is_between_two_and_nobody_else(demo: DemoHub) -> None:
    async with (
        chromium(AUTOPLAY) as browser,
        chromium(AUTOPLAY) as elsewhere,
        console(browser, demo, "thuky") as desk,
        room(browser, demo, COMMUNE) as one,
        room(elsewhere, demo, ELSEWHERE) as other,
        counting(demo) as relay,
    ):
        for screen in (one, other):
            await decodes(screen)
        await holds(
            desk,
            "Object.values(window.__hub.state.points).filter(each => each.state === 'joined').length > 1",
        )
        before = await sent(relay, demo.session, *FLOOR_SLOTS)
        await desk.click('#floor [data-act="talk"]')
        if COMMUNE not in await consenting(desk):
            await consents(one)
        for screen in (desk, one):
            await holds(screen, f"({TALKS})()")
        await picture(one, "talk-room")
        await picture(desk, "talk-desk")
        [talk] = await desk.evaluate("window.__hub.state.talks")
        assert await other.evaluate("window.__hub.state.talks") == []
        stage = f"{demo.session}/{talk['talk']}"
        for slot in ("main", "voice1", "second", "voice2"):
            await forwards(relay, stage, slot)
        got = await sent(relay, stage, "main", "voice1", "second", "voice2")
        sides = sorted(owner.split(":")[2] for owner in got)
        assert sides == ["console", "point"], got
        assert f"talk:{talk['talk']}:point:{demo.room(COMMUNE)['point']}" in got
        assert all(packets > 0 for packets in got.values()), got
        assert await sent(relay, demo.session, *FLOOR_SLOTS) == before, "nothing of it on the session's stage"
        await one.click('[data-act="talk-close"]')
        for screen in (desk, one):
            await holds(screen, "document.getElementById('talk').hidden")

        async def gone() -> bool:
            state = await relay.state()
            left = [peer for peer in state.peers if peer.stage == stage]
            return not left and stage not in {each.stage for each in state.stages}

        await until(gone, "the talk's peers and its stage are gone")


async def consenting(desk: Page) -> list[str]:
    """The names of the rooms that have consented."""
    points = await desk.evaluate("window.__hub.state.consents")
    names = [await desk.get_attribute(f'#wall [data-point="{point}"]', "data-name") for point in points]
    return [name for name in names if name]
