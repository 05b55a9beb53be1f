"""`hub bench joins`: many viewers at once into a session that is live, as after a power cut.

Some of them stall: their handshake never ends. They must delay nobody.
"""

import asyncio
import os
import secrets
import time
from dataclasses import dataclass, field
from typing import Final

from deploy.bench.cameras import Cameras, cameras
from deploy.bench.crowd import STAGE, Crowd, until
from deploy.bench.output import Steps, carry_out
from deploy.bench.relay import KBPS
from deploy.bench.stand import Stand, standing
from endpoints.peer import LightPeer

LIVE: Final = 5.0
"""Seconds the session is live before they come: there is a group of pictures to be given."""
JOIN: Final = 60.0
LOOK: Final = 0.01


class Stalled(LightPeer):
    """Begins a handshake and hears nothing of what is answered."""

    def receive(self, datagram: bytes, source: tuple[str, int], now: float) -> None:
        """As a peer's, deaf to DTLS."""
        if not datagram or not 20 <= datagram[0] <= 63:
            super().receive(datagram, source, now)


@dataclass(slots=True)
class Result:
    """What is printed with `--json`. Seconds are from the moment all began to join; `media` means something
    in every slot in use. `load` is the machine's at the start.
    """

    points: int
    stalled: int
    joined: int = 0
    media_s: dict[str, float] = field(default_factory=dict)
    all_have_media_s: float = 0.0
    first_picture_was_keyframe: int = 0
    keyframes_asked: int = 0
    load: float = 0.0


def bench(*, points: int, stalled: int, as_json: bool) -> int:
    """Run it and print. 0 when everybody who did not stall has media."""
    wanted = Result(points, stalled)
    title = f"joins: {points} viewers at once, and {stalled} that stall"
    result = carry_out(title, LIVE, lambda steps: run(wanted, steps), as_json=as_json)
    return 1 if result is None or result.joined < result.points else 0


async def run(result: Result, progress: Steps) -> Result:
    """Fill in what is measured. Raises BenchFailed."""
    result.load = round(os.getloadavg()[0], 2)
    progress.step("starting a relay")
    async with standing() as stand:
        crowd = Crowd(stand.client, stand.pool, 1)
        await crowd.open_stage()
        async with cameras(stand.socket, STAGE, 1, KBPS, burst=False) as publishers:
            progress.step("live")
            await asyncio.sleep(LIVE)
            await _join(result, progress, crowd, stand, publishers)
    return result


async def _join(result: Result, progress: Steps, crowd: Crowd, stand: Stand, publishers: Cameras) -> None:
    progress.step(f"{result.points} viewers join")
    asked, began = await publishers.asked(), time.monotonic()
    times: dict[LightPeer, float] = {}

    def everybody() -> bool:
        now = time.monotonic() - began
        for viewer in crowd.viewers:
            if viewer not in times and crowd.has_media(viewer):
                times[viewer] = now
        return len(times) == result.points

    stalling = [_stall(crowd, stand, index) for index in range(result.stalled)]
    joining = [crowd.join(index) for index in range(result.points)]
    joined = asyncio.gather(*stalling, *joining)
    try:
        await until(everybody, JOIN, f"after {JOIN:.0f} s not everybody has media", crowd.broken)
    finally:
        await joined
    result.joined = len(times)
    result.media_s = _shares(sorted(times.values()))
    result.all_have_media_s = round(max(times.values()), 2)
    result.keyframes_asked = await publishers.asked() - asked
    result.first_picture_was_keyframe = crowd.keyframe_starts


async def _stall(crowd: Crowd, stand: Stand, index: int) -> None:
    peer = Stalled(stand.pool.certificate, secrets.token_bytes, time.monotonic())
    await crowd.enter(f"stalled{index}", peer)


def _shares(ordered: list[float]) -> dict[str, float]:
    """p50 and p95, in seconds."""
    last = len(ordered) - 1
    return {name: round(ordered[round(last * share)], 2) for name, share in (("p50", 0.5), ("p95", 0.95))}
