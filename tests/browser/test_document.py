"""The desk shares its screen: rooms read it large, the faces beside it, and get their picture back."""

import pytest

from tests.browser.screens import console, room
from tests.kit.chromium import chromium, decodes, holds
from tests.kit.demo import DemoHub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

COMMUNE = "Xã Đầm Vạc"
AUTOPLAY = "--autoplay-policy=no-user-gesture-required"
THIS_TAB = "--auto-accept-this-tab-capture"
BIGGER = """([one, other]) => {
    const place = slot => document.querySelector(`#screens [data-slot-name="${slot}"]`);
    const width = slot => place(slot).getBoundingClientRect().width;
    return width(one) > 2 * width(other);
}"""
SHOWN = """() => {
    const figure = document.querySelector('#screens [data-slot-name="document"]');
    return getComputedStyle(figure).display !== 'none' && figure.classList.contains('has-picture');
}"""


async def test_a_shared_screen_is_large_in_the_rooms_and_goes_when_it_ends(demo: DemoHub) -> None:
    async with (
        chromium(AUTOPLAY, THIS_TAB) as browser,
        console(browser, demo) as desk,
        room(browser, demo, COMMUNE) as commune,
    ):
        await decodes(commune)
        await desk.click('[data-act="screen"]')
        for page in (commune, desk):
            await holds(page, SHOWN, seconds=30)
            await holds(page, BIGGER, ["document", "main"])
        await decodes(commune, mid=2, rate=0.9, seconds=30)
        await decodes(commune, rate=5)
        await desk.click('[data-act="screen"]')
        await holds(commune, BIGGER, ["main", "second"], seconds=30)
        await holds(commune, "() => !document.querySelector('#screens').classList.contains('with-document')")
