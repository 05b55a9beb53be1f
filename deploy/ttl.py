"""Lengths of time as people type them: 90s, 15m, 1h, 7d."""

import re
from datetime import timedelta

LONGEST = timedelta(days=366)
_SHAPE = re.compile(r"([0-9]{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def read_ttl(text: str) -> timedelta:
    """Read a length of time. Raises ValueError with a sentence."""
    found = _SHAPE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a length of time such as 90s, 15m, 1h or 7d")
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if not timedelta(0) < length <= LONGEST:
        raise ValueError(f"{text!r} is not between 1s and 366d")
    return length
