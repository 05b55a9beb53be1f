"""A room checks itself in Chromium, through the real relay: go where all is well, else the cause."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from hub.store.database import Database
from signaling.turn import Turn
from tests.browser.office import network
from tests.kit.checks import AUTOPLAY, CheckLab, acoustics, check_lab, result
from tests.kit.chromium import allowed, chromium, holds, visit
from tests.kit.coturn import coturn
from tests.kit.narrow import NarrowLine

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

NOTHING = network(keeps="() => false")
"""An office that lets out no media at all."""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium(AUTOPLAY) as made:
        yield made


@pytest.fixture
async def lab(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[CheckLab]:
    async with check_lab(sqlite_db, tmp_path) as made:
        yield made


def film(path: Path, frames: list[int], width: int = 640, height: int = 480) -> Path:
    """A film (YUV4MPEG2) of one grey after the other, which Chromium plays again and again as a camera."""
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F20:1 Ip A1:1 C420\n".encode())
        for grey in frames:
            file.write(b"FRAME\n" + bytes([grey]) * (width * height) + bytes([128]) * (width * height // 2))
    return path


def camera(path: Path) -> str:
    return f"--use-file-for-fake-video-capture={path}"


async def test_a_good_room_goes_and_everything_was_measured(lab: CheckLab, browser: Browser) -> None:
    async with lab.room(browser, acoustics()) as page:
        found = await result(page)
    measured = found["measured"]
    print(measured)
    assert (found["verdict"], found["codes"]) == ("go", [])
    speaker, line = measured["speaker"], measured["line"]
    assert speaker["matched"] == speaker["tones"]
    assert (line["udp"]["ok"], line["tcp"]["ok"], line["turn"]["ok"]) == (True, True, None)
    assert line["used"] == "udp"
    # It came back in three slots: what came down is about three times what went up.
    assert line["up_bits"] > 700_000
    assert line["down_bits"] > 2 * line["up_bits"]
    assert await lab.need() == "go"
    assert len(lab.web.app.state.check_desk) == 0


async def test_a_black_camera_and_a_muted_television(lab: CheckLab, tmp_path: Path) -> None:
    """The sensor stirs a little in the dark; the room's noise goes on, the tones do not come."""
    # Seven greys in no order: whatever the rhythm of the looks is on a busy machine, they differ.
    black = camera(film(tmp_path / "black.y4m", [16, 20, 18, 22, 17, 21, 19]))
    async with chromium(AUTOPLAY, black) as dark, lab.room(dark, acoustics(loudness=0), NOTHING) as page:
        found = await result(page)
    assert found["verdict"] == "no_go"
    assert {"camera_black", "speaker_unheard"} <= set(found["codes"])
    assert "microphone_silent" not in found["codes"]
    assert await lab.need() == "no_go"


async def test_a_frozen_camera_and_a_silent_microphone(lab: CheckLab, tmp_path: Path) -> None:
    still = camera(film(tmp_path / "still.y4m", [120]))
    deaf = acoustics(loudness=0, noise=0)
    async with chromium(AUTOPLAY, still) as frozen, lab.room(frozen, deaf, NOTHING) as page:
        found = await result(page)
    assert {"camera_frozen", "microphone_silent"} <= set(found["codes"])
    assert "speaker_unheard" not in found["codes"], "a deaf microphone says nothing of the speaker"


async def test_nothing_plugged_in_and_then_again_by_one_press(lab: CheckLab) -> None:
    async with chromium(AUTOPLAY, cameras=False) as bare, lab.room(bare, NOTHING) as page:
        found = await result(page)
        assert {"camera_missing", "microphone_missing", "line_none"} <= set(found["codes"])
        first = found["at"]
        await page.keyboard.press("Enter")  # a remote's OK: the button has the focus
        await holds(page, "(first) => window.__check.result.at !== first", first, 60)
        assert await page.locator(".check-causes li").count() == len(found["codes"])


async def test_where_the_browser_forbids_both(lab: CheckLab) -> None:
    async with chromium(AUTOPLAY, consent=False) as strict, lab.room(strict, NOTHING) as page:
        found = await result(page)
    assert {"camera_denied", "microphone_denied"} <= set(found["codes"])


