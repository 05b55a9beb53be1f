"""Ids of records: 26 characters, sortable by time of making, not guessable (80 random bits).

The shape is that of a ULID: 48 bits of milliseconds, 80 of randomness, Crockford's base 32, in lower case.
"""

import os
import re
from collections.abc import Callable
from datetime import datetime

from hub.store.clock import Clock

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 26
RANDOM_BYTES = 10
STEP_BYTES = 8
_SHAPE = re.compile(f"[0-7][{ALPHABET}]{{{LENGTH - 1}}}")


def new_id(now: datetime, random_bytes: bytes) -> str:
    """Make an id from an aware time and ten random bytes. Raises ValueError for any other number of bytes."""
    if len(random_bytes) != RANDOM_BYTES:
        raise ValueError(f"an id needs {RANDOM_BYTES} random bytes, not {len(random_bytes)}")
    return _text(_number(now, random_bytes))


def _number(now: datetime, random_bytes: bytes) -> int:
    return int(now.timestamp() * 1000) << (RANDOM_BYTES * 8) | int.from_bytes(random_bytes)


def _text(number: int) -> str:
    return "".join(ALPHABET[number >> shift & 31] for shift in range((LENGTH - 1) * 5, -1, -5))


def looks_like_id(text: str) -> bool:
    """Whether the text has the shape of an id; anything else need not trouble the database."""
    return _SHAPE.fullmatch(text) is not None


class Ids:
    """A source of fresh ids; each sorts after the one before, even if the clock steps back."""

    def __init__(self, clock: Clock, random: Callable[[int], bytes] = os.urandom) -> None:
        self._clock = clock
        self._random = random
        self._last = -1

    def new(self) -> str:
        """A fresh id."""
        fresh = _number(self._clock.now(), self._random(RANDOM_BYTES))
        if fresh <= self._last:
            fresh = self._last + 1 + int.from_bytes(self._random(STEP_BYTES))  # next, and still no guess
        self._last = fresh
        return _text(fresh)
