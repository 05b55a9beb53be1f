"""The hub's clock in NTP's clothes: 64-bit fixed point. Its zero is the driver's, which is all that lip-sync
needs."""

from typing import Final

_OFFSET: Final = 2_208_988_800.0
"""NTP counts from 1900; some receivers take a time near zero for "no time yet"."""


def full(now: float) -> int:
    """All 64 bits, for a sender report."""
    return int((now + _OFFSET) * (1 << 32)) & 0xFFFFFFFFFFFFFFFF


def middle(now: float) -> int:
    """The middle 32 bits, in 1/65536 s, as report blocks repeat them."""
    return full(now) >> 16 & 0xFFFFFFFF


def round_trip(last_report: int, delay: int, now: float) -> float | None:
    """Seconds, from a report block (RFC 3550 §6.4.1); None when it answers no report of ours or makes no
    sense."""
    if last_report == 0:
        return None
    seconds = ((middle(now) - last_report - delay) & 0xFFFFFFFF) / 65536
    return seconds if seconds < 10.0 else None
