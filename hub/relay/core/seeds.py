"""First values of a variant's counters: unpredictable to outsiders, reproducible in tests (RFC 3550 §5.1)."""

from hashlib import sha256
from typing import NamedTuple


class Seeds(NamedTuple):
    """`sequence` lies below 2^15, so that a receiver cannot miss the first wrap (RFC 3711 §3.3.1)."""

    sequence: int
    timestamp: int
    picture: int
    tl0: int


def seeds(seed: int, stage: str, slot: str, rung: str) -> Seeds:
    """The first values for one variant of one slot of one stage."""
    digest = sha256(f"{seed}/{stage}/{slot}/{rung}".encode()).digest()
    return Seeds(
        int.from_bytes(digest[:2]) & 0x7FFF,
        int.from_bytes(digest[2:6]),
        int.from_bytes(digest[6:8]) & 0x7FFF,
        digest[8],
    )
