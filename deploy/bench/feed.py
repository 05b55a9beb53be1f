"""A synthetic publisher's media: VP8 and Opus packets of the right sizes and pace, not encoded. Pure."""

from collections import deque
from collections.abc import Iterator, Sequence
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
TICK: Final = 0.005
"""Seconds a browser's pacer sends for at a time."""
PACING: Final = 2.5
"""A browser's pacer sends at most so many times the picture's rate; other encoders send a frame at once."""
DOCUMENT_RATE: Final = 8
DOCUMENT_BURST: Final = 4
"""One frame a second of a document is so many times as large as the others: somebody turned a page."""
_KEY_HEAD: Final = bytes((0x50, 0x01, 0x00, 0x9D, 0x01, 0x2A, 0x00, 0x05, 0xD0, 0x02))
"""The uncompressed header of a 1280×720 VP8 keyframe (RFC 6386 §9.1); its P bit is clear."""
_DELTA_HEAD: Final = bytes((0x51, 0x01, 0x00))


@dataclass(frozen=True, slots=True)
class Shape:
    """`kbps` of the picture, payload bytes only. `burst`: frames leave at once instead of paced.

    `document`: few frames, one of them large each second, and no voice.
    """

    kbps: int
    frame_rate: int = FRAME_RATE
    burst: bool = False
    document: bool = False

    @classmethod
    def of_document(cls, kbps: int, *, burst: bool) -> "Shape":
        """A document camera beside a picture of `kbps`: half its rate."""
        return cls(kbps // 2, DOCUMENT_RATE, burst, document=True)

    @property
    def frame_bytes(self) -> int:
        """Of an ordinary frame, such that the larger ones fit into the rate too."""
        frames = self.frame_rate * KEY_EVERY
        turned = KEY_EVERY - 1 if self.document else 0
        units = frames - 1 + KEY_FACTOR + turned * (DOCUMENT_BURST - 1)
        return max(16, round(self.kbps * 125 / self.frame_rate * frames / units))

    @property
    def tick_bytes(self) -> int:
        """What the pacer lets out in one tick."""
        return max(1, round(self.kbps * 125 * PACING * TICK))


class Feed:
    """What one publisher sends as time goes by. `want_key` makes the next frame a keyframe."""

    def __init__(self, shape: Shape, camera: int, microphone: int, seed: int) -> None:
        self.key_wanted = True
        self._shape = shape
        self._noise = Random(seed).randbytes(shape.frame_bytes * max(KEY_FACTOR, DOCUMENT_BURST) + 16)
        self._picture = PictureTrack(camera, sequence=seed & 0x7FFF, timestamp=seed)
        self._voice = VoiceTrack(microphone, sequence=seed >> 1 & 0x7FFF, timestamp=seed)
        self._frames = 0
        self._voices = 0
        self._key_at = 0
        self._queue: deque[bytes] = deque()
        self._ticks = -1
        self._debt = 0

    def want_key(self) -> None:
        """Somebody asked for a keyframe."""
        self.key_wanted = True

    def due(self, elapsed: float) -> Iterator[bytes]:
        """The RTP packets that must have left `elapsed` seconds after the start and have not yet."""
        while not self._shape.document and self._voices <= elapsed * 50:
            yield self._voice.frame(self._noise[:VOICE_BYTES], self._voices * 960)
            self._voices += 1
        while self._frames <= elapsed * self._shape.frame_rate:
            self._queue.extend(self._frame())
            self._frames += 1
        yield from self._paced(int(elapsed / TICK))

    def _paced(self, tick: int) -> Iterator[bytes]:
        """As libwebrtc: what was sent is a debt that drains at the pacer's rate, and nothing leaves while it
        stands. Voices are not paced."""
        queue = self._queue
        passed, self._ticks = tick - self._ticks, max(tick, self._ticks)
        self._debt = max(0, self._debt - max(0, passed) * self._shape.tick_bytes)
        while queue and (self._shape.burst or self._debt < self._shape.tick_bytes):
            self._debt += len(queue[0])
            yield queue.popleft()

    def _frame(self) -> Iterator[bytes]:
        shape, size = self._shape, self._shape.frame_bytes
        key = self.key_wanted or self._frames - self._key_at >= KEY_EVERY * shape.frame_rate
        if key:
            self.key_wanted, self._key_at = False, self._frames
        elif shape.document and self._frames % shape.frame_rate == 0:
            size *= DOCUMENT_BURST
        data = _KEY_HEAD + self._noise[: size * KEY_FACTOR] if key else _DELTA_HEAD + self._noise[:size]
        return self._picture.frame(data, self._frames * 90_000 // shape.frame_rate)


def bursts(shapes: Sequence[Shape], seconds: float) -> list[list[int]]:
    """Sizes of the plaintext RTP packets of feeds, burst by burst: for a floor that sends the same."""
    feeds = [Feed(shape, 1, 2, 1 + index) for index, shape in enumerate(shapes)]
    sizes = []
    for step in range(round(seconds / TICK)):
        burst = [len(packet) for feed in feeds for packet in feed.due(step * TICK)]
        if burst:
            sizes.append(burst)
    return sizes
