"""Clerks in real browsers: two in one note with one cut off, a conclusion that is read back, somebody who
came late.
"""

import asyncio
import time

import pytest
from playwright.async_api import Page

from tests.browser.screens import console, room
from tests.kit.chromium import chromium, holds, until, visit
from tests.kit.demo import DemoHub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

COMMUNE = "Xã Đầm Vạc"
ELSEWHERE = "Xã Tân Hòa"
TYPING_S = 60
CUT_S = 20
LETTER_MS = 90
SWITCH = """
    const Plain = window.WebSocket;
    const open = new Set();
    let cut = false;
    window.WebSocket = class extends Plain {
        constructor(url) {
            super(cut ? url.replace(/sessions.*/, "nowhere") : url);
            open.add(this);
        }
    };
    window.__cut = (on) => {
        cut = on;
        if (on) for (const socket of open) socket.close();
    };
"""
EDITOR = ".note-edit textarea"
TEXT = "() => window.__hub.state.notes.at(-1).text"


async def new_note(desk: Page, text: str) -> None:
    """A note as a clerk writes one; it is on the list when this returns."""
    await desk.fill("#note-text", text)
    await desk.press("#note-text", "Control+Enter")
    await holds(desk, "text => window.__hub.state.notes.at(-1)?.text === text", text)


async def edit(desk: Page, text: str) -> None:
    """Open the note of that text for changing."""
    note = desk.locator("li.note", has_text=text).last
    await note.hover()
    await note.locator('[data-act="edit"]').click()
    await desk.locator(EDITOR).wait_for()


async def types(desk: Page, who: str, until: float) -> list[str]:
    """Words of one's own, letter by letter, until it is time; where the clerk writes changes now and then."""
    words: list[str] = []
    while time.monotonic() < until:
        word = f"{who}{len(words):03d}"
        if len(words) % 14 == 3:  # to the front, with a space behind what comes
            await desk.press(EDITOR, "Control+Home")
            await desk.keyboard.type(" ")
            await desk.press(EDITOR, "ArrowLeft")
        elif len(words) % 14 == 10:
            await desk.press(EDITOR, "Control+End")
        await desk.keyboard.type(f" {word}", delay=LETTER_MS)
        words.append(word)
    return words


async def cut(desk: Page, after: float) -> None:
    """The line of that desk is gone for a while, in the middle of writing."""
    await asyncio.sleep(after)
    await desk.evaluate("window.__cut(true)")
    await asyncio.sleep(CUT_S)
    await desk.evaluate("window.__cut(false)")


async def test_two_clerks_type_in_one_note_and_one_is_cut_off_no_word_is_lost(demo: DemoHub) -> None:
    begun = "Hai thư ký cùng ghi"
    async with (
        chromium() as browser,
        console(browser, demo, "thuky") as first,
        console(browser, demo, "tiepdan") as second,
    ):
        await second.add_init_script(SWITCH)
        await visit(second, second.url)
        await holds(second, "window.__hub?.channel?.open === true")
        await new_note(first, begun)
        await holds(second, "text => window.__hub.state.notes.at(-1)?.text === text", begun)
        for desk in (first, second):
            await edit(desk, begun)
        end = time.monotonic() + TYPING_S
        ours, theirs, _ = await asyncio.gather(
            types(first, "a", end), types(second, "b", end), cut(second, 15)
        )
        assert min(len(ours), len(theirs)) > 10, "both wrote all the time"
        all_words = [*begun.split(), *ours, *theirs]
        everything = """words => {
            const text = window.__hub.state.notes.at(-1).text.split(/\\s+/);
            return words.every((word) => text.includes(word));
        }"""
        for desk in (first, second):
            await holds(desk, everything, all_words, seconds=40)

        async def settled() -> bool:
            texts = [str(await desk.evaluate(TEXT)).split() for desk in (first, second)]
            fields = [(await desk.input_value(EDITOR)).split() for desk in (first, second)]
            return all(each == texts[0] for each in (*texts, *fields))

        await until(settled, "both screens and both fields say the same", 40)
        written = str(await first.evaluate(TEXT)).split()
        assert sorted(written) == sorted(all_words), "nothing lost, nothing twice"
        for desk in (first, second):
            await desk.press(EDITOR, "Escape")
            await desk.locator(EDITOR).wait_for(state="detached")


