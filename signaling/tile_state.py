"""What a room's tile says in one word, and what is wrong with its devices. The browser says the same
(`session/select.js`); one table of cases tests both.
"""

from typing import Final, Literal

from hub.relay.core.specs import Rung
from signaling.replies import Tile

TileState = Literal["live", "ill", "voice", "silent", "missing"]
Ill = str
"""A word of the locales: `wall.ill.<ill>`, `wall.fix.<ill>`."""
WORST_FIRST: Final[tuple[TileState, ...]] = ("missing", "silent", "ill", "voice", "live")


def tile_state(tile: Tile | None, *, joined: bool) -> TileState:
    """`joined`: whether the timeline has the room here. `tile`: its own last word, None before the first."""
    if not joined or (tile is not None and tile.link == "down"):
        return "missing"
    if tile is None:
        return "silent"
    receives = tile.picture and tile.sent is not Rung.NONE
    if not receives and (tile.sound or (tile.health is not None and tile.health.voice_only)):
        return "voice"
    if not receives and tile.due:
        return "silent"
    return "ill" if ills(tile) else "live"


def ills(tile: Tile | None) -> list[Ill]:
    """What is wrong with a room's own devices, worst first."""
    health = tile.health if tile is not None else None
    if health is None:
        return []
    found = []
    if health.camera != "live":
        found.append(f"camera_{health.camera}")
    if health.microphone != "live":
        found.append(f"microphone_{health.microphone}")
    if health.speaker == "muted":
        found.append("speaker_muted")
    return found
