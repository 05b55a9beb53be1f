"""What the hub itself sees of rooms while a roll call goes on, and what it says when it closes it. Pure.

One bad look is no finding: it has to last. A room is not blamed for what nobody gets (a hall that says
nothing), nor for what it is not shown (a pause, a closed hearing).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hub.reception.rolls import FINDINGS, NOTHING_HEARD, Finding, Roll
from hub.relay.core.specs import PICTURE_SLOTS, VOICE_SLOTS, Rung, SlotName
from signaling.health import Health
from signaling.replies import Tile

LOOK_SECONDS: Final = 12.0
"""How long rooms are looked at before a roll call may be closed: two reports of each."""
HOLD_SECONDS: Final = 7.0
"""How long something must last to be a finding: longer than one report, which comes every 5 s."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One room at one look. `slots`: what the hub shows it now. `on_air`: it has the floor, and is heard."""

    tile: Tile
    slots: frozenset[SlotName] = frozenset()
    on_air: bool = False

    @property
    def here(self) -> bool:
        """Whether its connection stands."""
        return self.tile.link == "up"


class RollWatch:
    """One roll call from its beginning, or from when this process came to it, until it is closed."""

    def __init__(self, roll: str, now: float) -> None:
        self.roll = roll
        self._began = now
        self._since: dict[tuple[str, Finding], float] = {}
        self._seen: Mapping[str, Seen] = {}

    def look(self, rooms: Mapping[str, Seen], now: float) -> None:
        """Take in how all rooms are now."""
        somebody_hears = any(room.tile.sound for room in rooms.values() if room.here)
        found = {
            (point, finding)
            for point, room in rooms.items()
            if room.here
            for finding in _amiss(room, somebody_hears=somebody_hears)
        }
        self._since = {each: self._since.get(each, now) for each in found}
        self._seen = rooms

    def due(self, roll: Roll, now: float, at: datetime) -> bool:
        """Whether it can be closed: nobody is waited for any more, and everybody was looked at long enough.

        `now` is monotonic, `at` the hub's time.
        """
        if roll.stopped:
            return True
        waiting = at < roll.until and not self._all_answered(roll)
        return not waiting and now - self._began >= LOOK_SECONDS

    def results(self, roll: Roll, now: float) -> dict[str, list[Finding]]:
        """The findings of every point that was asked, the gravest first."""
        lasting = {each for each, since in self._since.items() if now - since >= HOLD_SECONDS}
        return {
            point: [each for each in FINDINGS if each in self._of(roll, point, lasting)]
            for point in roll.points
        }

    def _of(self, roll: Roll, point: str, lasting: set[tuple[str, Finding]]) -> set[Finding]:
        room, answer = self._seen.get(point), roll.answers.get(point)
        if room is None or not room.here:
            return {"absent"} if answer is None else {"dropped"}
        found: set[Finding] = {finding for where, finding in lasting if where == point}
        if room.on_air:
            return found
        if answer is None:
            found.add("no_answer")
        elif answer.heard == NOTHING_HEARD:
            found.add("tv_muted")
        elif not answer.right:
            found.add("answer_wrong")
        return found

    def _all_answered(self, roll: Roll) -> bool:
        waited = [point for point, room in self._seen.items() if room.here and not room.on_air]
        answers = [roll.answers.get(point) for point in waited]
        return bool(waited) and all(answer is not None and answer.right for answer in answers)


def _amiss(room: Seen, *, somebody_hears: bool) -> Iterator[Finding]:
    """What is not as it should be in a room that is connected, at this look."""
    tile, health = room.tile, room.tile.health
    voice_only = tile.sent is Rung.NONE or (health is not None and health.voice_only)
    if voice_only:
        yield "voice_only"
    elif tile.due and not tile.picture and not room.slots.isdisjoint(PICTURE_SLOTS):
        yield "picture_frozen"
    if somebody_hears and tile.due and not tile.sound and not room.slots.isdisjoint(VOICE_SLOTS):
        yield "sound_missing"
    if health is not None:
        yield from _devices(health)


def _devices(health: Health) -> Iterator[Finding]:
    if health.speaker == "muted":
        yield "tv_muted"
    match health.camera:
        case "frozen":
            yield "camera_frozen"
        case "black":
            yield "camera_black"
        case "off":
            yield "camera_off"
    match health.microphone:
        case "silent":
            yield "microphone_silent"
        case "off":
            yield "microphone_off"
