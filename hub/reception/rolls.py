"""Roll calls and who sits in each room: the values, the challenge, and what a participant sees of them. Pure.

A roll call asks every room how many tones its loudspeaker just gave; the instruction stands on the TV. One
key answers it, and only somebody who sees the TV and hears it can. What the hub sees by itself (line,
picture, sound, devices) is put beside the answers when the roll call is closed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Literal, get_args

from hub.reception.events import Event, wire_time
from hub.reception.viewer import Viewer

Wire = dict[str, Any]

MOST_TONES: Final = 5
NOTHING_HEARD: Final = 0
"""The answer of a room whose TV gives no sound."""

Rank = Literal[
    "secretary",
    "chairman",
    "deputy_secretary",
    "deputy_chairman",
    "office_head",
    "reception_officer",
    "other",
]
"""What somebody in the room is there, in the order of precedence."""
RANKS: Final[tuple[Rank, ...]] = get_args(Rank)
LEADERS: Final = frozenset({"secretary", "chairman", "deputy_secretary", "deputy_chairman"})
"""Ranks that may take a petition up on the spot."""

Finding = Literal[
    "absent",
    "dropped",
    "no_answer",
    "answer_wrong",
    "tv_muted",
    "picture_frozen",
    "sound_missing",
    "camera_frozen",
    "camera_black",
    "camera_off",
    "microphone_silent",
    "microphone_off",
    "voice_only",
]
"""What can be wrong with a room at a roll call, the gravest first; none of them: it is all there."""
FINDINGS: Final[tuple[Finding, ...]] = get_args(Finding)

AWAY: Final = frozenset({"absent", "dropped"})
"""Findings of rooms that were not there when the roll call ended."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How many tones a room heard, and whether that is how many there were."""

    heard: int
    right: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Roll:
    """One roll call of the invited `points`. `seed` makes each room's number; `results` (findings by point)
    come when it is closed.
    """

    id: str
    at: datetime
    until: datetime
    seed: str
    points: tuple[str, ...]
    stopped: bool = False
    """Staff want the result now."""
    closed_at: datetime | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    results: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether rooms may still answer."""
        return self.closed_at is None

    def tones(self, point: str) -> int:
        """How many tones that room is given."""
        return tones_of(self.seed, point)


@dataclass(frozen=True, slots=True)
class Seated:
    """Who sits in a room, as its clerk, the room itself or the office confirmed."""

    people: tuple[tuple[str, str], ...]
    """Name and rank; the first is who leads there. Empty: nobody."""
    by_key: str
    by_name: str
    at: datetime


def tones_of(seed: str, point: str) -> int:
    """1–5, another one for the next room: a neighbour's answer is of no use."""
    return 1 + int.from_bytes(sha256(f"{seed}:{point}".encode()).digest()[:4], "big") % MOST_TONES


def place_of(viewer: Viewer) -> str | None:
    """The room for which this participant may say who sits there."""
    return viewer.room or viewer.serves


def roll_view(roll: Roll | None, viewer: Viewer) -> Wire | None:
    """`roll` of signaling/PROTOCOL.md: whole for whoever sees the wall, its own part for a room."""
    room = viewer.room
    if roll is None or not (viewer.sees_wall or room is not None):
        return None
    return {
        "id": roll.id,
        "at": wire_time(roll.at),
        "until": wire_time(roll.until),
        "tones": roll.tones(room) if room is not None else None,
        "closed": wire_time(roll.closed_at) if roll.closed_at is not None else None,
        "answers": {
            point: {"heard": answer.heard, "right": answer.right, "at": wire_time(answer.at)}
            for point, answer in roll.answers.items()
            if viewer.sees_wall or point == room
        },
        "results": _results(roll.results, viewer),
    }


def present_view(present: Mapping[str, Seated], viewer: Viewer) -> Wire:
    """`present` of signaling/PROTOCOL.md."""
    return {
        point: {
            "people": people_wire(seated.people),
            "by": {"key": seated.by_key, "name": seated.by_name},
            "at": wire_time(seated.at),
        }
        for point, seated in present.items()
        if viewer.sees_wall or point == place_of(viewer)
    }


def people_wire(people: tuple[tuple[str, str], ...]) -> list[Wire]:
    """People as events and views have them."""
    return [{"name": name, "rank": rank} for name, rank in people]


PERSONAL: Final = frozenset({"roll.began", "roll.closed"})
"""Kinds that several are sent, each with their own part."""


def personal(event: Event, data: Wire, viewer: Viewer) -> Wire:
    """What one participant gets of an event that is `PERSONAL`."""
    if event.kind == "roll.began":
        point = viewer.room
        return data | {"tones": tones_of(event.data["seed"], point) if point is not None else None}
    return data | {"results": _results(data["results"], viewer)}


def _results(results: Mapping[str, Any], viewer: Viewer) -> Wire:
    room = viewer.room
    return {point: list(found) for point, found in results.items() if viewer.sees_wall or point == room}
