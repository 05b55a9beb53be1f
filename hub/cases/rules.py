"""What holds for cases whatever the database says. Pure."""

from datetime import date
from enum import StrEnum
from typing import Final

from hub.people.actor import Actor
from hub.people.roles import STAFF, Role

DUE_SOON_DAYS: Final = 3
"""A directive with so many days left or fewer wants attention."""

LARGE_GROUP: Final = 5
"""So many people or more are a large group (đoàn đông người)."""


class CaseKind(StrEnum):
    """What is asked, by content and not by title."""

    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"
    RECOMMENDATION = "recommendation"
    REFLECTION = "reflection"


class CaseField(StrEnum):
    """What it is about."""

    LAND = "land"
    POLICY = "policy"
    JUDICIAL = "judicial"
    PARTY = "party"
    CORRUPTION = "corruption"
    ENVIRONMENT = "environment"
    OTHER = "other"


class Due(StrEnum):
    """How a deadline stands."""

    IN_TIME = "in_time"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"


READERS: Final = STAFF | {Role.SUPERVISOR, Role.POINT_LEADER, Role.POINT_CLERK, Role.ADVISER}
"""Roles that read cases within their unit's sight. Technicians and administrators read none."""


def due(on: date, today: date) -> Due:
    """How a deadline stands today; the day itself is still in time."""
    left = (on - today).days
    if left < 0:
        return Due.OVERDUE
    return Due.DUE_SOON if left <= DUE_SOON_DAYS else Due.IN_TIME


def reads_kind(actor: Actor, kind: str) -> bool:
    """Whether this actor reads cases of that kind at all, within their unit's sight.

    Denunciations are for the staff who work on them only. Rooms and point leaders never: a room is a public
    place, and its leader may be the one who is denounced.
    """
    if actor.key == "hub":
        return True
    if kind == CaseKind.DENUNCIATION:
        return actor.is_staff
    return actor.is_room or bool(actor.roles & READERS)


def may_see(actor: Actor, kind: str, reach: frozenset[str]) -> bool:
    """Whether the actor may know that a case exists. `reach` are the ids of the units within whose sight it
    is.
    """
    if not reads_kind(actor, kind):
        return False
    if actor.unit is None:
        return not actor.is_room  # a role for the whole hub; a room always has a unit
    return actor.unit in reach