async def test_with_udp_blocked_a_room_goes_by_tcp_and_is_told(lab: CheckLab, browser: Browser) -> None:
    async with lab.room(browser, acoustics(), network(keeps="(line) => line.includes(' tcp ')")) as page:
        found = await result(page)
    line = found["measured"]["line"]
    print(line)
    assert (found["verdict"], found["tone"]) == ("go", "attention")
    assert found["codes"][0] == "udp_blocked"
    assert (line["used"], line["udp"]["ok"], line["tcp"]["ok"]) == ("tcp", False, True)
    assert line["up_bits"] > 200_000


async def test_a_line_for_voices_only_is_no_line(
    sqlite_db: Database, tmp_path: Path, browser: Browser
) -> None:
    narrow = NarrowLine(70_000.0)
    addresses = (f"127.0.0.1:{narrow.port}",)
    async with check_lab(sqlite_db, tmp_path, addresses=addresses) as lab:
        with narrow.before(lab.web.media_port):
            async with lab.room(browser, acoustics()) as page:
                found = await result(page, 90)
    print(found["measured"]["line"], found["codes"])
    assert found["verdict"] == "no_go"
    assert "line_too_slow_down" in found["codes"]


async def test_through_turn_alone(sqlite_db: Database, tmp_path: Path, browser: Browser) -> None:
    with coturn() as server:
        turn = Turn((server.url("udp"),), server.secret)
        # Nothing reaches the hub itself from this office: only the relayed way is left its candidates.
        straight = network(
            keeps="() => window.__relayed",
            options="(all) => { window.__relayed = all.iceTransportPolicy === 'relay'; return all; }",
        )
        async with (
            check_lab(sqlite_db, tmp_path, turn=turn) as lab,
            lab.room(browser, acoustics(), straight) as page,
        ):
            found = await result(page, 90)
    print(found["measured"]["line"])
    assert (found["verdict"], found["measured"]["line"]["used"]) == ("go", "turn")
    assert found["codes"][0] == "turn_only"


async def test_a_hub_without_a_relay_is_not_the_rooms_fault(
    sqlite_db: Database, tmp_path: Path, browser: Browser
) -> None:
    async with check_lab(sqlite_db, tmp_path, relay=False) as lab, lab.room(browser, acoustics()) as page:
        found = await result(page, 120)
    assert found["codes"] == ["hub_media"]


async def test_echo_is_measured(lab: CheckLab, browser: Browser) -> None:
    """A canceller that takes nothing out."""
    async with lab.room(browser, acoustics(cancelled=1), NOTHING) as page:
        found = await result(page)
    assert found["measured"]["speaker"]["echo_db"] > 20
    assert "echo_strong" in found["codes"]


SHY = """
    const Free = window.AudioContext;
    let pressed = false;
    addEventListener("click", () => (pressed = true), { capture: true });
    window.AudioContext = class extends Free {
        constructor(...all) { super(...all); this.suspend(); }
        resume() { return pressed ? super.resume() : new Promise(() => {}); }
    };
"""
"""A browser that lets nothing be heard before a press. (Chromium itself does while a microphone is open.)"""


async def test_a_browser_that_wants_a_press_first_gets_one(lab: CheckLab) -> None:
    async with chromium() as shy, lab.room(shy, acoustics(), SHY, NOTHING) as page:
        await holds(page, "!document.querySelector('[data-gate]').hidden")
        await page.keyboard.press("Enter")
        found = await result(page)
    assert found["measured"]["speaker"]["played"]
    assert "speaker_unheard" not in found["codes"]


EARLY = "if (location.pathname === '/room') Math.random = () => 0.001;"
"""This room's turn comes first."""


async def test_a_waiting_room_checks_itself_comes_back_and_checks_again_when_asked(
    lab: CheckLab, browser: Browser
) -> None:
    house = lab.web.house
    async with lab.room(browser, acoustics(), path="/room") as page:
        await holds(page, "document.querySelector('[data-slot=check-next]')?.textContent.length > 0")
        assert await lab.need() == "none"
        assert "/room/check" not in page.url
        await page.add_init_script(EARLY)
        await visit(page, f"{lab.web.url}/room")
        await page.wait_for_url("**/room/check?auto=1", timeout=allowed(45) * 1000, wait_until="commit")
        assert (await result(page))["verdict"] == "go"
        await page.locator('[data-act="leave"]').click()
        await page.wait_for_url("**/room", wait_until="commit")
        await holds(page, "document.querySelector('[data-slot=check-verdict]')?.dataset.tone === 'fine'")
        await house.receptions.checks.ask(house.clerk, lab.session, [house.point["C11"]])
        await page.wait_for_url("**/room/check?auto=1", timeout=allowed(45) * 1000, wait_until="commit")
