"""A room whose line cannot carry the picture: it goes on hearing, is told so in plain words, and so is the
technician. When the line is better pictures come again by themselves.
"""

from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page

from tests.browser.office import ROOM, office
from tests.browser.screens import console
from tests.browser.test_wall import tile_says
from tests.browser.words import says, silent_about
from tests.kit.chromium import chromium, decodes, sounds
from tests.kit.demo import demo_hub
from tests.kit.narrow import NarrowLine

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

AUTOPLAY = "--autoplay-policy=no-user-gesture-required"
VOICE_ONLY = 70_000.0
"""Bits a second: a voice with what goes with it, and nothing else."""
BACK = 75.0
"""Seconds: a hub that sent more in vain, more than once, may wait 60 before it tries again."""


async def test_a_line_for_voices_only_is_said_to_be_one(tmp_path: Path) -> None:
    line = NarrowLine()
    addresses = f"127.0.0.1,127.0.0.1:{line.port}"  # the demo's own rooms take the straight way
    with demo_hub(tmp_path / "data", points=0, media_addresses=addresses) as hub:
        media = (httpx.URL(hub.url).port or 0) + 1
        behind = f"(line) => line.includes(' {line.port} typ ')"
        with line.before(media):
            async with (
                chromium(AUTOPLAY) as browser,
                console(browser, hub, "kythuat") as wall,
                office(browser, hub, keeps=behind) as page,
            ):
                await it_is_told_and_comes_back(line, page, wall)


async def it_is_told_and_comes_back(line: NarrowLine, page: Page, wall: Page) -> None:
    """The room and the technician, before, while and after."""
    await decodes(page)
    await tile_says(wall, ROOM, "wall.live")
    line.bits = VOICE_ONLY
    await says(page, "room.voice.title", "room.voice.text", "room.line.voice", seconds=45)
    await tile_says(wall, ROOM, "wall.voice", "wall.sent.none")
    await sounds(page)
    line.bits = None
    await silent_about(page, "room.voice.title", seconds=BACK)
    await decodes(page, rate=0.1, seconds=30)  # at first a picture every few seconds
