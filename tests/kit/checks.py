"""A room that checks itself in Chromium: its page over a real hub and relay, in a room made of WebAudio.

Chromium's invented microphone hears nothing of what the page plays. Here the page's microphone hears the
page's own loudspeakers, so loud as `loudness` says, over the noise of a quiet room: a muted television
is `loudness` 0.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from hub.store.database import Database
from signaling.turn import NO_TURN, Turn
from tests.kit.chromium import holds, until, visit
from tests.kit.clock import HandClock
from tests.kit.web import WebLab, web_lab

ACOUSTICS = """
(() => {
    const room = { loudness: LOUDNESS, noise: NOISE, cancelled: CANCELLED };
    const Plain = window.AudioContext;
    const outlets = new WeakMap();
    const played = [];
    const ears = [];
    const { connect } = AudioNode.prototype;
    AudioNode.prototype.connect = function (to, ...more) {
        if (to instanceof AudioDestinationNode && !room.building) {
            const { context } = this;
            if (!outlets.has(context)) {
                const outlet = context.createMediaStreamDestination();
                outlets.set(context, outlet);
                played.push(outlet.stream);
                for (const ear of ears) ear(outlet.stream);
            }
            connect.call(this, outlets.get(context));
        }
        return connect.call(this, to, ...more);
    };
    const { getUserMedia } = navigator.mediaDevices;
    navigator.mediaDevices.getUserMedia = async function (wanted) {
        if (!wanted.audio) return getUserMedia.call(this, wanted);
        const leave = await getUserMedia.call(this, { audio: true, video: wanted.video ?? false });
        const context = new Plain();
        const out = context.createMediaStreamDestination();
        const noise = context.createBuffer(1, context.sampleRate, context.sampleRate);
        const samples = noise.getChannelData(0);
        for (let n = 0; n < samples.length; n++) samples[n] = (Math.random() * 2 - 1) * room.noise;
        const hiss = new AudioBufferSourceNode(context, { buffer: noise, loop: true });
        hiss.connect(out);
        hiss.start();
        const loud = room.loudness * (wanted.audio.echoCancellation ? room.cancelled : 1);
        const hear = (stream) => {
            const air = new GainNode(context, { gain: loud });
            const far = new DelayNode(context, { delayTime: 0.12 });
            context.createMediaStreamSource(stream).connect(far).connect(air).connect(out);
        };
        played.forEach(hear);
        ears.push(hear);
        for (const track of leave.getAudioTracks()) track.stop();
        return new MediaStream([...out.stream.getAudioTracks(), ...leave.getVideoTracks()]);
    };
})();
"""
QUIET = 0.003
"""Full scale is 1: about -55 dBFS."""
AUTOPLAY = "--autoplay-policy=no-user-gesture-required"


def acoustics(loudness: float = 0.2, noise: float = QUIET, cancelled: float = 0.01) -> str:
    """A script that puts a page into a room: how loud the television is, the noise, and what is left of the
    television after the browser took it out."""
    script = ACOUSTICS.replace("LOUDNESS", str(loudness)).replace("NOISE", str(noise))
    return script.replace("CANCELLED", str(cancelled))


class GoingClock(HandClock):
    """The computer's own: a page compares its clock with the hub's, and the desk closes what is left open."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class CheckLab:
    """A hub with a session in half an hour."""

    web: WebLab
    session: str

    @asynccontextmanager
    async def room(
        self, browser: Browser, *scripts: str, unit: str = "C11", path: str = "/room/check", **size: int
    ) -> AsyncIterator[Page]:
        """A room's page, the device enrolled."""
        viewport: Any = {"width": 1920, "height": 1080, **size}
        context = await browser.new_context(viewport=viewport, locale="vi")
        name, _, value = (await self.web.room(unit)).partition("=")
        await context.add_cookies([{"name": name, "value": value, "url": self.web.url}])
        page = await context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        for script in scripts:
            await page.add_init_script(script)
        await visit(page, f"{self.web.url}{path}")
        try:
            yield page
            assert not errors, errors
        finally:
            await context.close()

    async def need(self, unit: str = "C11") -> str:
        """How the room stands in the list."""
        found = await self.web.house.receptions.checks.standings(self.web.house.clerk, self.session)
        return next(each.need for each in found if each.point.unit_code == unit)


@asynccontextmanager
async def check_lab(
    db: Database, folder: Path, *, turn: Turn = NO_TURN, **more: Any
) -> AsyncIterator[CheckLab]:
    """Over SQLite, with a real relay unless `more` says otherwise."""
    async with web_lab(db, GoingClock(), folder, turn=turn, **more) as lab:
        yield CheckLab(lab, await lab.house.session())


async def result(page: Page, seconds: float = 60.0) -> dict[str, Any]:
    """Wait for the verdict: `verdict`, `tone`, `codes` of its causes, and everything that was `measured`."""

    async def there() -> Any:
        return await page.evaluate(
            "window.__check?.result && { ...window.__check.result, measured: window.__check.measures }"
        )

    found: dict[str, Any] = await until(there, "the check has a verdict", seconds)
    found["codes"] = [cause["code"] for cause in found["causes"]]
    shown = await page.evaluate(
        "[...document.querySelectorAll('[data-cause]')].map((each) => each.dataset.cause)"
    )
    assert shown == found["codes"]
    await holds(page, "(tone) => document.querySelector('.check-tile').dataset.tone === tone", found["tone"])
    return found
