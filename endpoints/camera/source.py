"""Where pictures and voices come from: a camera that draws live, or a clip that goes round."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from endpoints.camera.encode import Encoded, Vp8Encoder, opus
from endpoints.camera.picture import Look, Picture
from endpoints.camera.voice import Speaker, levels, speak

VOICE_SECONDS: Final = 16.0
CLIP_SECONDS: Final = 4.0


class Pictures(Protocol):
    """VP8 frames at a fixed `rate` a second."""

    rate: int

    async def frame(self, elapsed: float, key: bool) -> Encoded:
        """The frame for `elapsed` seconds after the start; a keyframe when `key`."""
        ...


@dataclass(frozen=True, slots=True)
class Voice:
    """Opus packets of 20 ms that go round, and how loud each is (0–1)."""

    packets: tuple[bytes, ...]
    levels: tuple[float, ...]

    def packet(self, number: int) -> bytes:
        """The packet with that number since the start."""
        return self.packets[number % len(self.packets)]

    def level(self, elapsed: float) -> float:
        """Loudness (0–1) at that moment."""
        return self.levels[int(elapsed * 50) % len(self.levels)]


@dataclass(frozen=True, slots=True)
class Source:
    """What one camera publishes."""

    pictures: Pictures
    voice: Voice


class LiveCamera:
    """Draws and encodes each frame when it is due, in a thread. `clock` gives the time that is shown."""

    def __init__(
        self, look: Look, voice: Voice, clock: Callable[[], datetime], *, rate: int, kbps: int
    ) -> None:
        self.rate = rate
        self._voice = voice
        self._clock = clock
        self._picture = Picture(look)
        self._encoder = Vp8Encoder(look.width, look.height, rate, kbps * 1000)

    async def frame(self, elapsed: float, key: bool) -> Encoded:
        """As `Pictures.frame`. One call at a time."""
        return await asyncio.to_thread(self._draw, elapsed, key)

    def _draw(self, elapsed: float, key: bool) -> Encoded:
        image = self._picture.frame(elapsed, self._clock(), self._voice.level(elapsed))
        return self._encoder.encode(image, key)


class Clip:
    """Frames that begin with a keyframe and go round; asked for a keyframe, it begins again."""

    def __init__(self, frames: tuple[Encoded, ...], rate: int) -> None:
        self.rate = rate
        self._frames = frames
        self._next = 0

    async def frame(self, elapsed: float, key: bool) -> Encoded:  # noqa: ARG002 - a clip has a time of its own
        """As `Pictures.frame`."""
        if key:
            self._next = 0
        frame = self._frames[self._next]
        self._next = (self._next + 1) % len(self._frames)
        return frame


def make_voice(speaker: Speaker) -> Voice:
    """Half a second of work: call it in a thread."""
    samples = speak(speaker, VOICE_SECONDS)
    return Voice(opus(samples), tuple(levels(samples)))


def make_live(
    look: Look,
    clock: Callable[[], datetime],
    speaker: Speaker | None = None,
    *,
    rate: int = 15,
    kbps: int = 500,
) -> Source:
    """A live camera with a voice. Half a second of work: call it in a thread."""
    voice = make_voice(speaker or Speaker())
    return Source(LiveCamera(look, voice, clock, rate=rate, kbps=kbps), voice)


def make_clip(look: Look, start: datetime, speaker: Speaker, *, rate: int = 10, kbps: int = 150) -> Source:
    """A clip with a voice; its clock begins at `start`. Half a second of work: call it in a thread."""
    voice = make_voice(speaker)
    picture, encoder = Picture(look), Vp8Encoder(look.width, look.height, rate, kbps * 1000)
    frames = []
    for number in range(round(CLIP_SECONDS * rate)):
        elapsed = number / rate
        image = picture.frame(elapsed, start + timedelta(seconds=elapsed), voice.level(elapsed))
        frames.append(encoder.encode(image, key=number == 0))
    return Source(Clip(tuple(frames), rate), voice)
