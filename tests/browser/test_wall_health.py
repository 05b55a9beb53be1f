"""What a room's browser finds out about its devices, as the wall shows it, and the small pictures."""

import wave
from pathlib import Path

import pytest

from tests.browser.screens import console, room
from tests.browser.test_wall import tile_says
from tests.kit.chromium import chromium, holds
from tests.kit.demo import DemoHub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

AUTOPLAY = "--autoplay-policy=no-user-gesture-required"
WELL = "Phường Bến Thượng"
BROKEN = "Xã Tân Hòa"
WIDTH, HEIGHT = 320, 180
FRAMES = 10


def still_picture(path: Path, luma: bytes) -> Path:
    """A camera that gives one picture again and again, without any noise."""
    frame = b"FRAME\n" + luma + bytes([128]) * (WIDTH * HEIGHT // 2)
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + frame * FRAMES)
    return path


def dead_microphone(path: Path) -> Path:
    """Five seconds of nothing, not even noise."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(bytes(48_000 * 2 * 5))
    return path


async def test_a_frozen_camera_and_a_dead_microphone_are_seen_on_the_wall(
    demo: DemoHub, tmp_path: Path
) -> None:
    luma = bytes((x * 3 + y * 5) % 200 + 20 for y in range(HEIGHT) for x in range(WIDTH))
    camera = still_picture(tmp_path / "still.y4m", luma)
    sound = dead_microphone(tmp_path / "dead.wav")
    flags = (f"--use-file-for-fake-video-capture={camera}", f"--use-file-for-fake-audio-capture={sound}")
    async with (
        chromium(AUTOPLAY) as browser,
        console(browser, demo, "thuky") as desk,
        chromium(AUTOPLAY, *flags) as broken,
        room(broken, demo, BROKEN),
    ):
        ills = ("wall.ill", "wall.ill.camera_frozen", "wall.ill.microphone_silent")
        await tile_says(desk, BROKEN, *ills, seconds=60)


async def test_a_covered_lens_is_black(demo: DemoHub, tmp_path: Path) -> None:
    camera = still_picture(tmp_path / "black.y4m", bytes([2]) * (WIDTH * HEIGHT))
    async with (
        chromium(AUTOPLAY) as browser,
        console(browser, demo, "thuky") as desk,
        chromium(AUTOPLAY, f"--use-file-for-fake-video-capture={camera}") as broken,
        room(broken, demo, BROKEN),
    ):
        await tile_says(desk, BROKEN, "wall.ill", "wall.ill.camera_black", seconds=60)


async def test_a_well_room_is_said_to_be_well_and_its_small_picture_reaches_the_desk(demo: DemoHub) -> None:
    async with (
        chromium(AUTOPLAY) as browser,
        console(browser, demo, "thuky") as desk,
        room(browser, demo, WELL) as page,
    ):
        await holds(page, "!document.getElementById('seen-small').hidden", seconds=40)
        await tile_says(desk, WELL, "wall.live", seconds=40)
        await desk.click(f'#wall .tile[data-name="{WELL}"]')
        shown = "document.querySelector('#point [data-slot=picture]')"
        await holds(desk, f"!{shown}.hidden && {shown}.naturalWidth === 192", seconds=40)
        await desk.keyboard.press("Escape")
        await page.click('#foot [data-act="panel"]')
        await page.click('[data-act="thumbnails"]')
        await holds(page, "document.getElementById('seen-small').hidden")
