"""Who may speak, who is asked to, and how it is shown: the values a session's state holds of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

COUNTDOWN: Final = timedelta(seconds=5)
"""Between the call and the air: time to put the cup down. `web/static/js/session/room-state.js` counts the
same.
"""
LEASE_SECONDS: Final = 300
"""How long a room speaks when nobody says otherwise: what a citizen needs to put a case, and a little
more.
"""
EXTENSION_SECONDS: Final = 120
SHORTEST_LEASE_SECONDS: Final = 15
LONGEST_LEASE_SECONDS: Final = 3600
"""From now on, however often it is extended: a room that was forgotten does not stay on the air for a day."""
ANSWER_SECONDS: Final = 120
"""How long a room is asked for its consent before the call is given up."""
MOST_TALKS: Final = 8
"""Private talks at a time in one session; each takes two media peers."""


class Layout(StrEnum):
    """How two pictures stand on the screens. Without a second one the hall has all of it, whatever is
    chosen.
    """

    HALL = "hall"
    """The hall large, the point small in its corner."""
    SIDE_BY_SIDE = "side_by_side"
    POINT = "point"
    """The point large, the hall small."""


class Duplex(StrEnum):
    """Whether a room that speaks hears the hall at the same time."""

    HALF = "half"
    """One at a time: while the hall is heard in the room its microphone is shut, and the other way round."""
    FULL = "full"
    """Both, for rooms whose equipment cancels its own echo."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The point that speaks, and the item it speaks to. `until`: the end of its lease, the countdown
    included; None in timelines of before there were leases.
    """

    point: str
    name: str
    item: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A point is called and has not consented yet. `seconds`: the lease it will have."""

    point: str
    name: str
    seconds: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Pin:
    """A point whose picture stands beside the hall's while nobody else has the floor. It is not heard."""

    point: str
    name: str
    item: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Talk:
    """A private talk of one of the staff with one room. `staff` is the participant's key."""

    id: str
    point: str
    name: str
    staff: str
    staff_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Speech:
    """All of it. `consents`: the points that let their camera and microphone be switched on in this
    session.
    """

    layout: Layout = Layout.SIDE_BY_SIDE
    muted: bool = False
    duplex: Duplex = Duplex.HALF
    call: Call | None = None
    pin: Pin | None = None
    consents: tuple[str, ...] = ()
    talks: Mapping[str, Talk] = field(default_factory=dict)

    def talk_of(self, *, point: str | None = None, staff: str | None = None) -> Talk | None:
        """The talk a room, or one of the staff, is in."""
        return next(
            (talk for talk in self.talks.values() if talk.point == point or talk.staff == staff), None
        )
