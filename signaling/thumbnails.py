"""The last small picture of each room, in memory and nowhere else: for the wall of staff."""

from dataclasses import dataclass
from typing import Final

LARGEST_BYTES: Final = 12 * 1024
"""Of one picture: 192×108 at the quality rooms send has 4 to 7 KB."""
WIDEST: Final = 320
"""Pixels either way. A small file can claim to be a picture that fills a desk's memory."""
EVERY_SECONDS: Final = 10.0
"""Rooms send one so often."""
SOONEST_SECONDS: Final = 4.0
"""One that comes earlier is not taken."""
KEPT_SECONDS: Final = 120.0
MOST: Final = 1_000
"""Rooms of one session."""
ANSWER: Final = 60
"""Pictures of one answer: 60 × 12 KB, once more by half as base64."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A JPEG. `n` grows with every picture of the session; `age` is in seconds."""

    n: int
    jpeg: bytes
    age: float


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the pictures: `n` is the number to ask after next, `have` the rooms of which there is one."""

    n: int
    have: list[str]
    fresh: dict[str, Thumbnail]


class Thumbnails:
    """One session's. Times are seconds of one clock."""

    def __init__(self) -> None:
        self._n = 0
        self._pictures: dict[str, tuple[int, bytes, float]] = {}

    def put(self, point: str, jpeg: bytes, now: float) -> bool:
        """Take a room's picture in place of its last; False for what is none, is too large or too soon."""
        last = self._pictures.get(point)
        if last is not None and now - last[2] < SOONEST_SECONDS:
            return False
        if last is None and len(self._pictures) >= MOST:
            return False
        if not is_small_jpeg(jpeg):
            return False
        self._n += 1
        self._pictures.pop(point, None)
        self._pictures[point] = (self._n, jpeg, now)  # so that they stand in the order of `n`
        return True

    def forget(self, point: str) -> None:
        """Keep nothing of a room."""
        self._pictures.pop(point, None)

    def clear(self) -> None:
        """Keep nothing of any room."""
        self._pictures.clear()

    def after(self, n: int, now: float) -> Part:
        """What came after that number, oldest first; at most `ANSWER`. What is too old is dropped. A number
        of before the process was started anew counts as none."""
        n = n if n <= self._n else 0
        for point in [each for each, (_, _, at) in self._pictures.items() if now - at > KEPT_SECONDS]:
            del self._pictures[point]
        fresh = [
            (point, Thumbnail(number, jpeg, now - at))
            for point, (number, jpeg, at) in self._pictures.items()
            if number > n
        ]
        part = dict(fresh[:ANSWER])
        last = max((each.n for each in part.values()), default=n)
        return Part(last, list(self._pictures), part)


def is_small_jpeg(data: bytes) -> bool:
    """Whether it begins, is measured and ends like a JPEG of at most `WIDEST` pixels either way."""
    if len(data) > LARGEST_BYTES or not data.startswith(b"\xff\xd8") or not data.endswith(b"\xff\xd9"):
        return False
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a frame's head
            height, width = (int.from_bytes(data[at + i : at + i + 2], "big") for i in (5, 7))
            return 0 < height <= WIDEST and 0 < width <= WIDEST
        if length < 2 or marker in (0xD8, 0xD9, 0xDA):
            return False
        at += 2 + length
    return False
