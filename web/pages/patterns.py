"""Samples for the page that shows every component in every state. Invented, and complete on purpose."""

from typing import Any, Final

from hub.reception.state import ItemStatus, Status
from web.pages.wall import STATES

TONES: Final = ("", "fine", "attention", "act")
DAYS: Final = (12, 3, 0, -4)


def samples() -> dict[str, Any]:
    """What `patterns.html` is filled with."""
    return {
        "tones": TONES,
        "wall": STATES,
        "days": DAYS,
        "session_states": [each.value for each in Status],
        "item_states": [each.value for each in ItemStatus],
        "covers": COVERS,
    }


COVERS: Final = (
    "waiting",
    "paused",
    "over",
    "closed",
    "related",
    "connecting",
    "no_source",
    "voice",
    "lost",
    "replaced",
    "gone",
)
