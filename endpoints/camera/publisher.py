"""Sends a source through a light peer, at its pace."""

import asyncio
import time
from typing import Final

from endpoints.camera.source import Source
from endpoints.peer import Member
from endpoints.peer.packets import PictureTrack, VoiceTrack

KEY_EVERY: Final = 4.0
"""Seconds between keyframes nobody asked for: what a joiner is replayed stays short."""
KEY_APART: Final = 0.5
"""Seconds between keyframes that were asked for."""
LATE: Final = 1.0
"""Seconds behind after which lost time is left out instead of made up for."""


class Publisher:
    """One peer's camera and microphone. The numbering goes on when `run` is called again."""

    def __init__(self, member: Member) -> None:
        local = member.peer.local
        self._member = member
        self._picture = PictureTrack(local.camera)
        self._voice = VoiceTrack(local.microphone)
        self._wanted = True
        self._began = time.monotonic()

    def want_key(self) -> None:
        """Somebody asked for a keyframe."""
        self._wanted = True

    async def run(self, source: Source) -> None:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pictures(source))
            group.create_task(self._voices(source))

    async def _pictures(self, source: Source) -> None:
        self._wanted = True
        key_at = -KEY_EVERY
        async for elapsed in _Beat(1 / source.pictures.rate):
            key = elapsed - key_at >= (KEY_APART if self._wanted else KEY_EVERY)
            frame = await source.pictures.frame(elapsed, key)
            if frame.key:
                self._wanted, key_at = False, elapsed
            timestamp = self._clock(90_000)
            for packet in self._picture.frame(frame.data, timestamp):
                self._member.peer.send_rtp(packet, time.monotonic())
            self._member.flush()

    async def _voices(self, source: Source) -> None:
        start = self._clock(50)
        async for elapsed in _Beat(0.02):
            number = round(elapsed * 50)
            self._member.send(self._voice.frame(source.voice.packet(number), (start + number) * 960))

    def _clock(self, rate: int) -> int:
        """Media time in units of `rate` since this publisher was made."""
        return int((time.monotonic() - self._began) * rate)


class _Beat:
    """Yields the elapsed time at every multiple of `step`; after a long stall it goes on from now."""

    def __init__(self, step: float) -> None:
        self._step = step
        self._number = -1
        self._began = time.monotonic()

    def __aiter__(self) -> "_Beat":
        return self

    async def __anext__(self) -> float:
        self._number += 1
        wait = self._began + self._number * self._step - time.monotonic()
        if wait < -LATE:
            self._number += int(-wait / self._step)
        await asyncio.sleep(max(0.0, wait))
        return self._number * self._step
