"""Who was there, from when to when, and who sat there: read from a timeline. Pure.

A point's interval begins with its first connection and ends when the hub says that it left. A line that is
lost counts as present for the grace of `signaling.presence` (20 s), within which it usually comes back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from hub.reception.events import Event
from hub.reception.rolls import AWAY, LEADERS

Reason = Literal["left", "lost", "over"]


@dataclass(frozen=True, slots=True)
class Interval:
    """A time of presence. `end` None: it goes on. `over`: the session ended before the point left."""

    begin: datetime
    end: datetime | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """Who sat there, as somebody confirmed it: names with ranks, who leads there first."""

    at: datetime
    by: str
    people: tuple[tuple[str, str], ...]

    @property
    def led(self) -> bool:
        """Whether somebody was there who may take a petition up."""
        return any(rank in LEADERS for _name, rank in self.people)


@dataclass(frozen=True, slots=True)
class RollCall:
    """One roll call. `results` are findings by point, `heard` what rooms answered; without `closed_at` it
    goes on.
    """

    id: str
    at: datetime
    closed_at: datetime | None = None
    heard: Mapping[str, int] = field(default_factory=dict)
    results: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many rooms were all well (`fine`), to be looked at (`wrong`), and away (`absent`)."""
        return tally(self.results)


@dataclass(frozen=True, slots=True)
class Presence:
    """One point in one session, intervals and statements in the order of time."""

    intervals: tuple[Interval, ...] = ()
    statements: tuple[Statement, ...] = ()

    @property
    def here(self) -> bool:
        """Whether it is connected now."""
        return bool(self.intervals) and self.intervals[-1].end is None

    @property
    def ever(self) -> bool:
        """Whether it was there at all."""
        return bool(self.intervals)

    @property
    def said(self) -> Statement | None:
        """Who sits there, as it was confirmed last."""
        return self.statements[-1] if self.statements else None

    def within(self, begin: datetime, end: datetime) -> timedelta:
        """How long it was present between two moments."""
        total = timedelta()
        for each in self.intervals:
            last = min(each.end or end, end)
            total += max(timedelta(), last - max(each.begin, begin))
        return total

    def gaps(self, begin: datetime) -> int:
        """How often it was gone and came back, after `begin`."""
        return sum(each.end is not None and each.end >= begin for each in self.intervals[:-1])


NOBODY: Final = Presence()


@dataclass(frozen=True, slots=True)
class Attendance:
    """A session's. `live_at` and `over_at` are None before it was live and while it goes on."""

    live_at: datetime | None = None
    over_at: datetime | None = None
    points: Mapping[str, Presence] = field(default_factory=dict)
    rolls: tuple[RollCall, ...] = ()

    def of(self, point: str) -> Presence:
        """One point's; empty for one that never came."""
        return self.points.get(point, NOBODY)

    @property
    def last_roll(self) -> RollCall | None:
        """The latest roll call that is closed."""
        return next((roll for roll in reversed(self.rolls) if roll.closed_at is not None), None)


def attendance(events: Iterable[Event]) -> Attendance:
    """Read a timeline from its beginning."""
    found = Attendance()
    for event in events:
        found = _after(found, event)
    return found


def tally(results: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Findings by point as three numbers."""
    absent = sum(not AWAY.isdisjoint(found) for found in results.values())
    fine = sum(not found for found in results.values())
    return {"fine": fine, "wrong": len(results) - fine - absent, "absent": absent}


def _after(found: Attendance, event: Event) -> Attendance:
    data = event.data
    match event.kind:
        case "session.live":
            return replace(found, live_at=event.at)
        case "session.closed":
            return _over(found, event.at)
        case "point.joined":
            return _changed(found, data["point"], _begun(found.of(data["point"]), event.at))
        case "point.left":
            presence = _ended(found.of(data["point"]), event.at, data["reason"])
            return _changed(found, data["point"], presence)
        case "point.present":
            return _changed(found, data["point"], _said(found.of(data["point"]), event))
        case "roll.began":
            return replace(found, rolls=(*found.rolls, RollCall(data["roll"], event.at)))
        case "roll.answered" | "roll.closed":
            return replace(found, rolls=tuple(_rolled(roll, event) for roll in found.rolls))
    return found


def _over(found: Attendance, at: datetime) -> Attendance:
    points = {point: _ended(presence, at, "over") for point, presence in found.points.items()}
    return replace(found, over_at=at, points=points)


def _begun(presence: Presence, at: datetime) -> Presence:
    return presence if presence.here else replace(presence, intervals=(*presence.intervals, Interval(at)))


def _ended(presence: Presence, at: datetime, reason: Reason) -> Presence:
    if not presence.here:
        return presence
    *before, last = presence.intervals
    return replace(presence, intervals=(*before, replace(last, end=at, reason=reason)))


def _said(presence: Presence, event: Event) -> Presence:
    people = tuple((each["name"], each["rank"]) for each in event.data["people"])
    statement = Statement(event.at, event.by_name, people)
    return replace(presence, statements=(*presence.statements, statement))


def _rolled(roll: RollCall, event: Event) -> RollCall:
    data: Mapping[str, Any] = event.data
    if roll.id != data["roll"]:
        return roll
    if event.kind == "roll.closed":
        return replace(roll, closed_at=event.at, results=data["results"])
    return replace(roll, heard={**roll.heard, data["point"]: data["heard"]})


def _changed(found: Attendance, point: str, presence: Presence) -> Attendance:
    return replace(found, points={**found.points, point: presence})
