"""What the relays of a machine are called."""

from typing import Final

MOST_RELAYS: Final = 8
"""On one machine."""


def relay_name(index: int) -> str:
    """Of relay `index`: its process, its pid file (`.pid`), its control socket (`.sock`), its lock
    (`.lock`)."""
    return "relay" if index == 0 else f"relay-{index}"