async def test_a_conclusion_counts_only_once_it_was_read_back_and_can_be_taken_back(demo: DemoHub) -> None:
    async with (
        chromium("--autoplay-policy=no-user-gesture-required") as browser,
        console(browser, demo, "thuky") as desk,
        console(browser, demo, "chutri") as chair,
        room(browser, demo, COMMUNE) as commune,
    ):
        await desk.keyboard.press("k")
        await desk.keyboard.type("Giao xã đo lại thửa đất")
        await holds(chair, "window.__hub.state.drafts[0]?.text === 'Giao xã đo lại thửa đất'")
        assert await commune.evaluate("window.__hub.state.drafts.length") == 0, "a draft is the desk's own"
        lead = await desk.evaluate("document.querySelector('#units option').value")
        await desk.fill("#conclude-lead", lead)
        await desk.click('[data-form="conclude"] [data-days="7"]')
        await desk.click('[data-act="read-back"]')
        await desk.locator('[data-act="confirm-conclusion"]').wait_for()
        await commune.locator('[data-banner="reading"]').wait_for()
        assert "Giao xã đo lại thửa đất" in await commune.locator('[data-banner="reading"]').inner_text()
        current = "window.__hub.state.items.find(each => each.id === window.__hub.state.current)"
        assert await commune.evaluate(f"{current}.conclusion") is None, "read back is not concluded"
        await chair.locator('[data-act="confirm-conclusion"]').click()
        await holds(commune, f"{current}.conclusion === 'Giao xã đo lại thửa đất'")
        await commune.locator('[data-banner="reading"]').wait_for(state="detached")
        await holds(
            desk, "window.__hub.state.directives.some(each => each.text === 'Giao xã đo lại thửa đất')"
        )
        await chair.locator('.toast [data-act="undo"]').click()
        await holds(commune, f"{current}.conclusion === null && {current}.state === 'hearing'")
        await holds(desk, "window.__hub.state.directives.at(-1).withdrawn !== null")
        await holds(desk, "window.__hub.state.drafts[0]?.text === 'Giao xã đo lại thửa đất'")


async def test_who_came_late_is_told_to_the_desk_and_to_nobody_else(demo: DemoHub) -> None:
    async with (
        chromium("--autoplay-policy=no-user-gesture-required") as browser,
        console(browser, demo, "thuky") as desk,
        room(browser, demo, COMMUNE) as commune,
        room(browser, demo, ELSEWHERE) as other,
    ):
        await holds(commune, "window.__hub.state.n > 0")
        await holds(other, "window.__hub.state.n > 0")
        await commune.keyboard.press("p")
        await commune.click('[data-act="announce"]')
        await commune.fill("#announce-name", "Lê Văn Thử Việc")
        await commune.fill("#announce-matter", "Đường vào xóm bị ngập")
        await commune.click('#announce button[value="yes"]')
        entry = desk.locator("#lobby .entry", has_text="Đường vào xóm bị ngập")
        await entry.wait_for()
        items = await desk.evaluate("window.__hub.state.items.length")
        await entry.locator('[data-act="admit"]').click()
        await desk.locator('#ask-case [data-slot="who"]', has_text="Lê Văn Thử Việc").wait_for()
        await desk.click('#ask-case button[value="yes"]')
        await holds(desk, "n => window.__hub.state.items.length === n + 1", items)
        await holds(commune, "window.__hub.state.lobby[0]?.state === 'admitted'")
        await holds(other, "n => window.__hub.state.items.length === n + 1", items)
        assert await other.evaluate("window.__hub.state.lobby.length") == 0
        for page in (commune, other):
            assert "Lê Văn Thử Việc" not in await page.evaluate("JSON.stringify(window.__hub.state)")
