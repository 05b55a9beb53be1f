"""A room whose line cannot carry the picture: it goes on hearing, is told so in plain words, and so is the
technician.
"""

from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page

from tests.browser.office import ROOM, office
from tests.browser.screens import console
from tests.browser.test_wall import tile_says
from tests.browser.words import says
from tests.kit.chromium import chromium, decodes, sounds
from tests.kit.demo import demo_hub
from tests.kit.narrow import NarrowLine

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

AUTOPLAY = "--autoplay-policy=no-user-gesture-required"
VOICE_ONLY = 70_000.0
"""Bits a second: a voice with what goes with it, and nothing else."""


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
                await both_are_told(line, page, wall)


async def both_are_told(line: NarrowLine, page: Page, wall: Page) -> None:
    """The room and the technician, before and after the line became weak."""
    await decodes(page)
    line.bits = VOICE_ONLY
    await says(page, "room.voice.title", "room.voice.text", "room.line.voice", seconds=45)
    await tile_says(wall, ROOM, "wall.voice", "wall.sent.none")
    await sounds(page)
