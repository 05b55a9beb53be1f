"""A synthetic publisher's media: VP8 and Opus packets of the right sizes and pace, not encoded. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from endpoints.peer.packets import PictureTrack, VoiceTrack

FRAME_RATE: Final = 30
KEY_EVERY: Final = 4.0
"""Seconds between keyframes nobody asked for."""
KEY_FACTOR: Final = 5
"""A keyframe has this many times the bytes of an ordinary frame."""
VOICE_BYTES: Final = 80
"""An Opus frame of 20 ms at 32 kbit/s."""
_KEY_HEAD: Final = bytes((0x50, 0x01, 0x00, 0x9D, 0x01, 0x2A, 0x00, 0x05, 0xD0, 0x02))
"""The uncompressed header of a 1280×720 VP8 keyframe (RFC 6386 §9.1); its P bit is clear."""
_DELTA_HEAD: Final = bytes((0x51, 0x01, 0x00))


@dataclass(frozen=True, slots=True)
class Shape:
    """`kbps` of the picture, payload bytes only."""

    kbps: int
    frame_rate: int = FRAME_RATE

    @property
    def frame_bytes(self) -> int:
        """Of an ordinary frame, such that keyframes fit into the rate too."""
        frames = self.frame_rate * KEY_EVERY
        return max(16, round(self.kbps * 125 / self.frame_rate * frames / (frames - 1 + KEY_FACTOR)))


class Feed:
    """What one publisher sends as time goes by. `want_key` makes the next frame a keyframe."""

    def __init__(self, shape: Shape, camera: int, microphone: int, seed: int) -> None:
        self.key_wanted = True
        self._shape = shape
        self._noise = Random(seed).randbytes(shape.frame_bytes * KEY_FACTOR + 16)
        self._picture = PictureTrack(camera, sequence=seed & 0x7FFF, timestamp=seed)
        self._voice = VoiceTrack(microphone, sequence=seed >> 1 & 0x7FFF, timestamp=seed)
        self._frames = 0
        self._voices = 0
        self._key_at = 0

    def want_key(self) -> None:
        """Somebody asked for a keyframe."""
        self.key_wanted = True

    def due(self, elapsed: float) -> Iterator[bytes]:
        """The RTP packets that must have left `elapsed` seconds after the start and have not yet."""
        while self._voices <= elapsed * 50:
            yield self._voice.frame(self._noise[:VOICE_BYTES], self._voices * 960)
            self._voices += 1
        while self._frames <= elapsed * self._shape.frame_rate:
            yield from self._frame()
            self._frames += 1

    def _frame(self) -> Iterator[bytes]:
        key = self.key_wanted or self._frames - self._key_at >= KEY_EVERY * self._shape.frame_rate
        size = self._shape.frame_bytes
        if key:
            self.key_wanted, self._key_at = False, self._frames
        data = _KEY_HEAD + self._noise[: size * KEY_FACTOR] if key else _DELTA_HEAD + self._noise[:size]
        return self._picture.frame(data, self._frames * 90_000 // self._shape.frame_rate)


def bursts(shape: Shape, seconds: float) -> list[list[int]]:
    """Sizes of the plaintext RTP packets of a feed, burst by burst: for a floor that sends the same."""
    feed = Feed(shape, 1, 2, 1)
    sizes = []
    for step in range(round(seconds * 100)):
        burst = [len(packet) for packet in feed.due(step / 100)]
        if burst:
            sizes.append(burst)
    return sizes
